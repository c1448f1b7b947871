// A session whose Claude works on another machine: what becomes of its turn when the connection is lost, and of what waits
// while the machine is away.

import { expect, test } from "vitest";
import type { ThreadId } from "../../../src/mattermost/types.ts";
import { decodeSnapshot, encodeSnapshot } from "../../../src/session/snapshot.ts";
import type { Effect, SessionState } from "../../../src/session/types.ts";
import { claudesEnd, viewOf } from "../../../src/session/view.ts";
import { createScript, OWNER, type Script, turnEnded, user } from "../../support/session-script.ts";

const REFUSED = "ssh: connect to host build1 port 22: Connection refused";
const NOTHING = { holdsMessage: undefined, texts: [] };

const lose = (script: Script, lost: "cut" | "unreached", stderr = REFUSED) =>
  script.claude({ type: "exited", code: null, signal: null, stderr, lost });
const unreached = (script: Script) => script.take({ type: "unreached", said: REFUSED });
const timer = (script: Script) => script.take({ type: "timer", name: "machine" });
const granted = (script: Script, more: object = {}) =>
  script.take({ type: "slotGranted", slot: 1, saved: NOTHING, ...more });
const pauses = (effects: readonly Effect[]): unknown[] =>
  effects.flatMap((effect) => (effect.type === "setTimer" && effect.name === "machine" ? [effect.ms] : []));
const types = (effects: readonly Effect[]): string[] => effects.map(({ type }) => type);
const notices = (script: Script): string[] =>
  [...script.posts.values()].filter((text) => /🔌|is back|not tried/.test(text));

function begun(): Script {
  const script = createScript({ machine: "dev@build1" });
  script.take({ type: "opened" });
  script.says(OWNER, "go");
  script.claude({ type: "turnStarted", model: "m", conversationId: script.state.conversation.id });
  script.claude({ type: "replayed", uuid: "u1" });
  return script;
}

function speaking(): Script {
  const script = begun();
  script.claude({ type: "messageStarted", messageId: "msg1" });
  script.claude({ type: "textDelta", blockIndex: 0, text: "I begin" });
  return script;
}

test("a turn whose connection is lost is told as cut off, with the runner's words, and a reply goes on with what Claude had said", () => {
  const script = speaking();
  lose(script, "cut", "Connection to build1 closed by remote host.");
  expect(notices(script)).toEqual([
    "🔌 **The connection to `dev@build1` was lost**, and this turn was cut off: `Connection to build1 closed by remote host.`. Reply in this thread to resume.",
  ]);
  expect(script.said()).not.toContain("unexpectedly");
  expect(script.posts.get("header")).toContain("asleep");
  expect(types(script.says(OWNER, "go on"))).toContain("acquireSlot");
  const texts = [
    { messageId: "msg1", text: "I begin with the tests." },
    { messageId: "msg2", text: "Done." },
  ];
  const effects = granted(script, { saved: { holdsMessage: false, texts } });
  expect(types(effects)).toContain("startClaude");
  const words = [...script.posts.values()].join("\n");
  expect(words.split("I begin").length).toBe(2);
  expect(words).toContain("with the tests.");
  expect(words.split("Done.").length).toBe(2);
  expect(script.sent()).toEqual(["go", "go on"]);
});

test("the runner's words stand as they are in the notice: nothing in code is Markdown or calls anybody", () => {
  const told = (stderr: string): string => {
    const script = speaking();
    lose(script, "cut", stderr);
    return notices(script)[0] ?? "";
  };
  for (const words of ["**x** | @bob", "/usr/lib/node_modules/@anthropic-ai/claude-code/cli.js"]) {
    expect(told(`${words}\r\n`)).toContain(`, and this turn was cut off: \`${words}\`. Reply`);
  }
  expect(told("Warning: added.\r\nPermission denied.\r\n")).toContain(
    ": `Warning: added. Permission denied.`.",
  );
  expect(told("a `b` @bob")).toContain(": `` a `b` @bob ``.");
  expect(told(`E1128 couldn't get the group list: ${"connection refused. ".repeat(30)}`)).toMatch(
    /: `… (?:connection|refused\.) .*refused\.`\. Reply/,
  );
});

