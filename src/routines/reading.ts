// What people write behind `!routine` → when it runs, and the task. The same words always mean the same; what is not
// understood is said, with examples. Pure.

import { inlineCode } from "../render/markdown.ts";
import { daysIn, readClock } from "./clock-words.ts";
import { isUsable, nextRun, type Schedule } from "./schedule.ts";

export interface ReadingPlace {
  readonly now: number;
  /** Where no other is named. */
  readonly timeZone: string;
}

export type RoutineReading = { readonly schedule: Schedule; readonly text: string } | Problem;

interface Problem {
  readonly problem: string;
}

/** What was understood from the beginning of the text, and what stands behind it. */
interface When {
  readonly schedule: Schedule;
  readonly rest: string;
}

const EXAMPLES =
  "Write it as `!routine every weekday at 9:00: …`, `every 2 hours: …`, `on the 1st at 8: …`, `tomorrow at 14:30: …`, " +
  "`in 20 minutes: …`, or in cron's way, `0 9 * * 1-5: …`.";
const MIN_MINUTES = 5;

const problem = (what: string): Problem => ({ problem: `${what}. ${EXAMPLES}` });

export function readRoutine(written: string, place: ReadingPlace): RoutineReading {
  const text = written.trim();
  const when = readWhen(text, place);
  if (when === undefined) {
    return problem(text === "" ? "When, and what" : `I don't understand when that is: ${quoted(text)}`);
  }
  if ("problem" in when) {
    return when;
  }
  const [divider] = /^\s*(?:[:,\n]|[-–—]\s)\s*/.exec(when.rest) ?? [];
  if (divider === undefined && when.rest.trim() !== "") {
    return problem(`Put a colon between when and what: I understand it up to ${quoted(when.rest.trim())}`);
  }
  const task = when.rest.slice(divider?.length ?? 0).trim();
  return task === "" ? problem("The task is missing") : { schedule: when.schedule, text: task };
}

const noSuchTime = ({ problem: written }: Problem): Problem =>
  problem(`There is no such time as ${quoted(written)}`);

const quoted = (text: string): string => inlineCode(text.split("\n", 1)[0] ?? "", 60);

const READERS: readonly ((text: string, place: ReadingPlace) => When | Problem | undefined)[] = [
  readCron,
  readIn,
  readEvery,
  readTomorrow,
  readDate,
  readDayOfMonth,
  readDays,
  readAt,
];

function readWhen(text: string, place: ReadingPlace): When | Problem | undefined {
  for (const read of READERS) {
    const when = read(text, place);
    if (when) {
      return when;
    }
  }
  return undefined;
}

