// Any state that signals can lead to survives being written and read, and behaves the same afterwards.

import fc from "fast-check";
import { expect, test } from "vitest";
import type { ClaudeEvent, ToolInput } from "../../../src/claude/types.ts";
import type { FileId, PostId, ThreadId } from "../../../src/mattermost/types.ts";
import { isAtRest } from "../../../src/session/passive-sessions.ts";
import type { Signal } from "../../../src/session/signals.ts";
import { decodeSnapshot, encodeSnapshot, type SessionSnapshot } from "../../../src/session/snapshot.ts";
import { step } from "../../../src/session/step.ts";
import type { Effect, SessionState } from "../../../src/session/types.ts";
import {
  asks,
  CONTEXT,
  createScript,
  INVITED,
  LISTED,
  messageOf,
  OTHER,
  OWNER,
  permission,
  plan,
  question,
  toolResult,
  toolUse,
  turnEnded,
} from "../../support/session-script.ts";

const SHORT_POSTS = { ...CONTEXT, postLimit: 1000 };

const small = fc.integer({ min: 1, max: 4 });
const key = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.constantFrom(
    "transcript",
    "\u0000map",
    "\u0000set",
    "\u0000pairs",
    "toJSON",
    "__proto__",
    "constructor",
  ),
);
/** As written once: JSON writes −0 as 0, and nobody minds. */
const input = fc.dictionary(
  key,
  fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown),
) as fc.Arbitrary<ToolInput>;
const who = fc.constantFrom(OWNER, LISTED, INVITED, OTHER);

const event: fc.Arbitrary<ClaudeEvent> = fc.oneof(
  fc.constant<ClaudeEvent>({ type: "turnStarted", model: "m" }),
  small.map((n): ClaudeEvent => ({ type: "messageStarted", messageId: `m${n}` })),
  fc.string({ maxLength: 300 }).map((text): ClaudeEvent => ({ type: "textDelta", text, blockIndex: 0 })),
  fc
    .tuple(fc.string({ maxLength: 300 }), small)
    .map(([text, blockIndex]): ClaudeEvent => ({ type: "thinkingDelta", text, blockIndex })),
  fc
    .tuple(small, fc.string({ maxLength: 50 }))
    .map(([n, text]): ClaudeEvent => ({ type: "text", messageId: `m${n}`, text })),
  fc
    .tuple(small, fc.constantFrom("Bash", "Edit", "Task", "TodoWrite", "mcp__a__b"), input)
    .map(([n, name, value]) => toolUse(`tool-${n}`, name, value)),
  fc.tuple(small, fc.boolean()).map(([n, isError]) => toolResult(`tool-${n}`, "out", isError)),
  small.map((n): ClaudeEvent => ({ type: "replayed", uuid: `u${n}` })),
  small.map((n) => permission(`${n}`)),
  small.map((n) => plan(`plan${n}`)),
  small.map((n) => asks(`q${n}`, question("Which?", ["a", "b"], n > 2), question("And?", ["c"]))),
  fc.constant(turnEnded()),
  fc.constant(turnEnded(true, "no")),
  fc.constant<ClaudeEvent>({ type: "exited", code: 1, signal: null, stderr: "x" }),
);

const words = fc.constantFrom("yes", "no, use pnpm", "what?", "x".repeat(3000));

type Move = (state: SessionState, index: number) => Signal;

