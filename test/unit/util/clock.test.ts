import { expect, test } from "vitest";
import { isRecent, systemClock } from "../../../src/util/clock.ts";

test("the system clock fires a timer, and not one that was cleared", async () => {
  const fired: string[] = [];
  systemClock.clearTimeout(systemClock.setTimeout(() => fired.push("cleared"), 0));
  systemClock.clearTimeout(undefined);
  await new Promise<void>((resolve) =>
    systemClock.setTimeout(() => {
      fired.push("kept");
      resolve();
    }, 1),
  );
  expect(fired).toEqual(["kept"]);
});

test("the system clock tells the time in milliseconds", () => {
  expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1000);
});

test("what a clock that was set back knows nothing of is not recent", () => {
  expect([999, 1000, 1099, 1100].map((now) => isRecent(1000, 100, now))).toEqual([false, true, true, false]);
});
