// Colours, where somebody sees them. Elsewhere, as under a service manager, the library is not even read: it takes 10 ms
// and 3 MB. Whether they are wanted is said here, because chalk (5.6) does not know NO_COLOR.

export type Colour = "bold" | "cyan" | "dim" | "green" | "red" | "yellow";
export type Colours = (colour: Colour, text: string) => string;

export const colourless: Colours = (_colour, text) => text;

export async function loadColours(
  stream: { readonly isTTY?: boolean },
  environment: NodeJS.ProcessEnv,
): Promise<Colours> {
  if (!areWanted(stream, environment)) {
    return colourless;
  }
  const { Chalk } = await import("chalk");
  const chalk = new Chalk({ level: 1 });
  return (colour, text) => chalk[colour](text);
}

/** As Node reads them: FORCE_COLOR is stronger than NO_COLOR, and both are stronger than what the stream is. */
function areWanted(
  { isTTY }: { readonly isTTY?: boolean },
  { FORCE_COLOR, NO_COLOR, TERM }: NodeJS.ProcessEnv,
): boolean {
  if (FORCE_COLOR !== undefined) {
    return !["0", "false"].includes(FORCE_COLOR);
  }
  return !NO_COLOR && isTTY === true && TERM !== "dumb";
}
