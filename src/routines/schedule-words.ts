// A schedule, and a moment, as people read them.

import type { Schedule } from "./schedule.ts";

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const HOUR_MS = 3_600_000;

/** What runs once is told in `timeZone`; what follows the clocks of a zone names that one. */
export function scheduleWords(when: Schedule, timeZone: string): string {
  switch (when.kind) {
    case "cron":
      return `${cronWords(when.expression)} ${when.timeZone}`;
    case "every":
      return everyWords(when.ms);
    case "once":
      return `once, ${momentWords(when.at, timeZone)} ${timeZone}`;
  }
}

/** Such as `Mon 30 Nov 09:00`; with the year where it is another one than at `now`. */
export function momentWords(at: number, timeZone: string, now = at): string {
  const parts = partsOf(at, timeZone);
  const year = parts["year"] === partsOf(now, timeZone)["year"] ? "" : ` ${parts["year"]}`;
  return `${parts["weekday"]} ${parts["day"]} ${parts["month"]}${year} ${parts["hour"]}:${parts["minute"]}`;
}

function partsOf(at: number, timeZone: string): Readonly<Record<string, string>> {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  });
  return Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
}

function everyWords(ms: number): string {
  const [count, unit] = ms % HOUR_MS === 0 ? [ms / HOUR_MS, "hour"] : [ms / 60_000, "minute"];
  return count === 1 ? `every ${unit}` : `every ${count} ${unit}s`;
}

const SIMPLE = /^(\d{1,2}) (\d{1,2}) (\*|L|\d{1,2}) \* (\*|[0-7](?:[-,][0-7])*)$/;

const REPEATED = /^(?:0 \*(?:\/(\d{1,2}))?|\*\/(\d{1,2}) \*) \* \* \*$/;

/** What is not simple is left as it is written. */
function cronWords(expression: string): string {
  const [repeated, hours = "1", minutes] = REPEATED.exec(expression) ?? [];
  if (repeated !== undefined) {
    return everyWords(minutes === undefined ? Number(hours) * HOUR_MS : Number(minutes) * 60_000);
  }
  const [, minute = "", hour = "", day = "", days = ""] = SIMPLE.exec(expression) ?? [];
  if (minute === "" || (day !== "*" && days !== "*")) {
    return `\`${expression}\``;
  }
  const time = `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`;
  if (day !== "*") {
    return day === "L" ? `on the last day of the month ${time}` : `on the ${ordinal(Number(day))} ${time}`;
  }
  return days === "*" ? `daily ${time}` : `${dayWords(days)} ${time}`;
}

const dayWords = (days: string): string =>
  days
    .replace(/[0-7]/g, (day) => DAYS[Number(day)] ?? day)
    .replaceAll("-", "–")
    .replaceAll(",", ", ");

function ordinal(day: number): string {
  const ending = day > 10 && day < 14 ? "th" : ({ 1: "st", 2: "nd", 3: "rd" }[day % 10] ?? "th");
  return `${day}${ending}`;
}