test("where Claude only waited nothing is said of a lost connection, and the next message starts it again", () => {
  const script = begun();
  script.claude(turnEnded());
  lose(script, "cut");
  expect(notices(script)).toEqual([]);
  expect(script.posts.get("header")).toContain("asleep");
  script.says(OWNER, "again");
  granted(script);
  expect(script.sent()).toEqual(["go", "again"]);
});

test("a machine that is away is told once and tried again, less and less often, and what waits goes on by itself", () => {
  const script = createScript({ machine: "dev@build1" });
  script.take({ type: "opened" });
  script.says(OWNER, "go");
  expect(pauses(lose(script, "unreached"))).toEqual([5000]);
  const told =
    "🔌 **`dev@build1` can't be reached**: `ssh: connect to host build1 port 22: Connection refused`. I keep your message and try again by myself; `!stop` ends it.";
  expect(notices(script)).toEqual([told]);
  const paused: unknown[] = [];
  for (let tries = 0; tries < 7; tries++) {
    expect(types(timer(script))).toContain("acquireSlot");
    paused.push(...pauses(unreached(script)));
  }
  expect(paused).toEqual([10_000, 20_000, 40_000, 80_000, 120_000, 120_000, 120_000]);
  const more = script.says(OWNER, "and this");
  expect(types(more)).toEqual(["react"]);
  expect(script.state.waiting.size).toBe(2);
  expect(notices(script)).toEqual([told]);
  timer(script);
  granted(script);
  expect(notices(script)).toEqual(["✅ **`dev@build1` is back**."]);
  expect(script.sent()).toEqual(["go", "go"]);
  script.claude({ type: "turnStarted", model: "m", conversationId: script.state.conversation.id });
  script.claude(turnEnded());
  expect(script.sent()).toEqual(["go", "go", "and this"]);
  expect(script.state.waiting.size).toBe(0);
});

test("a message that was on its way when the connection was lost is sent again when Claude had not got it, and not when it had", () => {
  for (const holdsMessage of [false, true]) {
    const script = createScript({ machine: "dev@build1" });
    script.take({ type: "opened" });
    script.says(OWNER, "go");
    expect(pauses(lose(script, "cut"))).toEqual([5000]);
    expect(notices(script)).toEqual([
      expect.stringMatching(/^🔌 \*\*The connection to .* was lost\*\*: .*I keep your message and try again/),
    ]);
    timer(script);
    granted(script, { saved: { holdsMessage, texts: [] } });
    expect(script.sent()).toEqual(holdsMessage ? ["go"] : ["go", "go"]);
    expect(script.said().includes("Claude had got the message. Reply")).toBe(holdsMessage);
  }
});

test("there is no place to run in when the machine is back: what waits is kept and tried again", () => {
  const script = createScript({ machine: "dev@build1" });
  script.take({ type: "opened" });
  script.says(OWNER, "go");
  lose(script, "unreached");
  timer(script);
  expect(pauses(script.take({ type: "slotRefused" }))).toEqual([5000]);
  expect(script.said()).not.toContain("Too busy");
  timer(script);
  granted(script);
  expect(script.sent()).toEqual(["go", "go"]);
});

test("when it is stopped, nothing is tried any more", () => {
  const script = createScript({ machine: "dev@build1" });
  script.take({ type: "opened" });
  script.says(OWNER, "go");
  lose(script, "unreached");
  script.command(OWNER, { name: "stop" });
  expect(notices(script)).toEqual([
    "⚪ **`dev@build1` could not be reached**, and is not tried again: the session was cancelled.",
  ]);
  expect(script.state.waiting.size).toBe(0);
  expect(timer(script)).toEqual([]);
});

test("a message whose writer may not take part any more is not sent, and the trying ends with it", () => {
  const script = createScript({ machine: "dev@build1" });
  script.take({ type: "opened" });
  script.command(OWNER, { name: "invite", username: "ivy", user: user("ivy") });
  script.says({ id: user("ivy").id, name: "ivy" }, "hello");
  lose(script, "unreached");
  script.command(OWNER, { name: "kick", username: "ivy", user: user("ivy") });
  expect(types(timer(script))).not.toContain("acquireSlot");
  expect(notices(script)).toEqual([
    "⚪ **`dev@build1` could not be reached**, and is not tried again: nothing waits any more.",
  ]);
});

