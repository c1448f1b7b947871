// What who has sent a message from a script is told of it.

import { expect, test } from "vitest";
import type { RequestId, ToolUseId } from "../../../src/claude/types.ts";
import { followMessage, type MessageNews } from "../../../src/session/followed-message.ts";
import {
  createScript,
  LISTED,
  messageOf,
  OWNER,
  type Script,
  turnEnded,
} from "../../support/session-script.ts";

/** The message `mine` of a session, followed. */
function followed({ script = createScript(), begins = true } = {}) {
  const news: MessageNews[] = [];
  script.listener = followMessage("mine", (one) => news.push(one));
  if (begins) {
    script.take({ type: "message", message: messageOf("mine", "go") });
    began(script, "mine");
  }
  const text = (): string => news.map((one) => (one.type === "words" ? one.text : "")).join("");
  const ends = (): MessageNews[] => news.filter(({ type }) => type === "ended" || type === "left");
  return { script, news, text, ends };
}

function began(script: Script, uuid: string): void {
  script.claude({ type: "turnStarted", model: "m" });
  script.claude({ type: "replayed", uuid });
}

/** A block as it comes: in pieces, then whole. */
function says(script: Script, messageId: string, index: number, ...pieces: readonly string[]): void {
  if (index === 0) script.claude({ type: "messageStarted", messageId });
  for (const text of pieces) script.claude({ type: "textDelta", text, blockIndex: index });
  script.claude({ type: "text", messageId, text: pieces.join("") });
}

const asks = (script: Script): void => {
  script.claude({
    type: "permissionAsked",
    requestId: "r1" as RequestId,
    toolName: "Bash",
    input: { command: "ls" },
    toolUseId: "t1" as ToolUseId,
  });
};

test("Claude's words come once, whether in pieces, whole, or both, with a blank line between blocks", () => {
  const { script, text, ends } = followed();
  says(script, "m1", 0, "Let me ", "look.");
  says(script, "m1", 1, "And ", "think.");
  // Only whole: what was streamed of it got lost.
  script.claude({ type: "messageStarted", messageId: "m2" });
  script.claude({ type: "text", messageId: "m2", text: "Done." });
  script.claude({ type: "messageStarted", messageId: "m3" });
  script.claude({ type: "textDelta", text: "All ", blockIndex: 0 });
  script.claude({ type: "text", messageId: "m3", text: "All of it." });
  script.claude(turnEnded());
  expect(text()).toBe("Let me look.\n\nAnd think.\n\nDone.\n\nAll of it.");
  expect(ends()).toEqual([{ type: "ended", problem: undefined }]);
});

test("words of turns before it and after it are none of its own; asks that hold it up are told", () => {
  const script = createScript();
  script.says(OWNER, "first");
  const { news, text, ends } = followed({ script, begins: false });
  began(script, "u1");
  script.take({ type: "message", message: messageOf("mine", "go") });
  says(script, "m1", 0, "For the first.");
  asks(script);
  script.react(OWNER, script.postCard(), "+1");
  script.claude(turnEnded());
  expect(news.map(({ type }) => type)).toEqual(["asked", "decided"]);
  began(script, "mine");
  script.says(LISTED, "next");
  says(script, "m2", 0, "For mine.");
  script.claude(turnEnded());
  began(script, "u2");
  says(script, "m3", 0, "For the next.");
  script.claude(turnEnded());
  expect(text()).toBe("For mine.");
  expect(ends()).toHaveLength(1);
});

test("asks are told, and who decided them", () => {
  const { script, news } = followed();
  asks(script);
  script.react(LISTED, script.postCard(), "-1");
  asks(script);
  script.claude({ type: "askCancelled", requestId: "r1" as RequestId });
  expect(news).toEqual([
    { type: "asked", subject: "permission for Bash" },
    { type: "decided", subject: "permission for Bash", decision: "tool-denied", by: "bob" },
    { type: "asked", subject: "permission for Bash" },
    { type: "decided", subject: "permission for Bash", decision: "void", by: undefined },
  ]);
});

test("what people have to decide before Claude gets it is told as well", () => {
  const { script, news } = followed({ begins: false });
  const key = "place";
  script.state.worktree = { status: "asked", branch: "b", key, postId: undefined };
  script.take({ type: "message", message: messageOf("mine", "go") });
  expect(news).toEqual([{ type: "asked", subject: "a decision where to work" }]);
});

test.each([
  ["fails", [turnEnded(true, "overloaded")], "overloaded"],
  ["is interrupted", [turnEnded(false, "", true)], "it was interrupted"],
  [
    "ends with its Claude",
    [{ type: "exited", code: 1, signal: null, stderr: "" }],
    "Claude stopped before it was done",
  ],
] as const)("a turn that %s is told as such", (_what, events, problem) => {
  const { script, ends } = followed();
  for (const event of events) script.claude(event);
  expect(ends()).toEqual([{ type: "ended", problem }]);
});

