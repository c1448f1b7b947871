// When a session is idle: only then does it time out or give up its slot.

import { describe, expect, test } from "vitest";
import type { BackgroundTask, ToolUseId } from "../../../src/claude/types.ts";
import { busyReasonOf } from "../../../src/session/busy.ts";
import {
  asks,
  exited,
  OTHER,
  OWNER,
  permission,
  plan,
  question,
  type Script,
  toolUse,
  turnEnded,
  working,
} from "../../support/session-script.ts";

const HALF_AN_HOUR = 1_800_000;
const DEV_SERVER: BackgroundTask = { id: "bcxiabivh", description: "npm run dev" };

const runs = (script: Script, ...tasks: BackgroundTask[]): void => {
  script.claude({ type: "backgroundTasks", tasks });
};

function timesOut(script: Script): boolean {
  script.now += HALF_AN_HOUR + 1;
  script.take({ type: "timer", name: "idle" });
  return script.state.phase.name === "asleep";
}

describe("a session does not time out", () => {
  test.each<[string, (script: Script) => void]>([
    ["while a turn runs in which nothing is heard", () => {}],
    ["while one tool is silent", (script) => script.claude(toolUse("t1", "Bash", { command: "make" }))],
    ["while a permission card is open", (script) => script.claude(permission("p1"))],
    ["while a plan card is open", (script) => script.claude(plan("p1"))],
    ["while a question is open", (script) => script.claude(asks("q1", question("Which?", ["a", "b"])))],
    [
      "while a command runs in the background",
      (script) => {
        runs(script, DEV_SERVER);
        script.claude(turnEnded());
      },
    ],
    [
      "while a subagent works in the background",
      (script) => {
        script.claude(toolUse("t1", "Agent", { description: "look around" }));
        script.claude({
          type: "toolResult",
          id: "t1" as ToolUseId,
          isError: false,
          text: "",
          structured: { status: "async_launched" },
        });
        script.claude(turnEnded());
      },
    ],
  ])("%s", (_what, begin) => {
    const script = working();
    begin(script);
    expect(timesOut(script)).toBe(false);
    expect(timesOut(script)).toBe(false);
  });

  test("and a card that was open for long is still answered", () => {
    const script = working();
    script.claude(permission("p1"));
    const card = script.postCard();
    timesOut(script);
    script.react(OWNER, card, "+1");
    expect(script.answers()).toHaveLength(1);
  });
});

describe("a session times out", () => {
  test("the idle time after what ran in the background has ended", () => {
    const script = working();
    runs(script, DEV_SERVER);
    script.claude(turnEnded());
    expect(timesOut(script)).toBe(false);
    runs(script);
    script.now += HALF_AN_HOUR - 10;
    script.take({ type: "timer", name: "idle" });
    expect(script.state.phase.name).toBe("idle");
    expect(timesOut(script)).toBe(true);
  });

  test("although a guest's message waits for somebody's word", () => {
    const script = working();
    script.claude(turnEnded());
    script.says(OTHER, "may I?");
    expect(busyReasonOf(script.state)).toBeUndefined();
    expect(timesOut(script)).toBe(true);
  });
});

describe("what runs in the background", () => {
  test("is told in the header while it runs", () => {
    const script = working();
    runs(script, DEV_SERVER);
    expect(script.posts.get("header")).toContain("#1 of 5 max · ⚙️ 1 task in the background");
    runs(script);
    expect(script.posts.get("header")).toContain("#1 of 5 max |");
  });

  test.each<[string, (script: Script) => unknown]>([
    ["a stop", (script) => script.command(OWNER, { name: "stop" })],
    ["a crash", (script) => script.claude(exited("boom"))],
    ["a shutdown", (script) => script.take({ type: "shutdown" })],
    ["a fault", (script) => script.take({ type: "fault", what: "testing", detail: "boom" })],
    [
      "a restart after a crash of mm-claude",
      (script) => script.take({ type: "restored", saved: { holdsMessage: undefined, texts: [] } }),
    ],
  ])("is named when it ends with %s", (_what, end) => {
    const script = working();
    runs(script, DEV_SERVER);
    script.claude(turnEnded());
    end(script);
    expect(script.said()).toMatch(/⚪ \*\*No longer running\*\*, because .+: `npm run dev`/);
    expect(script.state.background).toEqual([]);
  });
});
