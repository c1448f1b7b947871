// What people are told about the notes of a project. Pure; names nobody so that they are notified.

import { type Notice, notice } from "../render/attachments.ts";
import { cell, codePoints, inlineCode } from "../render/markdown.ts";
import { bytesOf, MOST_BYTES, MOST_CHARACTERS, type Note, type Notes, type Remembered } from "./notes.ts";

/** How much of a note is shown to say which it is. */
const ENOUGH = 80;
/** How many are named that could make room. */
const MOST_NAMED = 3;

const REMEMBER_USAGE =
  "Write it as `!remember` and the note, such as `!remember the staging server is blue`.";
export const FORGET_USAGE = "Write it as `!forget 2`: `!memory` lists the notes with their numbers.";
/** The disk could not be written; it is tried again. */
export const NOT_ON_DISK =
  "It could not be saved yet, and would be lost if mm-claude ended now: its log says why.";

export function memoryNotice({ list }: Notes): Notice {
  if (list.length === 0) {
    return notice("🗒️ There are no notes. `!remember` and a note keeps one for this project's new sessions.");
  }
  const rows = list.map((note) => [
    String(note.number),
    inlineCode(note.text),
    inlineCode(`@${note.by.name}`),
    note.day,
  ]);
  const head = ["#", "Note", "Who", "Since"];
  const table = [head, head.map(() => ":--"), ...rows].map((row) => `| ${row.map(cell).join(" | ")} |`);
  const used = `${inKilobytes(bytesOf(list))} of ${inKilobytes(MOST_BYTES)} KB`;
  return notice(
    `🗒️ What new sessions of this project are given, ${used}. \`!forget 2\` takes a note out.`,
    table.join("\n"),
  );
}

export function keptText({ number, text }: Note): string {
  return (
    `🗒️ **Note ${number}** is kept: ${inlineCode(text, ENOUGH)}\n` +
    "New sessions of this project are given it; a running one gets it after its next sleep."
  );
}

export function forgottenText({ number, text }: Note): string {
  return (
    `🗒️ **Note ${number}** is forgotten: ${inlineCode(text, ENOUGH)}\n` +
    "New sessions are not given it any more; a running one has it until it sleeps."
  );
}

export const noSuchNote = (number: string): string =>
  `🗒️ There is no note ${inlineCode(number, 20)}. \`!memory\` lists those there are.`;

/** Why it was not kept. */
export function refusedText(refused: Exclude<Remembered, { kind: "kept" }>, { list }: Notes): string {
  switch (refused.kind) {
    case "empty":
      return REMEMBER_USAGE;
    case "tooLong":
      return (
        `🗒️ That is not kept: a note has at most ${MOST_CHARACTERS} characters, and this one has ` +
        `${refused.characters}. Say it shorter, or put it into a file of the project.`
      );
    case "full":
      return (
        `🗒️ That is not kept: all notes together have at most ${inKilobytes(MOST_BYTES)} KB, and this one is ` +
        `${refused.missingBytes} bytes too many. \`!forget\` makes room. ${whatTakesRoom(list)}`
      );
  }
}

function whatTakesRoom(list: readonly Note[]): string {
  const longest = [...list].sort((one, other) => codePoints(other.text) - codePoints(one.text));
  const named = (notes: readonly Note[], about: (note: Note) => string): string =>
    notes
      .slice(0, MOST_NAMED)
      .map((note) => `${note.number} (${about(note)})`)
      .join(", ");
  return (
    `The longest: ${named(longest, ({ text }) => `${codePoints(text)} characters`)}. ` +
    `The oldest: ${named(list, ({ day }) => day)}.`
  );
}

const inKilobytes = (bytes: number): string => String(Math.ceil((bytes / 1024) * 10) / 10);
