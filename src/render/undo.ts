// The card that asks whether Claude's changes of files are to be undone. Pure.

import type { Card } from "./cards.ts";
import { inlineCode } from "./markdown.ts";
import { type Places, shortPath } from "./paths.ts";

const MOST_FILES = 20;

/** `since`: whose message, and its words, in one line. `change`: full paths, and the lines that going back adds and removes. */
export function undoCard(
  name: string,
  since: string,
  {
    files,
    added,
    removed,
  }: { readonly files: readonly string[]; readonly added: number; readonly removed: number },
  places: Places,
): Card {
  const rows = files.slice(0, MOST_FILES).map((file) => `- ${inlineCode(shortPath(file, places), 200)}`);
  const more = files.length > MOST_FILES ? [`- and ${files.length - MOST_FILES} more`] : [];
  const title = `↩️ **Undo** what Claude changed since ${inlineCode(`@${name}`)} wrote ${inlineCode(since, 80)}`;
  return {
    head: title,
    title,
    body: [
      `Going back changes +${added} −${removed} lines in ${count(files.length)}:`,
      ...rows,
      ...more,
      "",
      "What anybody else has changed in these files since goes too; what commands did stays.",
    ].join("\n"),
    choices: "👍 put them back as they were · 👎 leave them",
  };
}

const count = (files: number): string => (files === 1 ? "1 file" : `${files} files`);