test("after a restart it is tried again, without another notice", () => {
  const script = createScript({ machine: "dev@build1" });
  script.take({ type: "opened" });
  script.says(OWNER, "go");
  lose(script, "unreached");
  script.take({ type: "shutdown" });
  const text = encodeSnapshot({
    threadId: "thread" as never,
    process: undefined,
    directory: "/",
    filesDirectory: undefined,
    state: script.state,
    writer: { entries: [], writes: [] },
  });
  const kept = decodeSnapshot(JSON.parse(text))?.state as SessionState;
  expect(kept.steering.away).toEqual(script.state.steering.away);
  Object.assign(script.state, kept);
  const before = notices(script);
  const effects = script.take({ type: "restored", saved: NOTHING });
  expect(pauses(effects)).toEqual([0]);
  expect(types(timer(script))).toContain("acquireSlot");
  unreached(script);
  expect(notices(script)).toEqual(before);
  timer(script);
  granted(script);
  expect(script.sent()).toEqual(["go", "go"]);
});

test("what was asked of a sleeping Claude whose machine is away is not kept, which is said", () => {
  const script = begun();
  script.claude(turnEnded());
  lose(script, "cut");
  script.state.steering.wanted = { request: { kind: "getContext" } as never, by: OWNER };
  script.take({ type: "timer", name: "limit" });
  script.state.steering.wanted = { request: { kind: "getContext" } as never, by: OWNER };
  unreached(script);
  expect(script.state.steering.wanted).toBeUndefined();
  expect(notices(script)).toEqual([expect.stringContaining("Try again later.")]);
});

test("what is missing on the machine is told as such", () => {
  const script = createScript({ machine: "dev@build1" });
  script.take({ type: "opened" });
  script.says(OWNER, "go");
  const stderr = "Claude Code was not found on dev@build1.";
  script.claude({ type: "exited", code: 127, signal: null, stderr, isMissing: true });
  expect(script.said()).toContain("**Claude could not be started on `dev@build1`**");
  expect(script.said()).toContain(stderr);
});

test("a worktree is made once its machine is back, without another word, and after a restart as well", () => {
  const problem = "build1 can't be reached.";
  const away = (script: Script) =>
    script.take({ type: "worktree", outcome: { act: "make", problem, unreached: REFUSED } });
  const script = createScript({ machine: "dev@build1" });
  script.take({ type: "opened", worktree: { branch: "fix", isAsked: false } });
  script.says(OWNER, "go");
  expect(pauses(away(script))).toEqual([5000]);
  expect(notices(script)).toHaveLength(1);
  expect(script.state.phase.name).not.toBe("ended");
  expect(types(script.says(OWNER, "and this"))).toEqual(["react"]);
  expect(types(timer(script))).toEqual(["worktree"]);
  expect(pauses(away(script))).toEqual([10_000]);

  const again = createScript({ machine: "dev@build1" });
  Object.assign(again.state, script.state);
  const restored = again.take({ type: "restored", saved: NOTHING });
  expect(types(restored)).not.toContain("worktree");
  expect(pauses(restored)).toEqual([0]);
  expect(types(timer(again))).toEqual(["worktree"]);
  const made = {
    directory: "/home/dev/project",
    path: "/w/fix",
    top: "/w/fix",
    branch: "fix",
    baseCommit: "c0ffee",
    isNew: true,
    warnings: [],
  };
  again.take({ type: "worktree", outcome: { act: "make", made } });
  granted(again);
  expect(again.said()).not.toContain("could not begin");
  expect(again.state.steering.away).toBeUndefined();
  expect(again.sent()).toEqual(["go"]);
});

test("where nothing waits for a worktree any more, it is not made by itself", () => {
  const script = createScript({ machine: "dev@build1" });
  script.take({ type: "opened", worktree: { branch: "fix", isAsked: false } });
  const effects = script.take({
    type: "worktree",
    outcome: { act: "make", problem: "build1 can't be reached.", unreached: REFUSED },
  });
  expect(pauses(effects)).toEqual([]);
  expect(script.said()).toContain("build1 can't be reached.");
});

test("that a turn was cut off stays told when what waits goes on", () => {
  const script = speaking();
  script.says(OWNER, "and then this");
  lose(script, "cut");
  timer(script);
  granted(script);
  expect(script.sent()).toEqual(["go", "and then this"]);
  expect(notices(script)).toEqual([
    expect.stringContaining("was lost**, and this turn was cut off: `ssh: connect to host build1"),
    expect.stringContaining("is back"),
  ]);
});

