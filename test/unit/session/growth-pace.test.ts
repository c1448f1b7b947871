// Where many posts grow at once, each grows in longer steps.

import { expect, test } from "vitest";
import { GrowthPace } from "../../../src/session/growth-pace.ts";

const STEP_MS = 2000;

/** When so many posts grow in 20 s, each as soon as it may. */
function growing(posts: number): { readonly times: number[]; readonly steps: number[] } {
  let now = 1_700_000_000_000;
  const from = now;
  const pace = new GrowthPace({ now: () => now });
  const next = Array.from({ length: posts }, (_, nth) => from + nth * 7);
  const [times, steps]: [number[], number[]] = [[], []];
  while (now < from + 20_000) {
    const first = next.indexOf(Math.min(...next));
    now = next[first] ?? 0;
    const ms = pace.delay(STEP_MS);
    times.push(now - from);
    steps.push(ms);
    next[first] = now + ms;
  }
  return { times, steps };
}

const inSecond = (times: readonly number[], second: number): number =>
  times.filter((at) => Math.floor(at / 1000) === second).length;

test.each([1, 20, 150])(
  "%i posts grow each two seconds, once those that began together have spread",
  (posts) => {
    const { times, steps } = growing(posts);
    const spread = steps.filter((_, nth) => (times[nth] ?? 0) > 5000);
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(STEP_MS);
    expect(Math.max(...spread)).toBeLessThanOrEqual(STEP_MS + 100);
  },
);

test.each([300, 600])("%i posts grow eighty times a second, and none is left behind", (posts) => {
  const { times, steps } = growing(posts);
  for (let second = 8; second < 19; second++) {
    expect(inSecond(times, second)).toBeLessThanOrEqual(81);
    expect(inSecond(times, second)).toBeGreaterThanOrEqual(79);
  }
  expect(Math.max(...steps)).toBeLessThanOrEqual((posts / 80) * 1000 + 300);
});

test("however many there are, none waits longer than fifteen seconds", () => {
  const pace = new GrowthPace({ now: () => 0 });
  const steps = Array.from({ length: 5000 }, () => pace.delay(STEP_MS));
  expect(Math.max(...steps)).toBeLessThanOrEqual(15_000);
});

test("nobody waits because the clock was set back", () => {
  let now = 10_000_000;
  const pace = new GrowthPace({ now: () => now });
  for (let nth = 0; nth < 100; nth++) pace.delay(STEP_MS);
  now -= 3_600_000;
  expect(pace.delay(STEP_MS)).toBeLessThanOrEqual(STEP_MS + 100);
});
