// The notes of a project: which there are, and what may become of them. Pure.

import type { PostId, UserId } from "../mattermost/types.ts";
import { codePoints, isLonger } from "../render/markdown.ts";
import { notesForClaude } from "./for-claude.ts";

export interface Note {
  /** Its name in the project; stays the same, and no other note ever has it. */
  readonly number: number;
  readonly text: string;
  /** Who has written it: their account, and their username at that time. */
  readonly by: { readonly id: UserId; readonly name: string };
  /** Such as 2026-11-28. */
  readonly day: string;
  /** In which it was written: a post that is heard twice makes one note. */
  readonly postId: PostId;
}

export interface Notes {
  /** In order of their numbers. */
  readonly list: readonly Note[];
  /** The number of the next one. */
  readonly next: number;
}

export const NO_NOTES: Notes = { list: [], next: 1 };

/** Of one note, in code points. */
export const MOST_CHARACTERS = 1000;
/** Of all of them, as Claude is given them. */
export const MOST_BYTES = 8 * 1024;

/** Also what nobody sees. */
const SAYS_NOTHING = /^[\p{C}\p{Z}]*$/u;

export type Remembered =
  | { readonly kind: "kept"; readonly notes: Notes; readonly note: Note }
  | { readonly kind: "empty" }
  | { readonly kind: "tooLong"; readonly characters: number }
  | { readonly kind: "full"; readonly missingBytes: number };

export function remember(notes: Notes, { text, ...written }: Omit<Note, "number">): Remembered {
  const trimmed = text.trim();
  if (SAYS_NOTHING.test(trimmed)) {
    return { kind: "empty" };
  }
  const known = notes.list.find(({ postId }) => postId === written.postId);
  if (known) {
    return { kind: "kept", notes, note: known };
  }
  if (isLonger(trimmed, MOST_CHARACTERS)) {
    return { kind: "tooLong", characters: codePoints(trimmed) };
  }
  const note = { ...written, text: trimmed, number: notes.next };
  const list = [...notes.list, note];
  const missingBytes = bytesOf(list) - MOST_BYTES;
  return missingBytes > 0
    ? { kind: "full", missingBytes }
    : { kind: "kept", notes: { list, next: notes.next + 1 }, note };
}

/** Undefined when there is no note of that number. */
export function forget(
  notes: Notes,
  number: number,
): { readonly notes: Notes; readonly note: Note } | undefined {
  const note = notes.list.find((one) => one.number === number);
  return note && { note, notes: { ...notes, list: notes.list.filter((one) => one !== note) } };
}

/** What all of them take of `MOST_BYTES`. */
export const bytesOf = (list: readonly Note[]): number => Buffer.byteLength(notesForClaude(list) ?? "");