test("that Claude had got a message and was cut off is told when another one waits, too", () => {
  const script = begun();
  script.claude(turnEnded());
  lose(script, "cut");
  script.says(OWNER, "a message that was on its way");
  script.says(OWNER, "and another");
  granted(script, { saved: { holdsMessage: true, texts: [] } });
  expect(script.said()).toContain("**This turn was cut off** when the connection to `dev@build1` was lost");
  expect(script.sent()).toEqual(["go", "and another"]);
});

test("who watches sees that the machine is tried, until it is back, and that no Claude has crashed", () => {
  const script = createScript({ machine: "dev@build1" });
  const seen = () => viewOf("t" as ThreadId, script.state, { machine: "dev@build1" }).machine;
  script.take({ type: "opened" });
  script.says(OWNER, "go");
  expect(seen()).toEqual({ name: "dev@build1", isAway: false });
  lose(script, "unreached");
  expect(seen()).toEqual({ name: "dev@build1", isAway: true });
  timer(script);
  granted(script);
  expect(seen()).toEqual({ name: "dev@build1", isAway: false });
  const exited = { type: "exited", code: 1, signal: null, stderr: "" } as const;
  const ends = [{}, { lost: "cut" }, { lost: "unreached" }] as const;
  expect(
    ends.map((end) => claudesEnd({ type: "claude", generation: 1, event: { ...exited, ...end } })),
  ).toEqual(["crashed", "cut", "unreached"]);
  expect(claudesEnd({ type: "opened" })).toBeUndefined();
});

test("what Claude still said over there before it was ended is no answer: the turn is told as cut off, once", () => {
  const texts = [{ messageId: "m9", text: "Tool permission request failed: AbortError: Stream closed" }];
  const cutOffs = (script: Script) => notices(script).filter((text) => text.includes("was cut off"));
  for (const isTaken of [false, true]) {
    for (const more of [[], ["and another"]]) {
      const script = isTaken ? begun() : createScript({ machine: "dev@build1" });
      if (!isTaken) {
        script.take({ type: "opened" });
        script.says(OWNER, "go");
      }
      for (const text of more) script.says(OWNER, text);
      lose(script, "cut");
      timer(script);
      if (isTaken && more.length === 0) script.says(OWNER, "go on");
      granted(script, { saved: { holdsMessage: !isTaken, texts } });
      expect(script.said()).toContain("Stream closed");
      expect(cutOffs(script)).toHaveLength(1);
      expect(script.sent()).toEqual(["go", ...(isTaken && more.length === 0 ? ["go on"] : more)]);
    }
  }
});

test("a file that can't be saved while its machine is away has the message wait for the machine, and is tried again with it", () => {
  const file = { id: "f1", name: "a.bin", mimeType: "", size: 3 } as never;
  for (const lost of ["unreached", "cut"] as const) {
    const script = createScript({ machine: "dev@build1" });
    script.take({ type: "opened" });
    const [prepare] = script.says(OWNER, "go", { files: [file] }).filter(({ type }) => type === "prepare");
    const { generation } = script.state;
    const uuid = prepare?.type === "prepare" ? prepare.message.uuid : "";
    expect(
      types(script.take({ type: "unprepared", uuid: "another", generation, lost, said: REFUSED })),
    ).toEqual([]);
    const effects = script.take({ type: "unprepared", uuid, generation, lost, said: REFUSED });
    expect(types(effects)).toContain("closeClaude");
    expect(types(effects)).toContain("releaseSlot");
    expect(pauses(effects)).toEqual([5000]);
    expect(notices(script)).toEqual([expect.stringContaining("I keep your message and try again")]);
    const late = { type: "prepared", uuid, generation, content: [], problems: ["It was late."] } as const;
    timer(script);
    expect(types(granted(script))).toContain("prepare");
    expect(script.take(late)).toEqual([]);
    expect(script.take({ type: "unprepared", uuid, generation, lost, said: REFUSED })).toEqual([]);
    const content = [{ type: "text", text: "go, with a.bin" }] as const;
    const problems = ["The file `b` could not be handed to Claude: no answer"];
    script.take({ type: "prepared", uuid, generation: script.state.generation, content, problems });
    expect(script.sent().at(-1)).toBe("go, with a.bin");
    expect(notices(script)).toEqual(["✅ **`dev@build1` is back**."]);
    expect(script.said()).toContain("⚠️ The file `b` could not");
    expect(script.said()).not.toContain("It was late");
  }
});
