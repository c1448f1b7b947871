// What people write behind `!routine`, and what it means: the expectation is the wall clock that they mean, as Intl tells it.

import { expect, test } from "vitest";
import { readRoutine } from "../../../src/routines/reading.ts";
import { nextRuns } from "../../../src/routines/schedule.ts";
import { momentWords, scheduleWords } from "../../../src/routines/schedule-words.ts";

/** Saturday. */
const NOW = Date.UTC(2026, 10, 28, 10, 10);
const ZONE = "Europe/Amsterdam";

function understood(text: string): string {
  const read = readRoutine(text, { now: NOW, timeZone: ZONE });
  if ("problem" in read) {
    return `? ${read.problem.split("Write it as")[0]?.trim()}`;
  }
  const runs = nextRuns(read.schedule, NOW, 3).map((at) => momentWords(at, ZONE, NOW));
  return `${scheduleWords(read.schedule, ZONE)} → ${runs.join(", ")} → ${read.text}`;
}

test.each([
  [
    "every weekday at 9:00: summarise yesterday's commits",
    "Mon–Fri 09:00 Europe/Amsterdam → Mon 30 Nov 09:00, Tue 1 Dec 09:00, Wed 2 Dec 09:00 → summarise yesterday's commits",
  ],
  [
    "every weekday at 9: x",
    "Mon–Fri 09:00 Europe/Amsterdam → Mon 30 Nov 09:00, Tue 1 Dec 09:00, Wed 2 Dec 09:00 → x",
  ],
  ["weekdays: x", "Mon–Fri 09:00 Europe/Amsterdam → Mon 30 Nov 09:00, Tue 1 Dec 09:00, Wed 2 Dec 09:00 → x"],
  [
    "Every day at 9.30 pm: x",
    "daily 21:30 Europe/Amsterdam → Sat 28 Nov 21:30, Sun 29 Nov 21:30, Mon 30 Nov 21:30 → x",
  ],
  [
    "daily at noon: x",
    "daily 12:00 Europe/Amsterdam → Sat 28 Nov 12:00, Sun 29 Nov 12:00, Mon 30 Nov 12:00 → x",
  ],
  [
    "at 9 every day: x",
    "daily 09:00 Europe/Amsterdam → Sun 29 Nov 09:00, Mon 30 Nov 09:00, Tue 1 Dec 09:00 → x",
  ],
  [
    "every monday and thursday at 14:30: x",
    "Mon, Thu 14:30 Europe/Amsterdam → Mon 30 Nov 14:30, Thu 3 Dec 14:30, Mon 7 Dec 14:30 → x",
  ],
  [
    "mondays, wednesdays and fridays at 8am: x",
    "Mon, Wed, Fri 08:00 Europe/Amsterdam → Mon 30 Nov 08:00, Wed 2 Dec 08:00, Fri 4 Dec 08:00 → x",
  ],
  [
    "on fridays at 16: x",
    "Fri 16:00 Europe/Amsterdam → Fri 4 Dec 16:00, Fri 11 Dec 16:00, Fri 18 Dec 16:00 → x",
  ],
  ["on friday at 16: x", "once, Fri 4 Dec 16:00 Europe/Amsterdam → Fri 4 Dec 16:00 → x"],
  [
    "every weekend at 10: x",
    "Sat, Sun 10:00 Europe/Amsterdam → Sun 29 Nov 10:00, Sat 5 Dec 10:00, Sun 6 Dec 10:00 → x",
  ],
  [
    "every 2 hours: x",
    "every 2 hours Europe/Amsterdam → Sat 28 Nov 12:00, Sat 28 Nov 14:00, Sat 28 Nov 16:00 → x",
  ],
  ["every hour: x", "every hour Europe/Amsterdam → Sat 28 Nov 12:00, Sat 28 Nov 13:00, Sat 28 Nov 14:00 → x"],
  ["every 5 hours: x", "every 5 hours → Sat 28 Nov 16:10, Sat 28 Nov 21:10, Sun 29 Nov 02:10 → x"],
  [
    "every 30 minutes: x",
    "every 30 minutes Europe/Amsterdam → Sat 28 Nov 11:30, Sat 28 Nov 12:00, Sat 28 Nov 12:30 → x",
  ],
  [
    "every 2 hours between 9 and 17 on weekdays: x",
    "`0 9-17/2 * * 1-5` Europe/Amsterdam → Mon 30 Nov 09:00, Mon 30 Nov 11:00, Mon 30 Nov 13:00 → x",
  ],
  [
    "on the 1st at 8: x",
    "on the 1st 08:00 Europe/Amsterdam → Tue 1 Dec 08:00, Fri 1 Jan 2027 08:00, Mon 1 Feb 2027 08:00 → x",
  ],
  [
    "on the last day of the month at 17:00: x",
    "on the last day of the month 17:00 Europe/Amsterdam → Mon 30 Nov 17:00, Thu 31 Dec 17:00, Sun 31 Jan 2027 17:00 → x",
  ],
  ["in 20 minutes: x", "once, Sat 28 Nov 11:30 Europe/Amsterdam → Sat 28 Nov 11:30 → x"],
  ["in 1 minute: x", "once, Sat 28 Nov 11:11 Europe/Amsterdam → Sat 28 Nov 11:11 → x"],
  ["in an hour: x", "once, Sat 28 Nov 12:10 Europe/Amsterdam → Sat 28 Nov 12:10 → x"],
  ["at 9: x", "once, Sun 29 Nov 09:00 Europe/Amsterdam → Sun 29 Nov 09:00 → x"],
  ["at 17:00: x", "once, Sat 28 Nov 17:00 Europe/Amsterdam → Sat 28 Nov 17:00 → x"],
  ["tomorrow at 9: x", "once, Sun 29 Nov 09:00 Europe/Amsterdam → Sun 29 Nov 09:00 → x"],
  ["tomorrow at 17: x", "once, Sun 29 Nov 17:00 Europe/Amsterdam → Sun 29 Nov 17:00 → x"],
  ["today at 17: x", "once, Sat 28 Nov 17:00 Europe/Amsterdam → Sat 28 Nov 17:00 → x"],
  ["on 2026-12-24 at 15:00: x", "once, Thu 24 Dec 15:00 Europe/Amsterdam → Thu 24 Dec 15:00 → x"],
  [
    "0 9 * * 1-5: x",
    "Mon–Fri 09:00 Europe/Amsterdam → Mon 30 Nov 09:00, Tue 1 Dec 09:00, Wed 2 Dec 09:00 → x",
  ],
  [
    "*/15 8-18 * * mon-fri: x",
    "`*/15 8-18 * * mon-fri` Europe/Amsterdam → Mon 30 Nov 08:00, Mon 30 Nov 08:15, Mon 30 Nov 08:30 → x",
  ],
  [
    "every day at 9:00 America/New_York: x",
    "daily 09:00 America/New_York → Sat 28 Nov 15:00, Sun 29 Nov 15:00, Mon 30 Nov 15:00 → x",
  ],
  ["every day at 9 UTC: x", "daily 09:00 UTC → Sun 29 Nov 10:00, Mon 30 Nov 10:00, Tue 1 Dec 10:00 → x"],
  [
    "every day at 9\nfirst line\nsecond: line",
    "daily 09:00 Europe/Amsterdam → Sun 29 Nov 09:00, Mon 30 Nov 09:00, Tue 1 Dec 09:00 → first line\nsecond: line",
  ],
])("%s", (text, expected) => {
  expect(understood(text)).toBe(expected);
});

