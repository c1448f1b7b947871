// A conversation that Claude clears: who owns its id, when it changes, and what people see. The frames are those of the
// recording 2.1.330-clear.

import { expect, test } from "vitest";
import { exited, OWNER, type Script, turnEnded, working } from "../../support/session-script.ts";

const OLD = "3f0b1c1e-0000-4000-8000-000000000000";
const NEW = "1ddbdbde-ad85-4b75-8d2f-cb9b9f7af8f1";

/** `!clear`, and what Claude says to it. */
function clear(script: Script, id: string = NEW): void {
  script.says(OWNER, "/clear", { isSlashCommand: true });
  script.claude({ type: "conversationReset" });
  script.claude({ type: "turnStarted", model: "m", conversationId: id });
  script.claude({ type: "replayed", uuid: "u2" });
  script.claude(turnEnded());
}

function idle(): Script {
  const script = working();
  script.claude(turnEnded());
  return script;
}

const starts = (script: Script) => script.effects.filter((effect) => effect.type === "startClaude");

test("the conversation that began is told, followed, and written to the audit trail", () => {
  const script = idle();
  clear(script);
  expect(script.said()).toContain("🧹 **Conversation cleared** by @alice");
  expect([...script.posts.values()].at(-1)).toContain("🧹");
  expect(script.state.conversation.id).toBe(NEW);
  expect(script.effects).toContainEqual({
    type: "audit",
    entry: { action: "cleared", by: OWNER, what: { before: OLD, now: NEW } },
  });
});

test("its id is known before the next message goes out", () => {
  const script = idle();
  script.says(OWNER, "/clear", { isSlashCommand: true });
  script.says(OWNER, "next");
  script.claude({ type: "conversationReset" });
  script.claude({ type: "turnStarted", model: "m", conversationId: NEW });
  expect(script.sent()).toEqual(["go", "/clear"]);
  expect(script.state.conversation.id).toBe(NEW);
  script.claude(turnEnded());
  expect(script.sent()).toEqual(["go", "/clear", "next"]);
});

test("it is resumed once something was said in it", () => {
  const script = idle();
  clear(script);
  script.says(OWNER, "on");
  script.claude({ type: "turnStarted", model: "m", conversationId: NEW });
  script.claude(turnEnded());
  script.take({ type: "slotWithdrawn" });
  script.says(OWNER, "and on");
  script.take({ type: "slotGranted", slot: 1 });
  expect(starts(script).at(-1)).toMatchObject({ resume: true });
  expect(script.state.conversation.id).toBe(NEW);
});

test("one in which nothing was said yet is resumed, and begun again when nothing of it was saved", () => {
  const script = idle();
  clear(script);
  script.take({ type: "slotWithdrawn" });
  script.says(OWNER, "on");
  script.take({ type: "slotGranted", slot: 1 });
  expect(starts(script).at(-1)).toMatchObject({ resume: true });
  script.claude(exited("No conversation found with session ID: x"));
  script.take({ type: "slotGranted", slot: 1 });
  expect(starts(script).at(-1)).toMatchObject({ resume: false });
  script.claude(turnEnded());
  expect(script.sent()).toEqual(["go", "/clear", "on", "on"]);
  expect(script.effects.filter((effect) => effect.type === "prepare")).toEqual([]);
});

test("a conversation that was lost after a clearing starts afresh without the thread", () => {
  const script = idle();
  clear(script);
  script.says(OWNER, "on");
  script.claude({ type: "turnStarted", model: "m", conversationId: NEW });
  script.claude(turnEnded());
  script.take({ type: "slotWithdrawn" });
  script.says(OWNER, "and on");
  script.take({ type: "slotGranted", slot: 1 });
  script.claude(exited("No conversation found with session ID: x"));
  expect(script.said()).toContain("it starts afresh.");
  script.take({ type: "slotGranted", slot: 1 });
  expect(script.effects.filter((effect) => effect.type === "prepare")).toEqual([]);
});

test("a plain turn never changes the id, whatever its first frame shows", () => {
  const script = idle();
  script.says(OWNER, "on");
  script.claude({ type: "turnStarted", model: "m", conversationId: NEW });
  expect(script.state.conversation.id).toBe(OLD);
});

test.each(["", "../../etc/passwd", "not an id"])(
  "an id such as %j is not followed: it names a file as well",
  (id) => {
    const script = idle();
    clear(script, id);
    expect(script.state.conversation.id).toBe(OLD);
  },
);

test("a reset whose process dies before it names the new conversation leaves the old one", () => {
  const script = idle();
  script.says(OWNER, "/clear", { isSlashCommand: true });
  script.claude({ type: "conversationReset" });
  script.claude(exited("boom"));
  script.take({ type: "slotGranted", slot: 1 });
  script.claude({ type: "turnStarted", model: "m", conversationId: NEW });
  expect(script.state.conversation.id).toBe(OLD);
});

test.each([
  ["was written to it", (_: Script) => {}],
  ["was begun", (script: Script) => script.claude({ type: "conversationReset" })],
])("one that was asked for is done again when Claude dies after it %s", (_when, begin) => {
  const script = idle();
  script.says(OWNER, "/clear", { isSlashCommand: true });
  begin(script);
  script.claude(exited("boom"));
  script.says(OWNER, "next");
  script.take({ type: "slotGranted", slot: 1 });
  expect(script.sent()).toEqual(["go", "/clear", "/clear"]);
  expect(starts(script).at(-1)).toMatchObject({ resume: true });
  script.claude({ type: "conversationReset" });
  script.claude({ type: "turnStarted", model: "m", conversationId: NEW });
  script.claude(turnEnded());
  expect(script.sent()).toEqual(["go", "/clear", "/clear", "next"]);
  expect(script.said().split("🧹")).toHaveLength(2);
});

test("one that was asked for when mm-claude was stopped is done after its start, before what was said later", () => {
  const script = idle();
  script.says(OWNER, "/clear", { isSlashCommand: true });
  script.says(OWNER, "next");
  script.take({ type: "shutdown" });
  script.take({ type: "restored", saved: { holdsMessage: false, texts: [] }, lostDirectory: undefined });
  script.take({ type: "slotGranted", slot: 1 });
  expect(script.sent()).toEqual(["go", "/clear", "/clear"]);
  script.claude({ type: "conversationReset" });
  script.claude({ type: "turnStarted", model: "m", conversationId: NEW });
  script.claude(turnEnded());
  expect(script.sent().at(-1)).toBe("next");
  expect(script.state.conversation.id).toBe(NEW);
});
