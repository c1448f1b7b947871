// Lines for a terminal: broken at words, and what goes on stands under what it goes on from.

export type Wrap = (text: string, columns: number) => string;

/** What stands before the second column of a table. */
const TABLE = /^ *[\w-]+(?: [\w-]+)? {2,}/;
/** Of the width at least so much is for the text. */
const LEAST = 20;

/** As they are, where nobody sees them, and JSON always. Reads the library only where somebody does: it takes 10 ms. */
export async function loadWrapping(stream: {
  readonly isTTY?: boolean;
  readonly columns?: number;
}): Promise<(text: string) => string> {
  if (stream.isTTY !== true) {
    return (text) => text;
  }
  const { default: wrap } = await import("wrap-ansi");
  return (text) => {
    const columns = stream.columns || 80;
    return text
      .split("\n")
      .map((line) => (/^[{[]/.test(line) ? line : wrapLine(line, columns, wrap)))
      .join("\n");
  };
}

/** `columns` wide, but for words that are longer than that. */
export function wrapLine(line: string, columns: number, wrap: Wrap): string {
  const leading = /^ */.exec(line)?.[0].length ?? 0;
  const column = TABLE.exec(line)?.[0].length ?? 0;
  const indent = column > 0 && columns - column >= LEAST ? column : leading;
  const [first = "", ...rest] = wrap(line.slice(indent), columns - indent).split("\n");
  return [line.slice(0, indent) + first, ...rest.map((part) => " ".repeat(indent) + part)].join("\n");
}
