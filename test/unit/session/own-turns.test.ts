// Turns that Claude begins by itself when something in the background has ended, beside a message that is on its way to
// it. The frames are those of the recording 2.1.330-background-bash.

import { expect, test } from "vitest";
import type { ToolUseId } from "../../../src/claude/types.ts";
import { savedTurnOf } from "../../../src/session/texts.ts";
import { OWNER, type Script, turnEnded, working } from "../../support/session-script.ts";

/** A task has ended, and a message was sent before Claude's own turn began. */
function crossed(): Script {
  const script = working();
  script.claude(turnEnded());
  script.claude({
    type: "taskEnded",
    taskId: "b1",
    toolUseId: "t1" as ToolUseId,
    status: "completed",
    summary: "",
  });
  script.says(OWNER, "next");
  script.claude({ type: "turnStarted", model: "m" });
  return script;
}

const asItIs = (text: string): string => text;

test("the end of Claude's own turn is no answer to the message: it is still under way", () => {
  const script = crossed();
  script.claude({ type: "textDelta", text: "The task has ended.", blockIndex: 0 });
  script.claude(turnEnded());
  expect(script.state).toMatchObject({ phase: { name: "working", inFlight: { message: { text: "next" } } } });
  script.says(OWNER, "and then?");
  expect(script.sent()).toEqual(["go", "next"]);
  script.claude({ type: "turnStarted", model: "m" });
  script.claude({ type: "replayed", uuid: "u2" });
  script.claude(turnEnded());
  expect(script.sent()).toEqual(["go", "next", "and then?"]);
});

test("a message that the turn has taken is answered by it", () => {
  const script = crossed();
  script.claude({ type: "replayed", uuid: "u2" });
  script.claude(turnEnded());
  expect(script.state).toMatchObject({ phase: { name: "idle" } });
});

test("a silent turn of Claude's own is no turn without a word to who waits", () => {
  const script = crossed();
  const before = script.said();
  script.claude(turnEnded());
  expect(script.said()).toBe(before);
});

test("an interruption that hit Claude's own turn interrupts the message's as well", () => {
  const script = crossed();
  script.command(OWNER, { name: "interrupt" });
  script.claude(turnEnded(true, "", true));
  expect(script.effects.filter((effect) => effect.type === "interruptClaude")).toHaveLength(2);
  script.claude({ type: "turnStarted", model: "m" });
  script.claude({ type: "replayed", uuid: "u2" });
  script.claude(turnEnded(true, "", true));
  expect(script.said()).toContain("⏸️ **Interrupted** by @alice");
});

test("words of Claude's own turn that only its saved conversation has are shown after a crash", () => {
  const script = working();
  script.claude({ type: "messageStarted", messageId: "m1" });
  script.claude({ type: "text", messageId: "m1", text: "Begun." });
  script.claude(turnEnded());
  script.claude({ type: "turnStarted", model: "m" });
  const saved = {
    holds: () => false,
    textsAfter: () => [],
    textsFrom: (messageId: string) =>
      [
        { messageId: "m1", text: "Begun." },
        { messageId: "m2", text: "The task has ended." },
      ].slice(messageId === "m1" ? 0 : 1),
  };
  for (const begin of [() => {}, () => script.claude({ type: "messageStarted", messageId: "m2" })]) {
    begin();
    expect(savedTurnOf(script.state, () => saved, asItIs).texts).toEqual([
      { messageId: "m2", text: "The task has ended." },
    ]);
  }
  script.claude({ type: "textDelta", text: "The task", blockIndex: 0 });
  script.take({
    type: "restored",
    saved: savedTurnOf(script.state, () => saved, asItIs),
  });
  expect(script.said()).toContain("The task has ended.");
  expect(script.said().match(/Begun\./g)).toHaveLength(1);
});

test("words of Claude's own turn are found again while a message is on its way to it that it never got", () => {
  const script = crossed();
  script.claude({ type: "messageStarted", messageId: "m1" });
  script.claude({ type: "textDelta", text: "The task", blockIndex: 0 });
  const saved = {
    holds: (uuid: string) => uuid === "u1",
    textsAfter: () => [],
    textsFrom: (messageId: string) =>
      messageId === "m1" ? [{ messageId: "m1", text: "The task has ended." }] : [],
  };
  script.take({
    type: "restored",
    saved: savedTurnOf(script.state, () => saved, asItIs),
  });
  expect(script.said()).toContain("The task has ended.");
  expect(script.state.queue.map(({ text }) => text)).toEqual(["next"]);
});

test("the end of a turn that Claude began by itself takes no message away whose files are still being fetched", () => {
  const script = working();
  script.claude(turnEnded());
  script.says(OWNER, "look", { withThread: true });
  script.claude({ type: "turnStarted", model: "m" });
  script.claude(turnEnded());
  script.take({
    type: "prepared",
    uuid: "u2",
    generation: script.state.generation,
    content: [{ type: "text", text: "look" }],
  });
  expect(script.effects).toContainEqual({
    type: "send",
    uuid: "u2",
    content: [{ type: "text", text: "look" }],
  });
  expect(script.state.phase).toMatchObject({ name: "working", inFlight: { isPreparing: false } });
});
