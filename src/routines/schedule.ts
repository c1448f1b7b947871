// When a routine runs: what is kept of it, the moments that follow from it, and how people are told of it.
// It starts no timers and reads no clock.
import { Cron, CronPattern } from "croner";
import { z } from "zod";
import { cronWords } from "./cron-words.ts";

/** Times in milliseconds since the epoch. */
export type Schedule =
  /** As the clocks on the wall of that zone go. */
  | { readonly kind: "cron"; readonly expression: string; readonly timeZone: string }
  /** As time passes, whatever the clocks do. */
  | { readonly kind: "every"; readonly ms: number; readonly from: number }
  | { readonly kind: "once"; readonly at: number };

const MINUTE_MS = 60_000;
/** The last moment that a Date can hold. */
const LAST_MS = 8.64e15;

const moment = z.int().min(0).max(LAST_MS);

export const schedule: z.ZodType<Schedule> = z.discriminatedUnion("kind", [
  z
    .strictObject({ kind: z.literal("cron"), expression: z.string().max(200), timeZone: z.string().max(100) })
    .refine(({ timeZone }) => isTimeZone(timeZone), "no time zone that is known here")
    .refine(({ expression }) => comesEver(expression), "no cron expression of five fields that ever comes"),
  z.strictObject({ kind: z.literal("every"), ms: z.int().min(MINUTE_MS), from: moment }),
  z.strictObject({ kind: z.literal("once"), at: moment }),
]);

/** The first moment after `after`, never `after` itself; undefined when none comes any more. */
export function nextRun(kept: Schedule, after: number): number | undefined {
  switch (kept.kind) {
    case "cron":
      return cron(kept.expression, kept.timeZone).nextRun(new Date(after))?.getTime();
    case "every": {
      const passed = Math.floor((after - kept.from) / kept.ms);
      return kept.from + Math.max(passed + 1, 1) * kept.ms;
    }
    case "once":
      return kept.at > after ? kept.at : undefined;
  }
}

/** As many of the moments after `after` as there are, at most `count`. */
export function nextRuns(kept: Schedule, after: number, count: number): readonly number[] {
  const runs: number[] = [];
  for (let at = nextRun(kept, after); at !== undefined && runs.length < count; at = nextRun(kept, at)) {
    runs.push(at);
  }
  return runs;
}

/** A single run is told in `timeZone`; one that follows the clocks of a zone names that zone. */
export function scheduleWords(
  kept: Schedule,
  timeZone: string = Intl.DateTimeFormat().resolvedOptions().timeZone,
): string {
  switch (kept.kind) {
    case "cron":
      return `${cronWords(kept.expression)} ${kept.timeZone}`;
    case "every":
      return everyWords(kept.ms);
    case "once":
      return `once, ${dated(kept.at, timeZone, true)} ${timeZone}`;
  }
}

/** As people say it on that day: with the year when it is another one than that of `now`. */
export function momentWords(at: number, timeZone: string, now: number): string {
  const year = new Intl.DateTimeFormat("en", { timeZone, year: "numeric" });
  return dated(at, timeZone, year.format(at) !== year.format(now));
}

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    // Node 22 knows bare offsets as well: croner does not.
    return /^[a-z]/i.test(name);
  } catch {
    return false;
  }
}

export function comesEver(expression: string): boolean {
  try {
    return cron(expression, "UTC").nextRun(new Date(0)) !== null;
  } catch {
    return false;
  }
}

/**
 * A minute that an hour of every day names is a time on the wall: where the clocks are put forward it runs once, right
 * after the gap, where they are put back the first time only. With every hour named, it runs in each hour that passes.
 * croner 11.0.1 takes each step (as in 0-12/2) for the latter, each list for the former: so hours and minutes are
 * given to it as lists. Throws when the expression has not five fields or names something that does not exist.
 */
function cron(expression: string, timeZone: string): Cron {
  const pattern = new CronPattern(expression, undefined, { mode: "5-part" });
  const hours = named(pattern.hour);
  const [, , ...days] = pattern.pattern.trim().split(/\s+/);
  const fields = [named(pattern.minute).join(), hours.length === 24 ? "*" : hours.join(), ...days];
  return new Cron(fields.join(" "), { timezone: timeZone, mode: "5-part", fixedTimeRule: "no-wildcard" });
}

const named = (marks: readonly number[]): readonly number[] =>
  marks.flatMap((mark, value) => (mark ? [value] : []));

function everyWords(ms: number): string {
  const minutes = Math.round(ms / MINUTE_MS);
  const [count, unit] = minutes % 60 === 0 ? [minutes / 60, "hour"] : [minutes, "minute"];
  return count === 1 ? `every ${unit}` : `every ${count} ${unit}s`;
}

function dated(at: number, timeZone: string, withYear: boolean): string {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((each) => each.type === type)?.value ?? "";
  // "Sept" is what en-GB says of one month only.
  const date = [part("weekday"), part("day"), part("month").slice(0, 3), ...(withYear ? [part("year")] : [])];
  return `${date.join(" ")} ${part("hour")}:${part("minute")}`;
}
