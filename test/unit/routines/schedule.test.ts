import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  momentWords,
  nextRun,
  nextRuns,
  type Schedule,
  schedule,
  scheduleWords,
} from "../../../src/routines/schedule.ts";

const ZONES = ["Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe"];
const HOUR_MS = 3_600_000;
const QUARTER_MS = HOUR_MS / 4;
const START = Date.parse("2026-01-01T12:00:00Z");
const END = Date.parse("2027-01-01T12:00:00Z");

const cron = (expression: string, timeZone = "Europe/Amsterdam"): Schedule => ({
  kind: "cron",
  expression,
  timeZone,
});

interface Quarter {
  readonly at: number;
  readonly date: string;
  readonly time: string;
}

/** What the clocks of a zone show, each quarter of an hour of the year. */
function quarters(timeZone: string): readonly Quarter[] {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" });
  return Array.from({ length: (END - START) / QUARTER_MS + 96 }, (_, index) => {
    const at = START + index * QUARTER_MS;
    const [date = "", time = ""] = format.format(at).split(" ");
    return { at, date, time };
  });
}

function runsOfTheYear(kept: Schedule): readonly number[] {
  const runs: number[] = [];
  for (let at = nextRun(kept, START); at !== undefined && at < END; at = nextRun(kept, at)) runs.push(at);
  return runs;
}

/** On each day the first quarter that shows the time, or a later one when the clocks leap over it. */
function daily(of: readonly Quarter[], time: string, onDay: (date: string) => boolean): readonly number[] {
  const found = new Map<string, number>();
  const first = of[0]?.date;
  for (const { at, date, time: shown } of of) {
    if (shown >= time && date !== first && onDay(date) && !found.has(date)) found.set(date, at);
  }
  return [...found.values()].filter((at) => at < END);
}

const isWeekday = (date: string) => ![0, 6].includes(new Date(`${date}T00:00:00Z`).getUTCDay());

describe.each(ZONES)("over both clock changes of a year in %s", (zone) => {
  const year = quarters(zone);
  const second = daily(year, "00:00", () => true)[0] ?? 0;
  const fromSecondDay = (kept: Schedule) => runsOfTheYear(kept).filter((at) => at >= second);

  test.each(["00:00", "01:45", "02:00", "02:15", "02:30", "09:00", "23:45"])(
    "%s comes once on each day, right after a gap, the first of two times",
    (time) => {
      const [hour, minute] = time.split(":").map(Number);
      const runs = fromSecondDay(cron(`${minute} ${hour} * * *`, zone));
      expect(runs).toEqual(daily(year, time, () => true));
      expect(runs.length).toBeGreaterThanOrEqual(364);
    },
  );

  test("weekdays at nine are the weekdays at nine", () => {
    expect(fromSecondDay(cron("0 9 * * 1-5", zone))).toEqual(daily(year, "09:00", isWeekday));
  });

  test("the last day of the month is the one before a first", () => {
    const isLast = (date: string) => new Date(Date.parse(date) + 24 * HOUR_MS).getUTCDate() === 1;
    expect(fromSecondDay(cron("30 2 L * *", zone))).toEqual(daily(year, "02:30", isLast));
  });

  test("each hour comes whenever the clock shows a full hour", () => {
    const full = year.filter(({ at, time }) => at > START && at < END && time.endsWith(":00"));
    const runs = runsOfTheYear(cron("0 * * * *", zone));
    expect(runs).toEqual(full.map(({ at }) => at));
    expect(runs).toEqual(runsOfTheYear(cron("0 0-23 * * *", zone)));
    expect(runs.length).toBeGreaterThanOrEqual(8757);
  });

  test.each(["*/30 2 * * *", "0 */2 * * *", "0,30 1-3 * * *", "0 2,14 * * *"])(
    "%s rises, no two runs showing the same time of a day",
    (expression) => {
      const runs = runsOfTheYear(cron(expression, zone));
      const shown = new Map(year.map(({ at, date, time }) => [at, `${date} ${time}`]));
      expect(runs.every((at, index) => index === 0 || at > (runs[index - 1] ?? at))).toBe(true);
      expect(new Set(runs.map((at) => shown.get(at))).size).toBe(runs.length);
      expect(new Set(runs.map((at) => shown.get(at)?.slice(0, 10))).size).toBeGreaterThanOrEqual(365);
    },
  );

  test("what goes by time passed heeds no clock", () => {
    const runs = runsOfTheYear({ kind: "every", ms: 2 * HOUR_MS, from: START });
    expect(runs).toHaveLength((365 * 24) / 2 - 1);
    expect(runs.every((at) => (at - START) % (2 * HOUR_MS) === 0)).toBe(true);
  });
});

