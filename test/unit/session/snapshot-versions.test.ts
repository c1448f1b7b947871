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

test.each([{}, [], null, "x", { version: 1 }, { version: 99 }, { version: "2" }])(
  "%j is no session of any version",
  (value) => {
    expect(decodeSnapshot(value)).toBeUndefined();
  },
);
