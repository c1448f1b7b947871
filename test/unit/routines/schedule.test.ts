// When routines run over a year with both clock changes. What the wall clock says is Intl's, not ours.

import fc from "fast-check";
import { expect, test } from "vitest";
import { nextRun, nextRuns, type Schedule, schedule } from "../../../src/routines/schedule.ts";

const YEAR = { from: Date.UTC(2027, 0, 1), to: Date.UTC(2028, 0, 1) };
/** Changes of an hour in spring and autumn, in other weeks, and of half an hour. */
const ZONES = ["Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe"];

function runsIn(when: Schedule, { from, to }: typeof YEAR): number[] {
  return [...nextRuns(when, from - 1, 20_000)].filter((at) => at < to);
}

const formats = new Map(
  ZONES.map((timeZone) => [
    timeZone,
    new Intl.DateTimeFormat("en-CA", { timeZone, dateStyle: "short", timeStyle: "short", hourCycle: "h23" }),
  ]),
);
/** `2027-03-28 03:00`. */
const wall = (at: number, zone: string): string => formats.get(zone)?.format(at).replace(",", "") ?? "";

test.each(ZONES)(
  "in %s what runs daily runs once on each day of the wall's calendar, at its time where there is one",
  (timeZone) => {
    for (const [hour, minute] of [
      [9, 0],
      [2, 30],
      [2, 15],
    ] as const) {
      const runs = runsIn({ kind: "cron", expression: `${minute} ${hour} * * *`, timeZone }, YEAR);
      const said = runs.map((at) => wall(at, timeZone));
      const days = said.map((text) => text.slice(0, 10));
      const time = `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
      expect(new Set(days).size, time).toBe(days.length);
      expect(days.length, time).toBeGreaterThanOrEqual(365);
      // All but the one day on which there is no such time, and then right after the gap.
      const others = said.filter((text) => !text.endsWith(time));
      expect(others.length, time).toBeLessThanOrEqual(1);
      expect(
        others.every((text) => /0[23]:(?:00|30|15|45)$/.test(text)),
        others.join(),
      ).toBe(true);
    }
  },
);

test.each(ZONES)(
  "in %s what runs every hour runs in each hour that passes, and on time in that zone",
  (timeZone) => {
    const runs = runsIn({ kind: "cron", expression: "0 * * * *", timeZone }, YEAR);
    // The half hour of Lord Howe's gap has no full hour.
    expect(8760 - runs.length).toBeLessThanOrEqual(1);
    expect(runs.every((at) => wall(at, timeZone).endsWith(":00"))).toBe(true);
  },
);

test("what runs every five hours does so whatever the clocks do", () => {
  const runs = nextRuns({ kind: "every", ms: 5 * 3_600_000, from: YEAR.from }, YEAR.from, 100);
  expect(runs[0]).toBe(YEAR.from + 5 * 3_600_000);
  expect(new Set(runs.slice(1).map((at, index) => at - (runs[index] ?? 0)))).toEqual(
    new Set([5 * 3_600_000]),
  );
});

test("what runs once is over after it", () => {
  const when: Schedule = { kind: "once", at: 1000 };
  expect([nextRun(when, 999), nextRun(when, 1000)]).toEqual([1000, undefined]);
});

const anySchedule: fc.Arbitrary<Schedule> = fc.oneof(
  fc.record({
    kind: fc.constant("cron" as const),
    expression: fc
      .tuple(
        fc.integer({ min: 0, max: 59 }),
        fc.integer({ min: 0, max: 23 }),
        fc.constantFrom("*", "1-5", "0,6", "3"),
      )
      .map(([minute, hour, days]) => `${minute} ${hour} * * ${days}`),
    timeZone: fc.constantFrom(...ZONES),
  }),
  fc.record({
    kind: fc.constant("every" as const),
    ms: fc.integer({ min: 5, max: 10_000 }).map((minutes) => minutes * 60_000),
    from: fc.integer({ min: YEAR.from, max: YEAR.to }),
  }),
);

test("the next moment is always later, none lies between, and the schema takes back what it gave", () => {
  fc.assert(
    fc.property(anySchedule, fc.integer({ min: YEAR.from, max: YEAR.to }), (when, after) => {
      const runs = nextRuns(when, after, 3);
      expect(runs).toHaveLength(3);
      expect(runs[0]).toBeGreaterThan(after);
      for (const [index, at] of runs.entries()) {
        expect(nextRun(when, at - 1)).toBe(at);
        expect(at).toBeGreaterThan(runs[index - 1] ?? 0);
      }
      expect(schedule.parse(JSON.parse(JSON.stringify(when)))).toEqual(when);
    }),
    { numRuns: 100 },
  );
});

test("a schedule that never comes, with seconds, or in no zone is none", () => {
  const cron = { kind: "cron", expression: "0 9 * * *", timeZone: "UTC" };
  expect(schedule.safeParse(cron).success).toBe(true);
  for (const wrong of [
    { timeZone: "Mars/Olympus" },
    { expression: "0 0 30 2 *" },
    { expression: "0 0 9 * * *" },
    { expression: "" },
  ]) {
    expect(schedule.safeParse({ ...cron, ...wrong }).success, JSON.stringify(wrong)).toBe(false);
  }
});