test("a message that is kept for a machine that is away is waited for, until Claude has answered it", () => {
  const { script, news, ends } = followed({ script: createScript({ machine: "build1" }), begins: false });
  script.take({ type: "message", message: messageOf("mine", "go") });
  script.claude({ type: "exited", code: null, signal: null, stderr: "no route", lost: "unreached" });
  script.take({ type: "timer", name: "machine" });
  script.take({ type: "unreached", said: "no route" });
  expect(news).toEqual([]);
  script.take({ type: "timer", name: "machine" });
  script.take({ type: "slotGranted", slot: 1, saved: { holdsMessage: false, texts: [] } });
  began(script, "mine");
  script.claude(turnEnded());
  expect(ends()).toEqual([{ type: "ended", problem: undefined }]);
});

test("a turn whose connection is lost is told as such, also where others wait for the machine", () => {
  for (const more of [[], [messageOf("other", "and this")]]) {
    const { script, ends } = followed({ script: createScript({ machine: "build1" }) });
    for (const message of more) script.take({ type: "message", message });
    script.claude({ type: "exited", code: null, signal: null, stderr: "", lost: "cut" });
    expect(ends()).toEqual([{ type: "ended", problem: "the connection to Claude's machine was lost" }]);
  }
});

test("a message that Claude never got has an end as well", () => {
  const stopped = followed();
  stopped.script.command(OWNER, { name: "stop" });
  expect(stopped.ends()).toEqual([{ type: "ended", problem: "the session was ended" }]);

  const lost = followed({ begins: false });
  lost.script.take({ type: "message", message: messageOf("mine", "go") });
  lost.script.claude({ type: "exited", code: 1, signal: null, stderr: "no such thing" });
  expect(lost.ends()).toEqual([{ type: "ended", problem: "Claude stopped before it was done" }]);

  const silent = followed({ begins: false });
  silent.script.take({ type: "message", message: messageOf("mine", "go") });
  silent.script.take({ type: "timer", name: "watchdog" });
  expect(silent.ends()).toEqual([{ type: "ended", problem: "Claude stopped before it was done" }]);

  const script = createScript();
  script.says(OWNER, "first");
  const taken = followed({ script, begins: false });
  const message = messageOf("mine", "go");
  script.take({ type: "message", message });
  script.take({ type: "postDeleted", postId: message.postId });
  expect(taken.ends()).toEqual([{ type: "ended", problem: "it was not answered" }]);
});

test("a process that had been left before is none of its own", () => {
  const script = createScript();
  script.says(OWNER, "first");
  began(script, "u1");
  script.claude(turnEnded());
  const { generation } = script.state;
  script.take({ type: "slotWithdrawn" });
  // What waits for a decision has no Claude.
  script.state.worktree = { status: "asked", branch: "b", key: "place", postId: undefined };
  const { ends } = followed({ script, begins: false });
  script.take({ type: "message", message: messageOf("mine", "go") });
  script.claude({ type: "exited", code: 0, signal: null, stderr: "" }, { generation });
  expect(ends()).toEqual([]);
});

test("where mm-claude stops, that is no end of it", () => {
  const { script, ends } = followed();
  script.take({ type: "shutdown" });
  expect(ends()).toEqual([{ type: "left" }]);
});

const runs = (...ids: readonly string[]) =>
  ({ type: "backgroundTasks", tasks: ids.map((id) => ({ id, description: "sleep" })) }) as const;

test("what its turn has begun beside it is waited for, with the turn in which Claude takes that up", () => {
  const { script, text, ends } = followed();
  says(script, "m1", 0, "It runs.");
  script.claude({
    type: "taskStarted",
    taskId: "b1",
    toolUseId: "t1" as ToolUseId,
    description: "sleep",
  } as never);
  script.claude(runs("b1"));
  script.claude(turnEnded());
  expect(ends()).toEqual([]);
  script.claude({
    type: "taskEnded",
    taskId: "b1",
    toolUseId: "t1" as ToolUseId,
    status: "completed",
    summary: "",
  });
  script.claude(runs());
  expect(ends()).toEqual([]);
  script.claude({ type: "turnStarted", model: "m" });
  says(script, "m2", 0, "It is over.");
  script.claude(turnEnded());
  expect(text()).toBe("It runs.\n\nIt is over.");
  expect(ends()).toEqual([{ type: "ended", problem: undefined }]);
});

test("what ran before it is not waited for", () => {
  const script = createScript();
  script.says(OWNER, "first");
  began(script, "u1");
  script.claude(runs("old"));
  script.claude(turnEnded());
  const { ends } = followed({ script });
  script.claude(turnEnded());
  expect(ends()).toEqual([{ type: "ended", problem: undefined }]);
});

test("words of a script answer no card: they wait for Claude", () => {
  const { script } = followed();
  asks(script);
  script.postCard();
  // Such a message has no time.
  const { at: _, ...message } = messageOf("other", "yes", { at: 1 });
  script.take({ type: "message", message });
  expect(script.answers()).toEqual([]);
  expect(script.state.queue.map(({ text }) => text)).toEqual(["yes"]);
});
