// How far the channel has been heard: what is kept of it over a restart.

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
  /** How far the server's clock was ahead of ours. Earlier versions kept none, and took any post's date for `at`. */
  readonly leadMs?: number | undefined;
}

export interface CursorKeeper {
  load(): Cursor | undefined;
  /** Sooner or later. */
  save(cursor: Cursor): void;
  /** What was to be saved is saved now. */
  flush(): void;
}

const document = z.object({
  at: z.number(),
  heard: z.array(z.string()),
  datedAhead: z.array(z.tuple([z.string(), z.number()])).optional(),
  reactions: z.array(z.string()).optional(),
  leadMs: z.number().nonnegative().optional(),
});

export function decodeCursor(value: unknown): Cursor | undefined {
  return document.safeParse(value).data as Cursor | undefined;
}