function readCron(text: string, place: ReadingPlace): When | Problem | undefined {
  const [all, expression = ""] =
    /^(@[a-z]+|[\d*][\w*/,#-]*(?:[ \t]+[\w*/,#?-]+){4})(?=\s*(?:[:,\n]|$)|\s+[A-Z])/i.exec(text) ?? [];
  if (all === undefined) {
    return undefined;
  }
  return cron(expression.replace(/\s+/g, " "), text.slice(all.length), place);
}

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

function readIn(text: string, { now }: ReadingPlace): When | Problem | undefined {
  const [all = "", count = "", unit = ""] =
    /^in\s+(\d{1,4}|an?)\s+(min(?:ute)?|h(?:our)?|day)s?\b/i.exec(text) ?? [];
  if (all === "") {
    return undefined;
  }
  const ms = (/^\d/.test(count) ? Number(count) : 1) * (UNITS[unit.slice(0, 1).toLowerCase()] ?? 0);
  return ms === 0 || ms > 366 * 86_400_000
    ? problem("A routine begins in a minute at the earliest, and within a year")
    : { schedule: { kind: "once", at: now + ms }, rest: text.slice(all.length) };
}

function readEvery(text: string, place: ReadingPlace): When | Problem | undefined {
  const [all = "", digits = "1", unit = ""] = /^every\s+(?:(\d{1,4})\s+)?(minute|hour)s?\b/i.exec(text) ?? [];
  if (all === "") {
    return undefined;
  }
  const count = Number(digits);
  const isHours = unit.toLowerCase() === "hour";
  const minutes = count * (isHours ? 60 : 1);
  if (minutes < MIN_MINUTES || minutes > 7 * 24 * 60) {
    return problem(`A routine runs every ${MIN_MINUTES} minutes at most, and at least once a week`);
  }
  const between = readBetween(text.slice(all.length));
  if (between) {
    const { from, to, days, rest } = between;
    const expression = isHours
      ? `0 ${from}-${to}${count === 1 ? "" : `/${count}`} * * ${days}`
      : `*/${count} ${from}-${Math.max(from, to - 1)} * * ${days}`;
    return from > to || (!isHours && 60 % count !== 0) ? undefined : cron(expression, rest, place);
  }
  const rest = text.slice(all.length);
  // At the full hour, and at even parts of it, as people expect: where it comes out even.
  if (isHours && 24 % count === 0) {
    return cron(count === 24 ? "0 0 * * *" : count === 1 ? "0 * * * *" : `0 */${count} * * *`, rest, place);
  }
  if (!isHours && 60 % count === 0) {
    return cron(count === 60 ? "0 * * * *" : `*/${count} * * * *`, rest, place);
  }
  return { schedule: { kind: "every", ms: minutes * 60_000, from: place.now }, rest };
}

function readBetween(text: string) {
  const [all = "", one = "", other = "", weekdays = ""] =
    /^\s+(?:between|from)\s+(\d{1,2})(?::00)?\s+(?:and|to)\s+(\d{1,2})(?::00)?(\s+on\s+weekdays)?\b/i.exec(
      text,
    ) ?? [];
  const isThere = all !== "" && Number(one) < 24 && Number(other) < 24;
  const days = weekdays === "" ? "*" : "1-5";
  return isThere ? { from: Number(one), to: Number(other), days, rest: text.slice(all.length) } : undefined;
}

/** Every such day, or the next one: `every monday and friday at 9`, `weekdays at 9`, `daily at 9`, `on friday at 9`. */
function readDays(text: string, place: ReadingPlace): When | Problem | undefined {
  const early = /^at\s/i.test(text) ? readClock(text) : undefined;
  if (early && "problem" in early) {
    return noSuchTime(early);
  }
  const found = daysIn((early?.rest ?? text).trimStart());
  if (!found) {
    return undefined;
  }
  const clock = early ?? readClock(found.rest);
  if ("problem" in clock) {
    return noSuchTime(clock);
  }
  const rest = early ? found.rest : clock.rest;
  const expression = `${clock.clock.minute} ${clock.clock.hour} * * ${found.days}`;
  return found.isEach ? cron(expression, rest, place) : once(expression, rest, place, place.now);
}

function readDayOfMonth(text: string, place: ReadingPlace): When | Problem | undefined {
  const [all = "", digits = ""] =
    /^(?:every\s+month\s+)?on\s+the\s+(?:(\d{1,2})(?:st|nd|rd|th)?|last\s+day)(?:\s+(?:of\s+(?:the|each|every)\s+month|every\s+month|each\s+month))?(?=[\s:,]|$)/i.exec(
      text,
    ) ?? [];
  if (all === "") {
    return undefined;
  }
  const clock = readClock(text.slice(all.length));
  if ("problem" in clock) {
    return noSuchTime(clock);
  }
  const { hour, minute } = clock.clock;
  return cron(`${minute} ${hour} ${digits === "" ? "L" : Number(digits)} * *`, clock.rest, place);
}

/** `tomorrow at 9`, `today at 17:00`. */
function readTomorrow(text: string, place: ReadingPlace): When | Problem | undefined {
  const [all = "", day = ""] = /^(tomorrow|today)\b/i.exec(text) ?? [];
  if (all === "") {
    return undefined;
  }
  const clock = readClock(text.slice(all.length));
  if ("problem" in clock) {
    return noSuchTime(clock);
  }
  const { zone: timeZone = place.timeZone } = zoneIn(clock.rest, place);
  const midnight = nextRun({ kind: "cron", expression: "0 0 * * *", timeZone }, place.now) ?? place.now;
  const isTomorrow = day.toLowerCase() === "tomorrow";
  const expression = `${clock.clock.minute} ${clock.clock.hour} * * *`;
  const when = once(expression, clock.rest, place, isTomorrow ? midnight - 1 : place.now);
  const isOver =
    "schedule" in when && when.schedule.kind === "once" && !isTomorrow && when.schedule.at >= midnight;
  return isOver ? problem("That is over for today") : when;
}

/** `on 2027-01-31 at 9`. */
function readDate(text: string, place: ReadingPlace): When | Problem | undefined {
  const [all = "", year = "", month = "", day = ""] =
    /^(?:on\s+)?(\d{4})-(\d{2})-(\d{2})\b/i.exec(text) ?? [];
  if (all === "") {
    return undefined;
  }
  const clock = readClock(text.slice(all.length));
  if ("problem" in clock) {
    return noSuchTime(clock);
  }
  const expression = `${clock.clock.minute} ${clock.clock.hour} ${Number(day)} ${Number(month)} *`;
  // A day before, whatever the zone is: the first such moment from then on is that of this year.
  const from = Date.UTC(Number(year), Number(month) - 1, Number(day)) - 2 * 86_400_000;
  const when = once(expression, clock.rest, place, from);
  const isThere =
    "schedule" in when && when.schedule.kind === "once" && when.schedule.at < from + 5 * 86_400_000;
  if (!isThere) {
    return "problem" in when ? when : problem(`There is no such day as ${quoted(all)}`);
  }
  return when.schedule.kind === "once" && when.schedule.at <= place.now ? problem("That is over") : when;
}

/** The next time that it is so late. */
function readAt(text: string, place: ReadingPlace): When | Problem | undefined {
  if (!/^at\s/i.test(text)) {
    return undefined;
  }
  const clock = readClock(text);
  if ("problem" in clock || !clock.isNamed) {
    return "problem" in clock ? noSuchTime(clock) : undefined;
  }
  return once(`${clock.clock.minute} ${clock.clock.hour} * * *`, clock.rest, place, place.now);
}

function cron(expression: string, text: string, place: ReadingPlace): When | Problem {
  const { zone, rest } = zoneIn(text, place);
  if (zone === undefined) {
    return problem(`There is no such time zone as ${quoted(text.trim())}`);
  }
  const schedule = { kind: "cron", expression, timeZone: zone } as const;
  if (!isUsable(schedule)) {
    return problem(`${inlineCode(expression, 60)} never comes`);
  }
  return runsTooOften(schedule, place.now)
    ? problem(`A routine runs every ${MIN_MINUTES} minutes at most`)
    : { schedule, rest };
}

function once(expression: string, text: string, place: ReadingPlace, after: number): When | Problem {
  const when = cron(expression, text, place);
  if ("problem" in when || when.schedule.kind !== "cron") {
    return when;
  }
  const at = nextRun(when.schedule, after);
  return at === undefined ? problem("That never comes") : { schedule: { kind: "once", at }, rest: when.rest };
}

/** `Europe/Amsterdam` or `UTC` behind a time. Undefined: there is none of that name. */
function zoneIn(
  text: string,
  { timeZone }: ReadingPlace,
): { readonly zone: string; readonly rest: string } | { readonly zone: undefined; readonly rest: string } {
  const [all, name = ""] =
    /^\s+(UTC|GMT|[A-Za-z_]{2,30}(?:\/[A-Za-z_+-]{2,30}\d{0,2}){1,2})(?=[\s:,]|$)/.exec(text) ?? [];
  if (all === undefined) {
    return { zone: timeZone, rest: text };
  }
  const rest = text.slice(all.length);
  try {
    const zone = new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
    return { zone: name.includes("/") ? zone : name, rest };
  } catch {
    return { zone: undefined, rest };
  }
}

/** Looked at over its next runs, since a cron expression can say it in many ways. */
function runsTooOften(schedule: Schedule, now: number): boolean {
  let before = nextRun(schedule, now);
  for (let count = 0; before !== undefined && count < 30; count++) {
    const next = nextRun(schedule, before);
    if (next !== undefined && next - before < MIN_MINUTES * 60_000) {
      return true;
    }
    before = next;
  }
  return false;
}
