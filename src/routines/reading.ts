// What a person wrote of a routine, read without any guessing: when it shall run, and what shall be done then.
// What is not understood is said so, with examples. It reads no clock.
import { inlineCode } from "../render/markdown.ts";
import { type Days, readDays } from "./reading-day.ts";
import { areUnclear, beginsWithTime, readTime, readTimes, type Time } from "./reading-time.ts";
import { comesEver, isTimeZone, nextRun, nextRuns, type Schedule } from "./schedule.ts";

/** The moment of reading, and the zone that is meant when none is named. */
interface Here {
  readonly now: number;
  readonly timeZone: string;
}

type Problem = { readonly problem: string };
/** `isTimeless`: no time was written. */
type Read = { readonly schedule: Schedule; readonly isTimeless?: boolean } | Problem;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const LEAST_MS = 5 * MINUTE_MS;
const LONGEST_WHEN = 200;
/** When no time is written. */
const MORNING: Time = { hour: 9, minute: 0 };

const EXAMPLES =
  "Write the time, a colon and the task, such as `every weekday at 9:00: …`, `every 2 hours: …`, `on the 1st at 8: …`, `tomorrow at 14:30: …` or `0 9 * * 1-5: …`.";

const problem = (words: string): Problem => ({ problem: `${words} ${EXAMPLES}` });

export function readRoutine(
  text: string,
  here: Here,
): { readonly schedule: Schedule; readonly text: string } | Problem {
  const split = splitAtColon(text);
  if (split === undefined) {
    return problem("I see no colon between the time and the task.");
  }
  const { when, task } = split;
  if (when === "") return problem("I see no time before the colon.");
  if (when.length > LONGEST_WHEN) return problem("What is before the colon is too long for a time.");
  const read = readWhen(when, here);
  if ("problem" in read) return read;
  if (task === "") return problem(`I see no task after ${inlineCode(when)}.`);
  if (read.isTimeless && beginsWithTime(task)) return problem("I see a time behind the colon.");
  return { schedule: read.schedule, text: task };
}