test.each([
  ["", "? When, and what."],
  ["now and then: x", "? I don't understand when that is: `now and then: x`."],
  ["every blue moon: x", "? I don't understand when that is: `every blue moon: x`."],
  ["every weekday at 9", "? The task is missing."],
  [
    "every weekday at 9 look at the logs",
    "? Put a colon between when and what: I understand it up to `look at the logs`.",
  ],
  ["every day at 25: x", "? There is no such time as `at 25`."],
  ["every day at 13pm: x", "? There is no such time as `at 13pm`."],
  ["every minute: x", "? A routine runs every 5 minutes at most, and at least once a week."],
  ["* * * * *: x", "? A routine runs every 5 minutes at most."],
  ["0 0 30 2 *: x", "? `0 0 30 2 *` never comes."],
  ["on 2026-02-30 at 9: x", "? `0 9 30 2 *` never comes."],
  ["on 2026-11-27 at 9: x", "? That is over."],
  ["today at 9: x", "? That is over for today."],
  ["every day at 9 Mars/Olympus: x", "? There is no such time zone as `Mars/Olympus: x`."],
  ["0 0 9 * * 1: x", "? I don't understand when that is: `0 0 9 * * 1: x`."],
])("not understood: %s", (text, expected) => {
  expect(understood(text)).toBe(expected);
});
