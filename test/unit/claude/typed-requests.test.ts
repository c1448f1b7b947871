// Requests to a CLI that may not know them: the answers are those of the three generations (2.1.330 refuses by name,
// 1.0.128 and 2.0.76 say nothing at all).

import { beforeEach, expect, test } from "vitest";
import type { Outcome } from "../../../src/claude/control-requests.ts";
import { ClaudeError } from "../../../src/claude/error.ts";
import type { ClaudeReply, ClaudeRequest } from "../../../src/claude/requests.ts";
import { TypedRequests } from "../../../src/claude/typed-requests.ts";
import { createFakeClock, type FakeClock } from "../../support/fake-clock.ts";

let clock: FakeClock;
let written: object[];
let settle: (outcome: Outcome) => void;
let send: () => void;
let begin: () => void;
let replies: ClaudeReply[];
let requests: TypedRequests;

beforeEach(() => {
  clock = createFakeClock();
  written = [];
  replies = [];
  requests = new TypedRequests({
    clock,
    debug: () => {},
    request(request, settled, { sent, begun }) {
      written.push(request);
      settle = settled;
      send = sent;
      begin = begun;
    },
  });
});

const ask = (request: ClaudeRequest): void => requests.ask(request, (reply) => replies.push(reply));

test("an answer is read, and what comes after it changes nothing", async () => {
  ask({ kind: "setModel", model: "haiku" });
  send();
  expect(written).toEqual([{ subtype: "set_model", model: "haiku" }]);
  settle({ payload: { model: "claude-haiku-5-5" } });
  settle({ error: new ClaudeError("exited", "it is gone") });
  await clock.advance(60_000);
  expect(replies).toEqual([{ type: "answered", answer: { model: "claude-haiku-5-5" } }]);
  expect(clock.pending()).toBe(0);
});

test("an empty answer is one: 1.0.128 and 2.0.76 answer so", () => {
  ask({ kind: "setModel", model: "haiku" });
  send();
  settle({ payload: undefined });
  expect(replies).toEqual([{ type: "answered", answer: {} }]);
});

test("one that a model thinks about may take ten minutes, once Claude has begun it", async () => {
  ask({ kind: "aside", question: "how far are you?", uuid: "u" });
  send();
  await clock.advance(9000);
  begin();
  await clock.advance(10 * 60_000 - 1);
  expect(replies).toEqual([]);
  await clock.advance(1);
  expect(replies).toEqual([{ type: "refused", reason: "it gave no answer" }]);
});

test("that Claude has begun one that is answered at once gives it no more time", async () => {
  ask({ kind: "setModel", model: "haiku" });
  send();
  begin();
  await clock.advance(10_000);
  expect(replies).toEqual([{ type: "unknown" }]);
});

test("no answer within 10 s of being sent means that it is not known, and it is not asked again", async () => {
  ask({ kind: "setEffort", level: "high" });
  // The process is still starting.
  await clock.advance(30_000);
  expect(replies).toEqual([]);
  send();
  await clock.advance(9999);
  expect(replies).toEqual([]);
  await clock.advance(1);
  expect(replies).toEqual([{ type: "unknown" }]);
  ask({ kind: "setEffort", level: "low" });
  expect(replies).toEqual([{ type: "unknown" }, { type: "unknown" }]);
  expect(written).toHaveLength(1);
  ask({ kind: "setModel", model: "haiku" });
  expect(written).toHaveLength(2);
});

test("a refusal of such requests is learned at once; one of this request alone is not", () => {
  ask({ kind: "context" });
  send();
  settle({ error: new ClaudeError("refused", "Unsupported control request subtype: get_context_usage") });
  ask({ kind: "context" });
  expect(replies).toEqual([{ type: "unknown" }, { type: "unknown" }]);
  ask({ kind: "setMode", mode: "bypassPermissions" });
  send();
  settle({ error: new ClaudeError("refused", "Cannot set permission mode to bypassPermissions") });
  ask({ kind: "setMode", mode: "plan" });
  expect(replies[2]).toEqual({ type: "refused", reason: "Cannot set permission mode to bypassPermissions" });
  expect(written).toHaveLength(3);
});

test("an answer that can't be read is none", () => {
  ask({ kind: "context" });
  send();
  settle({ payload: { totalTokens: "many" } });
  expect(replies).toEqual([{ type: "refused", reason: "its answer can't be read" }]);
});

test("a process that ends first is told as that", () => {
  ask({ kind: "setModel", model: "haiku" });
  send();
  settle({ error: new ClaudeError("exited", "it is gone") });
  expect(replies).toEqual([{ type: "exited" }]);
});