test("the next run is later, and the next runs are the next of each", () => {
  const kept = fc.oneof(
    fc
      .record({
        minute: fc.constantFrom("0", "*/7", "59", "5,35"),
        hour: fc.constantFrom("*", "*/3", "2", "0-5/2", "1,2,23"),
        day: fc.constantFrom("* * *", "L * *", "31 * *", "* * 1-5", "29 2 *", "* * 5#L"),
        timeZone: fc.constantFrom(...ZONES, "UTC", "America/Santiago"),
      })
      .map(({ minute, hour, day, timeZone }) => cron(`${minute} ${hour} ${day}`, timeZone)),
    fc.record({
      kind: fc.constant("every" as const),
      ms: fc.integer({ min: 60_000, max: 40 * 24 * HOUR_MS }),
      from: fc.integer({ min: START, max: END }),
    }),
    fc.record({ kind: fc.constant("once" as const), at: fc.integer({ min: START, max: END }) }),
  );
  fc.assert(
    fc.property(kept, fc.integer({ min: START, max: END }), (each, after) => {
      const runs = nextRuns(each, after, 4);
      let last = after;
      for (const at of runs) {
        expect(nextRun(each, last)).toBe(at);
        expect(at).toBeGreaterThan(last);
        last = at;
      }
      expect(schedule.parse(each)).toEqual(each);
    }),
  );
});

test("a moment that has come is not the next one, to the millisecond", () => {
  const nine = Date.parse("2026-11-30T08:00:00Z");
  expect(nextRun(cron("0 9 * * *"), nine - 1)).toBe(nine);
  expect(nextRun(cron("0 9 * * *"), nine)).toBe(nine + 24 * HOUR_MS);
  expect(nextRun({ kind: "once", at: nine }, nine)).toBeUndefined();
  expect(nextRun({ kind: "every", ms: HOUR_MS, from: nine }, nine)).toBe(nine + HOUR_MS);
  expect(nextRun({ kind: "every", ms: HOUR_MS, from: nine }, 0)).toBe(nine + HOUR_MS);
});

test.each([
  cron("0 9 * *"),
  cron("0 0 9 * * 1"),
  cron("61 9 * * *"),
  cron("0 9 30 2 *"),
  cron("2030-01-01T00:00"),
  cron("@reboot"),
  cron("0 9 * * *", "Europe/Nowhere"),
  cron("0 9 * * *", "+05:00"),
  { kind: "every", ms: 0, from: 0 },
  { kind: "once", at: Number.NaN },
  { kind: "once", at: 1, more: true },
])("%j is no schedule", (each) => {
  expect(schedule.safeParse(each).success).toBe(false);
});

test.each([
  ["0 9 * * 1-5", "Mon–Fri 09:00"],
  ["0 9 * * MON,thu", "Mon, Thu 09:00"],
  ["0 9,17 * * *", "daily 09:00 and 17:00"],
  ["@daily", "daily 00:00"],
  ["0 * * * *", "every hour"],
  ["*/15 * * * *", "every 15 minutes"],
  ["0 9-17/2 * * 1-5", "Mon–Fri every 2 hours 09:00–17:00"],
  ["0 8 1 * *", "on the 1st at 08:00"],
  ["0 8 11,22 * *", "on the 11th and 22nd at 08:00"],
  ["0 8 L * *", "on the last day of the month at 08:00"],
  ["0 16 * * 5#L", "on the last Fri of the month at 16:00"],
  ["0 9 1 * 1", "0 9 1 * 1"],
  ["0 9 25 12 *", "0 9 25 12 *"],
])("%s is told as %s", (expression, words) => {
  expect(scheduleWords(cron(expression))).toBe(`${words} Europe/Amsterdam`);
});

test("other schedules and moments are told in the zone given", () => {
  const at = Date.parse("2026-11-28T13:20:00Z");
  expect(scheduleWords({ kind: "every", ms: 2 * HOUR_MS, from: at })).toBe("every 2 hours");
  expect(scheduleWords({ kind: "every", ms: HOUR_MS / 2, from: at })).toBe("every 30 minutes");
  expect(scheduleWords({ kind: "once", at }, "Europe/Amsterdam")).toBe(
    "once, Sat 28 Nov 2026 14:20 Europe/Amsterdam",
  );
  expect(momentWords(at, "Europe/Amsterdam", at)).toBe("Sat 28 Nov 14:20");
  expect(momentWords(at, "Europe/Amsterdam", at + 40 * 24 * HOUR_MS)).toBe("Sat 28 Nov 2026 14:20");
});
