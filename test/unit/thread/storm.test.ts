// A minute in which the server turns 40 % of all writes away and says "in a second": fifty of them, told apart by seed.

import { expect, test } from "vitest";
import { playStorm, RETRY_AFTER_MS, randomOf, type Storm } from "../../support/storm.ts";

async function storms(threads: number): Promise<Storm[]> {
  const played: Storm[] = [];
  for (let seed = 1; seed <= 50; seed++) {
    played.push(await playStorm(randomOf(seed), 0.4, threads));
  }
  return played;
}

test.each([
  [4, 2],
  [12, 6],
])(
  "%i threads that are turned away try again within %i times Retry-After, and have shown all 2 s after the storm",
  async (threads, most) => {
    const played = await storms(threads);
    for (const { longestGapMs, shownAfterMs } of played) {
      expect(longestGapMs).toBeLessThanOrEqual(most * RETRY_AFTER_MS);
      expect(shownAfterMs).toBeLessThanOrEqual(2000);
    }
  },
);

test("a write waits for its own refusals and hardly longer, so that 6 times Retry-After is a matter of very bad luck", async () => {
  const waits = (await storms(4)).flatMap((storm) => storm.waits);
  for (const { ms, refusals } of waits) {
    // Once more for what is turned away while it has not been tried itself.
    expect(ms).toBeLessThanOrEqual((refusals + 1) * 1.6 * RETRY_AFTER_MS);
  }
  const unlucky = waits.filter(({ ms }) => ms > 6 * RETRY_AFTER_MS);
  // 0.4 ** 5 of the writes are turned away five times.
  expect(unlucky.length / waits.length).toBeLessThan(0.02);
  expect(unlucky.filter(({ refusals }) => refusals < 4)).toEqual([]);
});
