// A project's routines as they are kept: those that run, and the cards of those that nobody has agreed to yet. What is to
// be done is part of it, so it is done after a crash as well.

import { z } from "zod";
import type { PostId, ThreadId, UserId } from "../mattermost/types.ts";
import { schedule } from "./schedule.ts";

const VERSION = 1;

const id = <Id extends string>() => z.string().transform((value) => value as Id);
const time = z.number();

const maker = z.object({ id: id<UserId>(), name: z.string() });

const missed = z.object({
  count: z.int(),
  /** There are more than were counted. */
  isMore: z.boolean(),
  first: time,
  last: time,
});

const pending = z.object({
  /** What is begun or told, and in it for whom; with the window it makes the key of the post. */
  what: z.enum(["run", "skip", "missed", "stop"]),
  window: time,
  notedAt: time,
  /** Somebody has asked for it. */
  isByHand: z.boolean(),
  /** Windows that are told along with it. */
  missed: missed.optional(),
  /** How many there were in which the run before it was still at work. */
  skipped: z.int(),
});

const routine = z.object({
  /** As people name it. None is given twice. */
  number: z.int().positive(),
  /** For the keys of posts. */
  id: z.string(),
  by: maker,
  schedule,
  text: z.string(),
  /** All windows up to then have been run, or are told about. */
  handledUntil: time,
  paused: z.object({ by: maker.optional() }).optional(),
  /** Noted before it is done. */
  pending: pending.optional(),
  last: z
    .object({ window: time, thread: id<ThreadId>(), isRun: z.boolean(), isSkipTold: z.boolean() })
    .optional(),
  /** Since the last run. */
  skipped: z.int(),
});

const card = z.object({
  id: z.string(),
  by: maker,
  schedule,
  text: z.string(),
  madeAt: time,
  threadId: id<ThreadId>(),
  /** Undefined until it is written. */
  postId: id<PostId>().optional(),
});

const book = z.object({
  version: z.literal(VERSION),
  next: z.int().positive(),
  routines: z.array(routine),
  cards: z.array(card),
});

export type Maker = Readonly<z.infer<typeof maker>>;
export type Missed = Readonly<z.infer<typeof missed>>;
export type Pending = Readonly<z.infer<typeof pending>>;
export type Routine = Readonly<z.infer<typeof routine>>;
export type Card = Readonly<z.infer<typeof card>>;

export interface Book {
  /** The number of the next one. */
  readonly next: number;
  readonly routines: readonly Routine[];
  readonly cards: readonly Card[];
}

export const EMPTY: Book = { next: 1, routines: [], cards: [] };

/** Undefined when it can't be understood. */
export function decodeBook(value: unknown): Book | undefined {
  const { data } = book.safeParse(value);
  return data && { next: data.next, routines: data.routines, cards: data.cards };
}

/** JSON text. */
export function encodeBook({ next, routines, cards }: Book): string {
  return JSON.stringify({ version: VERSION, next, routines, cards });
}

/** How the names of these documents begin, before a hyphen. */
export const BOOK_KIND = "routines";
