// How far the channel has been heard, as it is kept over a restart.

import { z } from "zod";
import type { PostId } from "../mattermost/types.ts";

export interface Cursor {
  /** Posts created before have been heard; milliseconds since the epoch, the server's clock. */
  readonly at: number;
  /** The newest posts heard. */
  readonly heard: readonly PostId[];
  /** Posts heard that are dated after `at`, and when: they come again with each gap until their time has passed. */
  readonly datedAhead?: readonly (readonly [PostId, number])[] | undefined;
  /** The newest reactions heard that count once. Earlier versions kept none. */
  readonly reactions?: readonly string[] | undefined;
  /** No post comes any more that is dated before `at`; otherwise some may, dated a little before. */
  readonly isComplete?: boolean | undefined;
  /** How far the server's clock was ahead of ours. Earlier versions kept none, and took any post's date for `at`. */
  readonly leadMs?: number | undefined;
}

export interface CursorKeeper {
  load(): Cursor | undefined;
  /** Sooner or later. */
  save(cursor: Cursor): void;
  /** Resolves when what was to be saved is. */
  flush(): Promise<void>;
}

const VERSION = 1;

const document = z.object({
  /** None in what 0.1.0 wrote, in the same form. */
  version: z.literal(VERSION).default(VERSION),
  at: z.number(),
  heard: z.array(z.string()),
  datedAhead: z.array(z.tuple([z.string(), z.number()])).optional(),
  reactions: z.array(z.string()).optional(),
  isComplete: z.boolean().optional(),
  leadMs: z.number().nonnegative().optional(),
});

/** Undefined when it is no document of this version or of one before it. */
export function decodeCursor(value: unknown): Cursor | undefined {
  const { version: _, ...cursor } = document.safeParse(value).data ?? {};
  return "at" in cursor ? (cursor as unknown as Cursor) : undefined;
}

/** JSON text. */
export function encodeCursor(cursor: Cursor): string {
  return JSON.stringify({ version: VERSION, ...cursor });
}
