import fc from "fast-check";
import { expect, test } from "vitest";
import { backoffMs } from "../../../src/util/backoff.ts";

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
