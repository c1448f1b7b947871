// What becomes of a project's routines, one step after the other. A window is noted in the book, with what is to be done
// about it, before any of that is done; and it is out of the book again only when it is done. Pure.

import type { PostId, ThreadId, UserId } from "../mattermost/types.ts";
import type { Book, Card, Maker, Missed, Pending, Routine } from "./book.ts";
import { type Due, dueWindows, LATEST_MS, windowAfter } from "./due.ts";
import { nextRun } from "./schedule.ts";

export const MAX_ROUTINES = 50;
/** Nobody looks at more of them. */
const MAX_CARDS = 20;
const CARD_KEPT_MS = 24 * 3_600_000;

export type Outcome =
  /** Its session has begun in that thread. */
  | { readonly kind: "ran"; readonly thread: ThreadId }
  /** The thread says why not. */
  | { readonly kind: "notRun"; readonly thread: ThreadId }
  | { readonly kind: "told"; readonly thread?: ThreadId }
  /** Its maker may start no session. `hasThread`: the first post of its thread stands already. */
  | { readonly kind: "noRight"; readonly hasThread?: boolean }
  /** It could not be begun for so long that it is only told. */
  | { readonly kind: "tooLate" }
  /** The server can't be asked now. */
  | { readonly kind: "later" };

export function cardMade(book: Book, card: Card): { readonly book: Book; readonly dropped: readonly Card[] } {
  const cards = [...book.cards, card];
  const kept = cards.slice(-MAX_CARDS);
  return { book: { ...book, cards: kept }, dropped: cards.filter((one) => !kept.includes(one)) };
}

export function cardPosted(book: Book, id: string, postId: PostId): Book {
  return { ...book, cards: book.cards.map((card) => (card.id === id ? { ...card, postId } : card)) };
}

export function withoutCard(book: Book, { id }: Card): Book {
  return { ...book, cards: book.cards.filter((card) => card.id !== id) };
}

export function cardsExpired({ cards }: Book, now: number): readonly Card[] {
  return cards.filter(({ madeAt }) => now - madeAt >= CARD_KEPT_MS);
}

/** Undefined when it would never run. */
export function kept(
  book: Book,
  { id, by, schedule, text }: Card,
  now: number,
): { readonly book: Book; readonly routine: Routine } | undefined {
  if (nextRun(schedule, now) === undefined) {
    return undefined;
  }
  const routine: Routine = { number: book.next, id, by, schedule, text, handledUntil: now, skipped: 0 };
  return { book: { ...book, next: book.next + 1, routines: [...book.routines, routine] }, routine };
}

export const find = ({ routines }: Book, number: number): Routine | undefined =>
  routines.find((routine) => routine.number === number);

export function removed(book: Book, number: number): Book {
  return { ...book, routines: book.routines.filter((routine) => routine.number !== number) };
}

export const paused = (book: Book, number: number, by: Maker): Book =>
  changed(book, number, (routine) => ({ ...routine, paused: { by } }));

/** From now on: what has come meanwhile is not made up for. A clock that was wrong for a time is forgotten. */
export const resumed = (book: Book, number: number, now: number): Book =>
  changed(book, number, ({ paused: _, ...routine }) => ({ ...routine, handledUntil: now }));

export const askedFor = (book: Book, number: number, now: number): Book =>
  changed(book, number, (routine) => ({
    ...routine,
    pending: { ...pendingAt("run", now, now), isByHand: true, skipped: routine.skipped },
  }));

export interface Facts {
  readonly now: number;
  /** The session of that thread works, or waits for people. */
  readonly isAtWork: (thread: ThreadId) => boolean;
}

/** Takes up the windows that have come. */
export function ticked(book: Book, facts: Facts): Book {
  const routines = book.routines.map((routine) => takeUp(routine, facts));
  return routines.every((routine, index) => routine === book.routines[index]) ? book : { ...book, routines };
}

