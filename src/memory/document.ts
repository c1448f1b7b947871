// The notes of a project as they are kept.

import { z } from "zod";
import type { PostId, UserId } from "../mattermost/types.ts";
import type { Notes } from "./notes.ts";

const VERSION = 1;
const number = z.int().positive();
const idOf = <Id extends string>() => z.string() as unknown as z.ZodType<Id>;

const document = z
  .object({
    version: z.literal(VERSION),
    next: number,
    notes: z.array(
      z.object({
        number,
        text: z.string(),
        by: z.object({ id: idOf<UserId>(), name: z.string() }),
        day: z.string().regex(/^\d{4}-\d\d-\d\d$/),
        postId: idOf<PostId>(),
      }),
    ),
  })
  .refine(({ next, notes }) =>
    notes.every((note, index) => {
      const after = notes[index + 1]?.number ?? next;
      return note.number < after;
    }),
  );

/** Undefined when it can't be read. */
export function decodeNotes(value: unknown): Notes | undefined {
  const { data } = document.safeParse(value);
  return data && { list: data.notes, next: data.next };
}

/** JSON text. */
export function encodeNotes({ list, next }: Notes): string {
  return JSON.stringify({ version: VERSION, next, notes: list });
}
