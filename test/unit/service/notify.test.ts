import { expect, test } from "vitest";
import { ServiceNotifier } from "../../../src/service/notify.ts";
import { createFakeClock } from "../../support/fake-clock.ts";

function setUp(watchdogMs?: number) {
  const told: string[] = [];
  const clock = createFakeClock();
  const notifier = new ServiceNotifier((...lines) => void told.push(lines.join(" ")), clock, watchdogMs);
  return { told, clock, notifier };
}

test("it says that it is ready, and then that it still runs, twice as often as it must, until it stops", async () => {
  const { told, clock, notifier } = setUp(60_000);
  await clock.advance(120_000);
  expect(told).toEqual([]);
  notifier.ready("well");
  await clock.advance(90_000);
  expect(told).toEqual(["READY=1 STATUS=well", "WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1"]);
  notifier.stopping();
  await clock.advance(600_000);
  expect(told.slice(4)).toEqual([expect.stringMatching(/^STOPPING=1 /)]);
});

test("where nobody watches it is not said that it still runs", async () => {
  const { told, clock, notifier } = setUp();
  notifier.ready("well");
  await clock.advance(600_000);
  expect(told).toHaveLength(1);
});

test.each([
  ["outside of a service", {}, false],
  [
    "in one",
    { NOTIFY_SOCKET: "/run/x", WATCHDOG_USEC: "120000000", WATCHDOG_PID: String(process.pid) },
    true,
  ],
])("%s", (_where, environment, isHeard) => {
  expect(ServiceNotifier.from(environment, createFakeClock()) !== undefined).toBe(isHeard);
});
