// Colours for the few lines a start prints, where somebody sees them. Elsewhere, as under a service manager, the library
// is not even read: it takes 10 ms and 3 MB.

type Colour = "bold" | "cyan" | "dim" | "green" | "red" | "yellow";
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