/** `carried`: what could not be begun before. */
function takeUp(routine: Routine, { now, isAtWork }: Facts, carried?: Missed): Routine {
  if (routine.paused || routine.pending) {
    return routine;
  }
  const due = dueWindows(routine.schedule, routine.handledUntil, now);
  if (!due) {
    return routine;
  }
  const { before, newest } = due;
  const handledUntil = before.isMore ? now : newest;
  const { last } = routine;
  if (last && isAtWork(last.thread)) {
    const skipped = routine.skipped + (carried?.count ?? 0) + before.count + 1;
    const noted = { ...routine, handledUntil, skipped };
    return last.isSkipTold ? noted : { ...noted, pending: pendingAt("skip", newest, now) };
  }
  const isRun = now - newest < LATEST_MS;
  const missed = together(carried, missedOf(due, isRun));
  const pending = { ...pendingAt(isRun ? "run" : "missed", newest, now), skipped: routine.skipped };
  return { ...routine, handledUntil, pending: missed ? { ...pending, missed } : pending };
}

const pendingAt = (what: Pending["what"], window: number, now: number): Pending => ({
  what,
  window,
  notedAt: now,
  isByHand: false,
  skipped: 0,
});

function missedOf({ before, newest }: Due, isRun: boolean): Missed | undefined {
  const count = before.count + (isRun ? 0 : 1);
  return count === 0
    ? undefined
    : { count, isMore: before.isMore, first: before.first, last: isRun ? before.last : newest };
}

function together(earlier: Missed | undefined, later: Missed | undefined): Missed | undefined {
  return earlier && later
    ? {
        count: earlier.count + later.count,
        isMore: earlier.isMore || later.isMore,
        first: earlier.first,
        last: later.last,
      }
    : (earlier ?? later);
}

/** What was pending of it is done, or has become something else to do. */
export function settled(book: Book, number: number, outcome: Outcome, facts: Facts): Book {
  const routine = find(book, number);
  if (!routine?.pending || outcome.kind === "later") {
    return book;
  }
  const { pending, ...rest } = routine;
  switch (outcome.kind) {
    case "ran":
    case "notRun": {
      const isRun = outcome.kind === "ran";
      const last = { window: pending.window, thread: outcome.thread, isRun, isSkipTold: false };
      return done(book, { ...rest, last, skipped: 0 });
    }
    case "told":
      return done(book, pending.what === "skip" && rest.last ? skipTold(rest, rest.last) : rest);
    case "noRight": {
      const stop: Pending = { ...pending, what: "stop", notedAt: facts.now };
      const { missed: _, ...untold } = stop;
      return replaced(
        book,
        outcome.hasThread
          ? { ...routine, paused: {}, pending: untold, skipped: 0 }
          : { ...routine, paused: {}, pending: stop },
      );
    }
    case "tooLate": {
      const { window } = pending;
      const missed = together(pending.missed, { count: 1, isMore: false, first: window, last: window });
      const next = takeUp(rest, facts, missed);
      // What has come meanwhile tells of it as well.
      return replaced(
        book,
        next === rest ? { ...routine, pending: { ...pending, what: "missed", missed } } : next,
      );
    }
  }
}

const skipTold = (routine: Routine, last: NonNullable<Routine["last"]>): Routine => ({
  ...routine,
  last: { ...last, isSkipTold: true },
});

/** One that never runs again is over. */
function done(book: Book, routine: Routine): Book {
  return nextRun(routine.schedule, routine.handledUntil) === undefined
    ? removed(book, routine.number)
    : replaced(book, routine);
}

const replaced = (book: Book, routine: Routine): Book => changed(book, routine.number, () => routine);

function changed(book: Book, number: number, change: (routine: Routine) => Routine): Book {
  const routines = book.routines.map((one) => (one.number === number ? change(one) : one));
  return { ...book, routines };
}

/** When the next window comes, or the next card goes; undefined when nothing does. */
export function nextMoment({ routines, cards }: Book): number | undefined {
  const moments = [
    ...routines.flatMap((routine) =>
      routine.paused ? [] : (windowAfter(routine.schedule, routine.handledUntil) ?? []),
    ),
    ...cards.map(({ madeAt }) => madeAt + CARD_KEPT_MS),
  ];
  return moments.length === 0 ? undefined : Math.min(...moments);
}

/** `mayStart` and `mayApprove` as of now. */
export function mayChange(
  { by: { id: maker } }: { readonly by: Maker },
  by: UserId,
  { mayStart, mayApprove }: { readonly mayStart: boolean; readonly mayApprove: boolean },
): boolean {
  return mayStart && (maker === by || mayApprove);
}
