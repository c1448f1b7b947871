import { expect, test } from "vitest";
import { readRoutine } from "../../../src/routines/reading.ts";
import { momentWords, nextRun } from "../../../src/routines/schedule.ts";
import { processorMs } from "../../support/processor-time.ts";

// A Saturday, 06:40 in Amsterdam.
const here = { now: Date.parse("2026-11-28T05:40:00Z"), timeZone: "Europe/Amsterdam" };

function read(when: string) {
  const reading = readRoutine(`${when}: look at 9:00: all`, here);
  return "problem" in reading ? reading.problem : reading;
}

function first(when: string): string {
  const reading = readRoutine(`${when}: x`, here);
  if ("problem" in reading) return reading.problem;
  const at = nextRun(reading.schedule, here.now) ?? Number.NaN;
  return `${reading.schedule.kind} ${momentWords(at, here.timeZone, here.now)}`;
}

test.each([
  ["every weekday at 9:00", "0 9 * * 1-5"],
  ["Every day at 9", "0 9 * * *"],
  ["daily 9am", "0 9 * * *"],
  ["every day at 9:30 pm", "30 21 * * *"],
  ["every day at 12am", "0 0 * * *"],
  ["every day at noon and midnight", "0 0,12 * * *"],
  ["every day at 9 and 17", "0 9,17 * * *"],
  ["at 9 every weekday", "0 9 * * 1-5"],
  ["every monday and thursday at 14:30", "30 14 * * 1,4"],
  ["mondays at 9", "0 9 * * 1"],
  ["mon-fri 9:00", "0 9 * * 1-5"],
  ["friday to sunday at 9", "0 9 * * 5-7"],
  ["every weekend", "0 9 * * 6,0"],
  ["on the 1st at 8", "0 8 1 * *"],
  ["on the 1st and 15th at 8", "0 8 1,15 * *"],
  ["on the last day of the month", "0 9 L * *"],
  ["on the last friday of the month at 16:00", "0 16 * * 5#L"],
  ["every 2 hours between 9 and 17 on weekdays", "0 9-17/2 * * 1-5"],
  ["every 30 minutes between 9 and 17", "*/30 9-16 * * *"],
  ["every 25 december at 9", "0 9 25 12 *"],
  ["`0 9 * * mon-fri`", "0 9 * * MON-FRI"],
  ["@daily", "@daily"],
])("%s is %s", (when, expression) => {
  expect(read(when)).toEqual({
    schedule: { kind: "cron", expression, timeZone: here.timeZone },
    text: "look at 9:00: all",
  });
});

test.each([
  ["at 9", "once Sat 28 Nov 09:00"],
  ["at 6:00", "once Sun 29 Nov 06:00"],
  ["on monday at 9:00", "once Mon 30 Nov 09:00"],
  ["tomorrow at 9", "once Sun 29 Nov 09:00"],
  ["today at 9:30 pm", "once Sat 28 Nov 21:30"],
  ["in 20 minutes", "once Sat 28 Nov 07:00"],
  ["in half an hour", "once Sat 28 Nov 07:10"],
  ["in 3 days at 9", "once Tue 1 Dec 09:00"],
  ["on 2027-01-04 at 9", "once Mon 4 Jan 2027 09:00"],
  ["on 1 december at 9", "once Tue 1 Dec 09:00"],
  ["every 2 hours", "every Sat 28 Nov 08:40"],
  ["every hour", "every Sat 28 Nov 07:40"],
  ["every day at 9:00 america/new_york", "cron Sat 28 Nov 15:00"],
  ["0 9 * * 1 UTC", "cron Mon 30 Nov 10:00"],
])("%s comes first %s", (when, expected) => {
  expect(first(when)).toBe(expected);
});

test.each([
  ["every fortnight", "I don't understand when `every fortnight` is."],
  ["every second monday", "I don't understand when `every second monday` is."],
  ["at 9:5", "I don't understand when `at 9:5` is."],
  ["at 25:00", "`25:00` is no time of day."],
  ["at 13pm", "`13pm` is no time of day."],
  ["every 2 minutes", "That is more often than every 5 minutes."],
  ["* * * * *", "That is more often than every 5 minutes."],
  ["0 0 9 * * 1", "A cron expression has five fields here"],
  ["0 9 30 2 *", "`0 9 30 2 *` is no cron expression that ever comes."],
  ["on 30 february at 9", "That date never comes."],
  ["on 2027-02-30", "That date never comes."],
  ["today at 5", "That time has passed."],
  ["on 2026-11-27", "That time has passed."],
  ["at 9:00 Europe/Nowhere", "I don't know the time zone `Europe/Nowhere`."],
  ["every monday at 9 and friday at 17", "I don't understand when"],
  ["every day at 9, monday at 10", "I don't understand when"],
  ["every day at 5 and 9 pm", "Write am or pm behind each of these times"],
  ["every day at 9am and 5", "Write am or pm behind each of these times"],
  ["every hour between 1 and 5 pm", "Write am or pm behind each of these times"],
  ["@all", "`@all` is no cron expression that ever comes."],
])("%s is answered with what was not understood, and with examples", (when, words) => {
  expect(read(when)).toContain(words);
  expect(read(when)).toContain("such as `every weekday at 9:00: …`");
});

test.each([
  ["every weekday at 9:00", "no colon"],
  ["every weekday at 9:00:", "no task after `every weekday at 9:00`"],
  [": look", "no time"],
  ["", "no colon"],
])("%j misses something, and is told what", (text, words) => {
  expect(readRoutine(text, here)).toHaveProperty("problem", expect.stringContaining(words));
});

test.each([
  "every day: at 17:00 look",
  "every monday\n14:00 look",
  "tomorrow: at 5 pm: look",
  "daily: 9am look",
  "in 2 days: at 9 look",
])("%j has its time behind the colon, where it would not be heeded, and is not guessed", (text) => {
  expect(readRoutine(text, here)).toHaveProperty("problem", expect.stringContaining("behind the colon"));
});

test("next Monday is not the Monday that it is", () => {
  const monday = { ...here, now: Date.parse("2026-11-30T06:00:00Z") };
  const at = Date.parse("2026-12-07T08:00:00Z");
  expect(readRoutine("next monday at 9: x", monday)).toHaveProperty("schedule", { kind: "once", at });
  expect(readRoutine("monday at 9: x", monday)).toHaveProperty("schedule.at", at - 7 * 86_400_000);
});

test("a line's end parts time and task as well", () => {
  expect(readRoutine("every weekday at 9:00\nlook: here", here)).toHaveProperty("text", "look: here");
});

test("a megabyte of anything is read at once", () => {
  for (const piece of ["9:00 ", "at 9 and ", " ", "every ", "1:1", "a,", "`"]) {
    const long = piece.repeat(1_000_000 / piece.length);
    for (const text of [long, `${long}: x`, `${long.slice(0, 190)}: x`]) {
      expect(processorMs(() => readRoutine(text, here))).toBeLessThan(1000);
    }
  }
});
