// The document of a project's notes.

import { expect, test } from "vitest";
import type { PostId, UserId } from "../../../src/mattermost/types.ts";
import { decodeNotes, encodeNotes } from "../../../src/memory/document.ts";
import { NO_NOTES, type Notes } from "../../../src/memory/notes.ts";

const note = (number: number) => ({
  number,
  text: "the staging server is blue",
  by: { id: "a" as UserId, name: "alice" },
  day: "2026-11-28",
  postId: `p${number}` as PostId,
});
const NOTES: Notes = { list: [note(2), note(5)], next: 7 };

test.each([NO_NOTES, NOTES])("it is read as it was written: %j", (notes) => {
  expect(decodeNotes(JSON.parse(encodeNotes(notes)))).toEqual(notes);
});

test.each([
  null,
  {},
  [],
  { version: 2, next: 1, notes: [] },
  { version: 1, next: 0, notes: [] },
  { version: 1, next: 3, notes: [note(3)] },
  { version: 1, next: 9, notes: [note(5), note(2)] },
  { version: 1, next: 9, notes: [note(2), note(2)] },
  { version: 1, next: 9, notes: [{ ...note(2), day: "today\n" }] },
  { version: 1, next: 9, notes: [{ ...note(2), by: "alice" }] },
])("one that does not say which notes there are can't be read: %j", (document) => {
  expect(decodeNotes(document)).toBeUndefined();
});
