import fc from "fast-check";
import { expect, test } from "vitest";
import { RateLimit } from "../../../src/util/rate-limit.ts";

/** How many of so many tries at that time are within the limit. */
const tries = (limit: RateLimit, count: number, at: number, key = "a"): number =>
  Array.from({ length: count }, () => limit.tryTake(key, at)).filter(Boolean).length;

test("so many pass at once, then one each so often", () => {
  const limit = new RateLimit({ burst: 3, everyMs: 1000 });
  expect(tries(limit, 10, 0)).toBe(3);
  expect(tries(limit, 10, 999)).toBe(0);
  expect(tries(limit, 10, 1000)).toBe(1);
  expect(tries(limit, 10, 3500)).toBe(2);
  expect(tries(limit, 10, 4000)).toBe(1);
});

test("a long rest gives no more than the burst", () => {
  const limit = new RateLimit({ burst: 2, everyMs: 10 });
  tries(limit, 5, 0);
  expect(tries(limit, 5, 1_000_000)).toBe(2);
});

test("what is refused costs nothing", () => {
  const limit = new RateLimit({ burst: 1, everyMs: 1000 });
  tries(limit, 100, 0);
  expect(tries(limit, 100, 500)).toBe(0);
  expect(tries(limit, 2, 1000)).toBe(1);
});

test("a time before the last gives nothing and takes nothing away, and from it on time counts", () => {
  const limit = new RateLimit({ burst: 2, everyMs: 1000 });
  expect(limit.tryTake("a", 10_000)).toBe(true);
  expect(limit.tryTake("a", 0)).toBe(true);
  expect(limit.tryTake("a", 0)).toBe(false);
  expect(limit.tryTake("a", 999)).toBe(false);
  expect(limit.tryTake("a", 1000)).toBe(true);
});

test("each key has a limit of its own", () => {
  const limit = new RateLimit({ burst: 1, everyMs: 1000 });
  expect([
    limit.tryTake("a", 0),
    limit.tryTake("b", 0),
    limit.tryTake("a", 0),
    limit.tryTake("b", 0),
  ]).toEqual([true, true, false, false]);
});

test("no more keys are remembered than asked for, and the one unused for longest is forgotten first", () => {
  const limit = new RateLimit({ burst: 1, everyMs: 1_000_000, keys: 2 });
  for (const key of ["a", "b", "a", "c"]) {
    limit.tryTake(key, 0);
  }
  expect([limit.tryTake("a", 0), limit.tryTake("b", 0)]).toEqual([false, true]);
});

test("in no span of time does more pass than the burst and what the span gives", () => {
  const steps = fc.array(fc.nat({ max: 3000 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(
      steps,
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 2000 }),
      (waits, burst, everyMs) => {
        const limit = new RateLimit({ burst, everyMs });
        let now = 0;
        const passed = waits.flatMap((wait) => {
          now += wait;
          return limit.tryTake("a", now) ? [now] : [];
        });
        for (const [from, start] of passed.entries()) {
          for (const [to, end] of passed.entries()) {
            expect(to - from + 1).toBeLessThanOrEqual(burst + Math.max(0, end - start) / everyMs + 1e-6);
          }
        }
      },
    ),
  );
});