const move: fc.Arbitrary<Move> = fc.oneof(
  event.map(
    (one): Move =>
      (state) => ({ type: "claude", generation: state.generation, event: one }),
  ),
  fc.tuple(who, fc.oneof(fc.string({ maxLength: 20 }), words), fc.boolean()).map(
    ([by, text, withFile]): Move =>
      (_state, index) => ({
        type: "message",
        message: messageOf(`post${index}`, text, {
          by,
          files: withFile ? [{ id: "f" as FileId, name: "a.png", size: 1, mimeType: "image/png" }] : [],
        }),
      }),
  ),
  fc.tuple(who, fc.constantFrom("+1", "-1", "white_check_mark", "one", "x"), fc.boolean()).map(
    ([by, emojiName, isRemoval]): Move =>
      (state, index) => ({
        type: "reaction",
        by,
        postId: state.asks.at(-1)?.postId ?? ("unknown" as PostId),
        emojiName,
        isRemoval,
        uuid: `r${index}`,
      }),
  ),
  fc.constantFrom("answers", "tools", "all").map(
    (argument): Move =>
      (_state, index) => ({
        type: "command",
        by: OWNER,
        postId: `show${index}` as PostId,
        command: { name: "show", argument, postId: `show${index}` as PostId },
      }),
  ),
  fc.constantFrom<Move>(
    () => ({ type: "timer", name: "call" }),
    () => ({
      type: "availability",
      availability: { reason: { turnOf: OWNER.id }, available: [], busyUntil: "unknown" },
    }),
    (state) => ({
      type: "availability",
      availability: {
        reason: { ask: state.asks.at(-1)?.key ?? "none" },
        available: [{ name: OWNER.name, username: OWNER.name }],
      },
    }),
    (state) => ({ type: "fileRefused", key: state.asks.at(-1)?.key ?? "header" }),
    (state) => ({
      type: "filesSaved",
      uuid: state.asks.find((ask) => ask.reply)?.reply?.uuid ?? "none",
      paths: ["/tmp/a"],
    }),
    (state) => ({ type: "postDeleted", postId: state.asks[0]?.postId ?? ("none" as PostId) }),
    (state, index) => {
      const guest = state.asks.find((ask) => ask.kind === "guest");
      return {
        type: "postEdited",
        postId: guest?.message.postId ?? ("none" as PostId),
        text: `new ${index}`,
      };
    },
  ),
  fc.constant<Move>((state, index) => ({
    type: "posted",
    key: state.asks.findLast((ask) => ask.postId === undefined)?.key ?? "header",
    postId: `card${index}` as PostId,
  })),
  fc
    .constantFrom<Signal>(
      { type: "timer", name: "flush" },
      { type: "timer", name: "idle" },
      { type: "slotGranted", slot: 2 },
      { type: "slotWithdrawn" },
      { type: "fileProblem", detail: "too large" },
    )
    .map(
      (signal): Move =>
        () =>
          signal,
    ),
);

const snapshotOf = (state: SessionState): SessionSnapshot => ({
  threadId: "thread" as ThreadId,
  directory: SHORT_POSTS.directory,
  process: undefined,
  filesDirectory: undefined,
  state,
  writer: { entries: [], writes: [] },
});

const roundTrip = (state: SessionState): SessionState | undefined =>
  decodeSnapshot(JSON.parse(encodeSnapshot(snapshotOf(state))))?.state;

const RESTORED: Signal = { type: "restored", saved: { holdsMessage: undefined, texts: [] } };

test("any state survives being written and read, and behaves the same afterwards", () => {
  fc.assert(
    fc.property(fc.array(move, { maxLength: 25 }), fc.array(move, { maxLength: 10 }), (before, after) => {
      const { state } = createScript({ postLimit: SHORT_POSTS.postLimit });
      before.forEach((next, index) => {
        step(state, next(state, index), SHORT_POSTS, index * 1000);
      });
      const copy = roundTrip(state);
      if (copy === undefined) throw new Error("not read back");
      expect(copy).toEqual(state);
      const now = before.length * 1000;
      for (const [index, next] of [() => RESTORED, ...after].entries()) {
        const signal = next(state, 1000 + index);
        expect(step(copy, signal, SHORT_POSTS, now + index)).toEqual(
          step(state, signal, SHORT_POSTS, now + index),
        );
      }
      expect(copy).toEqual(state);
    }),
    { numRuns: 400 },
  );
});

/** There is no timer to clear, nobody is told that Claude types, and nothing waits to be written. */
const isOfUse = ({ type, ...effect }: Effect): boolean =>
  !(
    ["clearTimer", "prioritize", "forget"].includes(type) ||
    (type === "typing" && "isOn" in effect && !effect.isOn)
  );

test("to take up what is at rest causes nothing but to count that", () => {
  let seen = 0;
  fc.assert(
    fc.property(fc.array(move, { maxLength: 25 }), (moves) => {
      const { state } = createScript({ postLimit: SHORT_POSTS.postLimit });
      const withdrawn: Move = () => ({ type: "slotWithdrawn" });
      for (const [index, next] of [...moves, withdrawn].entries()) {
        step(state, next(state, index), SHORT_POSTS, index * 1000);
      }
      if (!isAtRest(snapshotOf(state))) return;
      seen++;
      const before = structuredClone(state);
      const generation = before.generation;
      expect(step(state, RESTORED, SHORT_POSTS, moves.length * 1000).filter(isOfUse)).toEqual([]);
      expect({ ...state, generation }).toEqual(before);
    }),
    { numRuns: 1000 },
  );
  expect(seen).toBeGreaterThan(30);
});

test.each([
  ["nothing", undefined],
  ["another version", { version: 2 }],
  ["a list", []],
  ["a document without its state", { version: 1, threadId: "t", sessionId: "x", writer: {} }],
])("%s is refused and not guessed at", (_name, value) => {
  expect(decodeSnapshot(value)).toBeUndefined();
});