/** At the first colon that is not the one within a time; a line's end does as well. */
function splitAtColon(text: string): { when: string; task: string } | undefined {
  const trimmed = text.trim();
  for (const { 0: found, index } of trimmed.matchAll(/\d:\d+|:|\n/g)) {
    if (found !== ":" && found !== "\n") continue;
    const when = trimmed.slice(0, index).replaceAll("`", "").trim();
    return {
      when: when.replaceAll(/\s+/g, " "),
      task: trimmed
        .slice(index + 1)
        .replace(/^`/, "")
        .trim(),
    };
  }
  return undefined;
}

function readWhen(written: string, { now, timeZone }: Here): Read {
  const [, before, name] =
    /^(.+?) (?:\(?in )?\(?([a-z_]+(?:\/[a-z0-9_+-]+)+|utc|gmt)\)?$/i.exec(written) ?? [];
  if (name !== undefined && !isTimeZone(name)) {
    return problem(`I don't know the time zone ${inlineCode(name)}.`);
  }
  const here = { now, timeZone: name === undefined ? timeZone : properName(name) };
  const when = (before ?? written).toLowerCase();
  const read = isCron(when) ? readCron(when, here) : readWords(when, here);
  return read ?? problem(`I don't understand when ${inlineCode(written)} is.`);
}

/** As the zone is spelled: people write europe/berlin. */
const properName = (name: string): string =>
  Intl.supportedValuesOf("timeZone").find((zone) => zone.toLowerCase() === name.toLowerCase()) ??
  (name.includes("/") ? name : name.toUpperCase());

const isCron = (when: string): boolean => /^@|^[\d*][\d*,/-]* [\d*][\d*,/-]* /.test(when);

function readCron(when: string, here: Here): Read {
  const expression = when.startsWith("@") ? when : when.toUpperCase();
  if (expression.split(" ").length > 5) {
    return problem("A cron expression has five fields here, without seconds and years.");
  }
  return recurring(expression, here) ?? problem(`${inlineCode(when)} is no cron expression that ever comes.`);
}

function readWords(when: string, here: Here): Read | undefined {
  return readIn(when, here) ?? readEvery(when, here) ?? readDaysAndTimes(when, here);
}

/** In 20 minutes, in an hour, in 3 days at 9. */
function readIn(when: string, { now, timeZone }: Here): Read | undefined {
  const { times, rest } = readTimes(when);
  const [, amount = "", unit = ""] =
    /^in (\d{1,6}|an?|one|half an) (minutes?|mins?|hours?|hrs?|h|days?|weeks?)$/.exec(rest) ?? [];
  if (unit === "") return undefined;
  const count = amount === "half an" ? 0.5 : Number(amount) || (amount === "0" ? 0 : 1);
  const ms =
    count * (/^m/.test(unit) ? MINUTE_MS : /^h/.test(unit) ? HOUR_MS : /^d/.test(unit) ? DAY_MS : 7 * DAY_MS);
  if (ms === 0 || Number(amount) === 0) return problem("That is now, not later.");
  if (ms > 366 * DAY_MS) return problem("That is more than a year away.");
  if (/^[mh]/.test(unit)) return times.length > 0 ? undefined : { schedule: { kind: "once", at: now + ms } };
  const local = wall(now, timeZone);
  const days: Days = { kind: "ahead", days: ms / DAY_MS };
  if (times.length > 0) return onDay(days, times, { now, timeZone });
  const read = onDay(days, [local], { now, timeZone });
  return read && { ...read, isTimeless: true };
}

const EVERY =
  /^(?:hourly|(?:every|each) (half an hour|half hour|(?:(\d{1,6}) ?)?(minutes?|mins?|hours?|hrs?|h)))(?: (?:between|from) (.+?) (?:and|to|until) ([^ ]+(?: [ap]\.?m\.?)?))?(?: (.+))?$/;

/** Every 2 hours, every 30 minutes between 9 and 17 on weekdays. */
function readEvery(when: string, here: Here): Read | undefined {
  const match = EVERY.exec(when);
  if (!match) return undefined;
  const [, frequency = "hour", amount, unit, from, to = "", after] = match;
  const isHalf = frequency.startsWith("half");
  const isHours = !isHalf && !unit?.startsWith("m");
  const count = Number(amount ?? (isHalf ? 30 : 1));
  const ms = count * (isHours ? HOUR_MS : MINUTE_MS);
  if (ms < LEAST_MS) return tooOften();
  if (ms > 366 * DAY_MS) return problem("That is less than once a year.");
  if (from === undefined && after === undefined) {
    return { schedule: { kind: "every", ms, from: Math.floor(here.now / MINUTE_MS) * MINUTE_MS } };
  }
  const days: Days | undefined =
    after === undefined ? { kind: "recurring", fields: "* * *" } : readDays(after);
  if (areUnclear([from ?? "", to])) return unclear();
  const start = from === undefined ? { hour: 0, minute: 0 } : readTime(from);
  const end = readTime(to);
  if (days?.kind !== "recurring" || !start || (from !== undefined && !end)) return undefined;
  return within({ count, isHours, start, end, fields: days.fields }, here);
}

interface Within {
  readonly count: number;
  readonly isHours: boolean;
  readonly start: Time;
  readonly end: Time | undefined;
  readonly fields: string;
}

function within({ count, isHours, start, end, fields }: Within, here: Here): Read | undefined {
  if (end && (end.minute !== start.minute || end.hour <= start.hour)) {
    return problem("I can only keep hours of one day, from an earlier one to a later one.");
  }
  if (isHours) {
    if (count > 23) return undefined;
    const span = `${start.hour}-${end?.hour ?? 23}${count === 1 ? "" : `/${count}`}`;
    return recurring(`${start.minute} ${end || count > 1 ? span : "*"} ${fields}`, here);
  }
  if (60 % count !== 0 || start.minute !== 0) return problem("Minutes have to part an hour evenly then.");
  return recurring(`*/${count} ${end ? `${start.hour}-${end.hour - 1}` : "*"} ${fields}`, here);
}

function readDaysAndTimes(when: string, here: Here): Read | undefined {
  const { times, rest, wrong, isUnclear } = readTimes(when);
  if (wrong !== undefined) return problem(`${inlineCode(wrong)} is no time of day.`);
  if (isUnclear) return unclear();
  if (rest === "") {
    return times.length === 1 ? onDay({ kind: "next", fields: "* * *" }, times, here) : undefined;
  }
  const days = readDays(rest);
  if (days === undefined || times.length > 0) return days && onDay(days, times, here);
  const read = onDay(days, [MORNING], here);
  return read && { ...read, isTimeless: true };
}

function onDay(days: Days, times: readonly Time[], here: Here): Read | undefined {
  const [time] = times;
  if (time === undefined) return undefined;
  if (days.kind === "recurring") return everyDay(days.fields, times, here);
  if (times.length > 1) return problem("That is more than one time on a single day: make a routine of each.");
  const at = momentOf(days, time, here);
  if (at === undefined) return problem("That date never comes.");
  return at <= here.now ? problem("That time has passed.") : { schedule: { kind: "once", at } };
}

function everyDay(fields: string, times: readonly Time[], here: Here): Read | undefined {
  const minutes = [...new Set(times.map(({ minute }) => minute))];
  const hours = [...new Set(times.map(({ hour }) => hour))];
  if (minutes.length * hours.length !== times.length) {
    return problem("These times don't fit into one routine: make one of each.");
  }
  return recurring(`${minutes.join()} ${hours.join()} ${fields}`, here) ?? problem("That date never comes.");
}

function momentOf(
  days: Exclude<Days, { kind: "recurring" }>,
  time: Time,
  { now, timeZone }: Here,
): number | undefined {
  const clock = `${time.minute} ${time.hour}`;
  const next = (fields: string, after: number) => {
    const expression = `${clock} ${fields}`;
    return comesEver(expression) ? nextRun({ kind: "cron", expression, timeZone }, after) : undefined;
  };
  const today = wall(now, timeZone);
  if (days.kind === "next") {
    const at = next(days.fields, now);
    const isToday = at !== undefined && at - now < DAY_MS && wall(at, timeZone).day === today.day;
    return isToday && days.isAfterToday ? next(days.fields, at) : at;
  }
  const noon =
    days.kind === "date"
      ? Date.UTC(days.year, days.month - 1, days.day, 12)
      : Date.UTC(today.year, today.month - 1, today.day + days.days, 12);
  const date = new Date(noon);
  if (days.kind === "date" && (date.getUTCMonth() !== days.month - 1 || date.getUTCDate() !== days.day)) {
    return undefined;
  }
  // Two days before that day have begun nowhere on the earth what is not its own.
  return next(`${date.getUTCDate()} ${date.getUTCMonth() + 1} *`, noon - 2 * DAY_MS);
}

function recurring(expression: string, { timeZone }: Here): Read | undefined {
  if (!comesEver(expression)) return undefined;
  // Without clock changes, from any hour on: the minutes are the same in each.
  const runs = nextRuns({ kind: "cron", expression, timeZone: "UTC" }, 0, 61);
  if (runs.some((at, index) => at - (runs[index - 1] ?? -LEAST_MS) < LEAST_MS)) return tooOften();
  return { schedule: { kind: "cron", expression, timeZone } };
}

const unclear = (): Problem => problem("Write am or pm behind each of these times.");
const tooOften = (): Problem => problem("That is more often than every 5 minutes.");

interface Wall extends Time {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** What calendar and clock on the wall show. */
function wall(at: number, timeZone: string): Wall {
  const parts = new Intl.DateTimeFormat("en", {
    timeZone,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((each) => each.type === type)?.value ?? "0");
  return {
    year: part("year"),
    month: part("month"),
    day: part("day"),
    hour: part("hour"),
    minute: part("minute"),
  };
}
