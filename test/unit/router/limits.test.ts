// How much people may make mm-claude do, at the paces that are set.

import { expect, test } from "vitest";
import type { PostId, ThreadId, UserId } from "../../../src/mattermost/types.ts";
import { Limits } from "../../../src/router/limits.ts";
import type { Route } from "../../../src/router/route.ts";
import type { Command, Signal } from "../../../src/session/signals.ts";
import { person } from "../../support/session-script.ts";

const THREAD = "thread" as ThreadId;
const ALICE = "alice" as UserId;
const BOB = "bob" as UserId;
const HOUR = 3_600_000;

const deliver = (signal: Signal): Route => ({ kind: "deliver", threadId: THREAD, signal });
const command = (one: Command): Route =>
  deliver({ type: "command", by: person("alice"), postId: "p" as PostId, command: one });
const MESSAGE = command({ name: "help" });

const count = (times: number, take: () => boolean): number =>
  Array.from({ length: times }, take).filter(Boolean).length;

test("a pasted series passes; what one person writes beyond it is taken at the pace of a fast writer", () => {
  const limits = new Limits();
  const write = (by: UserId, at: number) => limits.tryTakePost(MESSAGE, by, true, THREAD, at);
  expect(count(100, () => write(ALICE, 0))).toBe(40);
  expect(count(10, () => write(ALICE, 1499))).toBe(0);
  expect(count(10, () => write(ALICE, 1500))).toBe(1);
  expect(count(5, () => write(BOB, 1500))).toBe(5);
});

test("a thread has a limit for all who write there, and other threads stay free", () => {
  const limits = new Limits();
  const people = ["a", "b", "c"] as UserId[];
  const taken = people.map((by) => count(40, () => limits.tryTakePost(MESSAGE, by, true, THREAD, 0)));
  expect(taken).toEqual([40, 40, 0]);
  expect(limits.tryTakePost(MESSAGE, "d" as UserId, true, "elsewhere" as ThreadId, 0)).toBe(true);
});

test("however much those write who are not listed, they shut nobody out of the thread", () => {
  const limits = new Limits();
  const strangers = Array.from({ length: 20 }, (_, index) => `s${index}` as UserId);
  const taken = strangers.map((by) => count(40, () => limits.tryTakePost(MESSAGE, by, false, THREAD, 0)));
  expect(taken.reduce((sum, one) => sum + one)).toBe(40);
  expect(count(40, () => limits.tryTakePost(MESSAGE, ALICE, true, THREAD, 0))).toBe(40);
});

test("what was written over a while counts as it was written, also when it is read at once", () => {
  const limits = new Limits();
  const times = Array.from({ length: 500 }, (_, index) => index * 1500);
  expect(times.filter((at) => !limits.tryTakePost(MESSAGE, ALICE, true, THREAD, at))).toEqual([]);
});

test.each([{ name: "stop" } as const, { name: "interrupt" } as const])(
  "$name is never limited, and nothing else of that kind passes",
  (stopping) => {
    const limits = new Limits();
    count(100, () => limits.tryTakePost(MESSAGE, ALICE, true, THREAD, 0));
    expect(count(100, () => limits.tryTakePost(command(stopping), ALICE, true, THREAD, 0))).toBe(100);
    for (const other of [
      command({ name: "permissions", mode: "interactive" }),
      command({ name: "incomplete", usage: "stop" }),
      { kind: "reply", threadId: THREAD, reply: "empty" } as const,
    ]) {
      expect(limits.tryTakePost(other, ALICE, true, THREAD, 0)).toBe(false);
    }
  },
);

test("stopping uses up nothing of what a person may write", () => {
  const limits = new Limits();
  count(1000, () => limits.tryTakePost(command({ name: "stop" }), ALICE, true, THREAD, 0));
  expect(count(100, () => limits.tryTakePost(MESSAGE, ALICE, true, THREAD, 0))).toBe(40);
});

test("reactions are limited for each person, those that stop are not", () => {
  const limits = new Limits();
  expect(count(100, () => limits.tryTakeReaction(ALICE, "+1", 0))).toBe(60);
  expect(count(5, () => limits.tryTakeReaction(ALICE, "+1", 2000))).toBe(2);
  expect(limits.tryTakeReaction(BOB, "+1", 0)).toBe(true);
  for (const emojiName of ["x", "octagonal_sign", "double_vertical_bar"]) {
    expect(count(100, () => limits.tryTakeReaction(ALICE, emojiName, 0))).toBe(100);
  }
});

test("a person is refused once an hour", () => {
  const limits = new Limits();
  expect([0, 1, HOUR - 1, HOUR, HOUR + 1].map((at) => limits.tryTakeRefusal(ALICE, at))).toEqual([
    true,
    false,
    false,
    true,
    false,
  ]);
});

test("twenty persons are refused at once, then one a minute", () => {
  const limits = new Limits();
  let persons = 0;
  const refuse = (now: number) => limits.tryTakeRefusal(`person${++persons}` as UserId, now);
  expect(count(50, () => refuse(0))).toBe(20);
  expect(count(50, () => refuse(59_999))).toBe(0);
  expect(count(50, () => refuse(60_000))).toBe(1);
});

test("a refusal that was not told does not count for the person", () => {
  const limits = new Limits();
  for (let index = 0; index < 20; index++) limits.tryTakeRefusal(`person${index}` as UserId, 0);
  expect(limits.tryTakeRefusal(ALICE, 0)).toBe(false);
  expect(limits.tryTakeRefusal(ALICE, 60_000)).toBe(true);
});

test("a person gets three remarks at once, then one each twenty seconds", () => {
  const limits = new Limits();
  expect(count(10, () => limits.tryTakeRemark(ALICE, 0))).toBe(3);
  expect(count(10, () => limits.tryTakeRemark(ALICE, 20_000))).toBe(1);
  expect(limits.tryTakeRemark(BOB, 0)).toBe(true);
});

test("a person is told once a minute that something was not taken", () => {
  const limits = new Limits();
  expect([0, 59_999, 60_000].map((now) => limits.tryTakeWarning(ALICE, now))).toEqual([true, false, true]);
  expect(limits.tryTakeWarning(BOB, 0)).toBe(true);
});
