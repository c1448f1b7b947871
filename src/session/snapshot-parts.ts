// The parts that many of the saved forms are made of.

import { z } from "zod";
import type { FileId, PostId, UserId } from "../mattermost/types.ts";

const text = z.string();
const flag = z.boolean();

/** Given by Mattermost or by Claude, and never looked into. */
export const idOf = <Id extends string>() => text as unknown as z.ZodType<Id>;
export const postId = idOf<PostId>();
export const userId = idOf<UserId>();

/** For what is there in any state, perhaps as undefined, which JSON leaves out. */
export const orNone = <Value>(value: z.ZodType<Value>) => value.optional().transform((one) => one);

export const person = z.object({ id: userId, name: text });

export const message = z.object({
  uuid: text,
  postId,
  by: person,
  text,
  files: z.array(z.object({ id: idOf<FileId>(), name: text, size: z.number(), mimeType: text })),
  isSlashCommand: flag,
  withThread: flag,
  at: z.number().exactOptional(),
  approvedBy: person.exactOptional(),
  begunAt: z.number().exactOptional(),
});

export const card = z.object({ head: text, title: text.exactOptional(), body: text, choices: text });
