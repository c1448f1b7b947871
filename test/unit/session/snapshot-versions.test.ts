// Documents that earlier versions of mm-claude have written: made by those versions, and opened by this one.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { decodeSnapshot, encodeSnapshot } from "../../../src/session/snapshot.ts";

const written = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../fixtures/state/${name}.json`, import.meta.url), "utf8"));

describe.each(["v1", "v2"])("a session that %s kept", (version) => {
  test.each(["idle", "asking", "asleep"])("is taken over when it was %s", (name) => {
    const before = written(`${version}-${name}`) as { sessionId: string; threadId: string };
    const snapshot = decodeSnapshot(before);
    expect(snapshot).toMatchObject({
      threadId: before.threadId,
      state: {
        owner: { id: "alice", name: "alice" },
        conversation: { id: before.sessionId, progress: "begun" },
      },
    });
    expect(snapshot && decodeSnapshot(JSON.parse(encodeSnapshot(snapshot)))).toEqual(snapshot);
  });

  test("keeps who was invited", () => {
    expect([...(decodeSnapshot(written(`${version}-idle`))?.state.participants.values() ?? [])]).toEqual([
      "ivy",
    ]);
  });
});

test("a session of the first release keeps its open cards, the messages that wait and the writer's posts", () => {
  const snapshot = decodeSnapshot(written("v2-asking"));
  expect(snapshot?.state.asks.map((ask) => [ask.kind, ask.postId])).toEqual([
    ["permission", expect.any(String)],
    ["guest", expect.any(String)],
  ]);
  expect(snapshot?.state.queue.map((message) => message.text)).toEqual(["and lint, please do"]);
  expect(snapshot?.writer.entries.length).toBeGreaterThan(2);
});

test("a question of the first release is open with nothing chosen, since nobody knows who chose what", () => {
  const before = written("v2-asking") as { state: { asks: object[] } };
  const question = {
    kind: "question",
    key: "ask.9",
    card: { head: "❓ **Question**", body: "Which?", choices: "" },
    requestId: "q1",
    questions: [],
    input: {},
    index: 0,
    answers: {},
    selected: { "\u0000set": [0, 2] },
  };
  const state = { ...before.state, asks: [...before.state.asks, question] };
  const [permission, , asked] = decodeSnapshot({ ...before, state })?.state.asks ?? [];
  expect(asked).toMatchObject({ kind: "question", key: "ask.9", selected: new Map() });
  expect(permission).not.toHaveProperty("selected");
});

test("what a tool was given keeps its names, whatever ours were", () => {
  const before = written("v3-working") as { state: { asks: { use: object }[] } };
  const [first, ...others] = before.state.asks;
  const input = {
    "\u0000pairs": [
      ["\u0000map", [1]],
      ["bar", { aside: [{ attachments: 2 }] }],
    ],
  };
  const asks = [{ ...first, use: { name: "Edit", input } }, ...others];
  const [ask] = decodeSnapshot({ ...before, state: { ...before.state, asks } })?.state.asks ?? [];
  expect(ask).toMatchObject({
    kind: "permission",
    use: { input: { "\u0000map": [1], bar: { aside: [{ attachments: 2 }] } } },
  });
});

test.each([
  [
    "asleep",
    { phase: "asleep", isSlotAsked: true },
    { name: "asleep", slot: "asked", isMarkedStopped: false },
  ],
  [
    "stopped",
    { phase: "asleep", slot: undefined, isMarkedStopped: true },
    { name: "asleep", isMarkedStopped: true },
  ],
  ["idle", { phase: "idle", isClearing: true }, { name: "idle", claude: { slot: 1, isClearing: true } }],
  ["ended", { phase: "ended" }, { name: "ended" }],
])("flags of a session that was %s are its phase", (_name, flags, phase) => {
  const before = written("v3-idle") as { state: object };
  expect(decodeSnapshot({ ...before, state: { ...before.state, ...flags } })?.state.phase).toMatchObject(
    phase,
  );
});

test("a conversation whose directory was gone is still known to be without one", () => {
  const before = written("v3-idle") as { state: object };
  const state = { ...before.state, lostDirectory: "/gone" };
  expect(decodeSnapshot({ ...before, state })?.state.conversation.progress).toEqual({
    lostDirectory: "/gone",
  });
});

test.each([{}, [], null, "x", { version: 1 }, { version: 99 }, { version: "2" }])(
  "%j is no session of any version",
  (value) => {
    expect(decodeSnapshot(value)).toBeUndefined();
  },
);
