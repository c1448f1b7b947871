// Colours for the few lines that a start prints to a terminal. Where there is no terminal, for example under a service
// manager, the library is not loaded: that would take 10 ms and 3 MB.

type Colour = "bold" | "dim" | "green" | "yellow";
export type Colours = (colour: Colour, text: string) => string;

export async function loadColours(
  stdout: { readonly isTTY?: boolean },
  environment: NodeJS.ProcessEnv,
): Promise<Colours> {
  if (stdout.isTTY !== true && environment["FORCE_COLOR"] === undefined) {
    return (_colour, text) => text;
  }
  const { default: chalk } = await import("chalk");
  return (colour, text) => chalk[colour](text);
}
