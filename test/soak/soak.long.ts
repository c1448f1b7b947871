// `npm run test:soak`: 50 sessions, an hour of chat after the caches are full.

import { expect, test } from "vitest";
import { soak } from "./soak.ts";

test("fifty sessions for an hour: memory, timers, handles and listeners stay as they are", async () => {
  const report = await soak({ sessions: 50, minutes: 61, warmUpMinutes: 160 });
  console.log(JSON.stringify(report, undefined, 2));
  expect(report.turns).toBeGreaterThan(50 * 100);
  expect(report.slopeKiB).toBeLessThan(10);
  expect(report.held[1]).toEqual(report.held[0]);
  expect(report.largestDocumentKiB).toBeLessThan(200);
});
