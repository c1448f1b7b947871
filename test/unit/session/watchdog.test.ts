// A Claude that falls silent, and clocks that are not to be trusted.

import { expect, test } from "vitest";
import type { Effect } from "../../../src/session/types.ts";
import { createScript, OWNER, permission, turnEnded, working } from "../../support/session-script.ts";

/** The watchdog as the last of these effects leaves it: milliseconds, "off", or undefined when they don't touch it. */
function watchdogIn(effects: readonly Effect[]): number | "off" | undefined {
  const last = effects.findLast(
    (effect) => (effect.type === "setTimer" || effect.type === "clearTimer") && effect.name === "watchdog",
  );
  return last?.type === "setTimer" ? last.ms : last && "off";
}

test("a message that nothing follows for 120 s ends the process, is said, and goes first when it is resumed", () => {
  const script = createScript();
  expect(watchdogIn(script.says(OWNER, "go"))).toBe(120_000);
  const effects = script.take({ type: "timer", name: "watchdog" });
  expect(effects).toContainEqual({ type: "closeClaude", now: true });
  expect(effects).toContainEqual({ type: "releaseSlot" });
  expect(script.said()).toContain("💥 **Claude did not answer** and was ended.");
  script.says(OWNER, "are you there?");
  script.take({ type: "slotGranted", slot: 1 });
  expect(script.sent()).toEqual(["go", "go"]);
});

test("the turn's begin calls it off: how long Claude thinks is its own affair", () => {
  const script = createScript();
  script.says(OWNER, "go");
  expect(watchdogIn(script.claude({ type: "turnStarted", model: "m" }))).toBe("off");
});

test("an interrupt that nothing follows for 15 s ends the process; one that works calls it off", () => {
  const script = working();
  expect(watchdogIn(script.command(OWNER, { name: "interrupt" }))).toBe(15_000);
  expect(watchdogIn(script.claude(turnEnded(true, "", true)))).toBe("off");
  const deaf = working();
  deaf.command(OWNER, { name: "interrupt" });
  expect(deaf.take({ type: "timer", name: "watchdog" })).toContainEqual({ type: "closeClaude", now: true });
  expect(deaf.state.phase.name).toBe("asleep");
});

test("one that fires when nothing runs any more does nothing", () => {
  const script = working();
  script.claude(turnEnded());
  expect(script.take({ type: "timer", name: "watchdog" })).toEqual([]);
});

test("what an ended process still says is not heard", () => {
  const script = working();
  const { generation } = script.state;
  script.claude(permission("p1"));
  script.take({ type: "timer", name: "watchdog" });
  expect(script.claude(permission("p2"), { generation })).toEqual([]);
  expect(script.claude(turnEnded(), { generation })).toEqual([]);
});

test("after the machine has slept for hours the idle session sleeps at the first chance", () => {
  const script = working();
  script.claude(turnEnded());
  script.now += 8 * 3_600_000;
  script.take({ type: "timer", name: "idle" });
  expect(script.state.phase.name).toBe("asleep");
  expect(script.said()).toContain("Session timed out");
});

test("a clock that is set back by a day keeps a session awake for one idle time more, and no day", () => {
  const script = working();
  script.claude(turnEnded());
  script.now -= 24 * 3_600_000;
  const effects = script.take({ type: "timer", name: "idle" });
  expect(effects).toEqual([{ type: "setTimer", name: "idle", ms: 1_800_000 }]);
});
