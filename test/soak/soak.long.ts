// `npm run test:soak`: 50 sessions, a day of chat after the caches are full.

import { expect, test } from "vitest";
import { soak } from "./soak.ts";

test("fifty sessions for a day: memory, timers, handles and listeners stay as they are", async () => {
  const report = await soak({ sessions: 50, minutes: 24 * 60 + 1, warmUpMinutes: 960, comparesHeaps: true });
  console.log(JSON.stringify(report, undefined, 2));
  expect(report.turns).toBeGreaterThan(50 * 24 * 15);
  expect(report.grown).toEqual([]);
  expect(report.slopeKiB).toBeLessThan(1);
  expect(report.held[1]).toEqual(report.held[0]);
  expect(report.largestDocumentKiB).toBeLessThan(200);
});
