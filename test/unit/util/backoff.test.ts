import fc from "fast-check";
import { expect, test } from "vitest";
import { backoffMs, pauseMs } from "../../../src/util/backoff.ts";

test("the ceiling doubles with every attempt up to the maximum", () => {
  const ceilings = [0, 1, 2, 3, 4].map((attempt) =>
    backoffMs(attempt, { baseMs: 100, maxMs: 1000, random: () => 1 }),
  );
  expect(ceilings).toEqual([100, 200, 400, 800, 1000]);
});

test("the wait is spread over the whole range below the ceiling", () => {
  const at = (value: number) => backoffMs(2, { baseMs: 100, maxMs: 1000, random: () => value });
  expect([at(0), at(0.25), at(0.5)]).toEqual([0, 100, 200]);
});

test("no attempt, however late, waits longer than the maximum", () => {
  fc.assert(
    fc.property(fc.nat(100_000), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, value) => {
      const ms = backoffMs(attempt, { baseMs: 500, maxMs: 30_000, random: () => value });
      return ms >= 0 && ms <= 30_000;
    }),
  );
});

const OPTIONS = { baseMs: 500, maxMs: 30_000, random: () => 0.5 };

test("what the server asked for is the pause, with at most half of it as jitter, after any number of attempts", () => {
  for (const attempt of [0, 1, 5, 50]) {
    expect(pauseMs(attempt, 1000, { ...OPTIONS, random: () => 0 })).toBe(1000);
    expect(pauseMs(attempt, 1000, { ...OPTIONS, random: () => 0.999_999 })).toBe(1500);
  }
});

test("where the server asked for nothing, or for no time at all, the pause grows", () => {
  for (const asked of [undefined, 0, 99]) {
    expect([0, 1, 2].map((attempt) => pauseMs(attempt, asked, OPTIONS))).toEqual([250, 500, 1000]);
  }
});

test("nobody waits for hours because a proxy asked for it", () => {
  expect(pauseMs(0, 86_400_000, { ...OPTIONS, random: () => 0 })).toBe(60_000);
});
