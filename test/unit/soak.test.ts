import { expect, test } from "vitest";
import { soak } from "../soak/soak.ts";

test("ten sessions that work, ask, sleep and wake for two hours hold as much at its end as at its begin", async () => {
  const { held, turns } = await soak({ sessions: 10, minutes: 121, warmUpMinutes: 40 });
  expect(turns).toBeGreaterThan(300);
  expect(held[1].timers).toBe(held[0].timers);
  expect(held[1].claudes).toBe(held[0].claudes);
});
