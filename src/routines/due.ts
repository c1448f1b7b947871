// Which windows of a routine have come since the last that was dealt with.

import { nextRun, type Schedule } from "./schedule.ts";

/** As late as this a run still begins. */
export const LATEST_MS = 3_600_000;

const MOST_COUNTED = 200;

export interface Due {
  /** Earlier than the newest. */
  readonly before: {
    readonly count: number;
    readonly isMore: boolean;
    readonly first: number;
    readonly last: number;
  };
  readonly newest: number;
}

/** What comes next is asked for again and again until it comes. */
const known = new WeakMap<Schedule, { readonly after: number; readonly next: number | undefined }>();

/** As `nextRun`. */
export function windowAfter(schedule: Schedule, after: number): number | undefined {
  const before = known.get(schedule);
  if (before?.after === after) {
    return before.next;
  }
  const next = nextRun(schedule, after);
  known.set(schedule, { after, next });
  return next;
}

/** Windows later than `after`, up to `now`. */
export function dueWindows(schedule: Schedule, after: number, now: number): Due | undefined {
  const first = windowAfter(schedule, after);
  if (first === undefined || first > now) {
    return undefined;
  }
  let [last, newest] = [first, first];
  let count = 0;
  for (const window of windowsFrom(schedule, first, now)) {
    if (count >= MOST_COUNTED) {
      return {
        before: { count, isMore: true, first, last: newest },
        newest: newestOfMany(schedule, newest, now),
      };
    }
    [last, newest] = [newest, window];
    count++;
  }
  return { before: { count, isMore: false, first, last }, newest };
}

function* windowsFrom(schedule: Schedule, first: number, until: number): Generator<number> {
  let window = nextRun(schedule, first);
  while (window !== undefined && window <= until) {
    yield window;
    window = nextRun(schedule, window);
  }
}

/** Only one that is recent enough to be run matters: of others, any is as good. */
function newestOfMany(schedule: Schedule, known: number, now: number): number {
  let newest = known;
  for (const window of windowsFrom(schedule, Math.max(known, now - LATEST_MS), now)) {
    newest = window;
  }
  return newest;
}
