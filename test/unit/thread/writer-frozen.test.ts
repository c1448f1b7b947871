// Posts that the server lets nobody edit any more (PostEditTimeLimit, or edits switched off): what is new goes on in a
// post of its own.

import { expect, test } from "vitest";
import type { PostId } from "../../../src/mattermost/types.ts";
import { writerWorld } from "../../support/writer-world.ts";

const grow = { isProgress: true };
const ASK = { color: "#e8a33d", text: "yes or no" };
const YES = { color: "#3db887", text: "Allowed by @alice" };

test("a text goes on in a new post where the old one ends: nothing twice, nothing lost, in order", async () => {
  const { server, writer, logged, texts } = writerWorld();
  writer.put("page", "First words", grow);
  await writer.idle();
  server.failAlways(/^edit p1 /, "frozen");
  writer.put("page", "First words and more", grow);
  writer.put("next", "The next post");
  await writer.idle();
  writer.put("page", "First words and more and more", grow);
  await writer.idle();
  expect(texts()).toEqual(["First words", "and more and more", "The next post"]);
  expect(server.calls.filter((call) => call.startsWith("edit p1"))).toHaveLength(1);
  expect(logged).toEqual([]);
});

test("a post that closes in its turn is gone on from as well", async () => {
  const { server, writer, texts } = writerWorld();
  server.failAlways(/^edit /, "frozen");
  for (const text of ["one", "one two", "one two three", "one two three four"]) {
    writer.put("page", text, grow);
    await writer.idle();
  }
  expect(texts()).toEqual(["one", "two", "three", "four"]);
});

test("it goes on there after a restart as well, before and after the new post was made", async () => {
  const first = writerWorld();
  first.writer.put("page", "one", grow);
  await first.writer.idle();
  first.server.failAlways(/^edit p1 /, "frozen");
  first.server.hold();
  first.writer.put("page", "one two", grow);
  await first.clock.advance(0);
  const second = first.restart();
  first.server.release();
  await second.writer.idle();
  second.writer.put("page", "one two three", grow);
  await second.writer.idle();
  const third = second.restart();
  third.writer.put("page", "one two three four", grow);
  await third.writer.idle();
  expect(third.texts()).toEqual(["one", "two three four"]);
});

test("a new post whose answer is lost is not made twice, and its words are not said twice", async () => {
  const { server, writer, clock, texts } = writerWorld();
  writer.put("page", "one", grow);
  await writer.idle();
  server.failAlways(/^edit /, "frozen");
  server.failNext("create", "lost");
  writer.put("page", "one two", grow);
  await clock.advance(100);
  writer.put("page", "one two three", grow);
  await clock.advance(60_000);
  expect(texts()).toEqual(["one", "two", "three"]);
});

test("a block of code that is open at the end is opened again", async () => {
  const { server, writer, texts } = writerWorld();
  writer.put("page", "Look:\n```ts\nlet a;", grow);
  await writer.idle();
  server.failAlways(/^edit p1 /, "frozen");
  writer.put("page", "Look:\n```ts\nlet a;\nlet b;\n```\nDone.", grow);
  await writer.idle();
  expect(texts()).toEqual(["Look:\n```ts\nlet a;", "```ts\nlet b;\n```\nDone."]);
});

test("a card that can't be edited is decided in a new post, which is not the whole card again", async () => {
  const { server, writer, posted } = writerWorld();
  writer.put("card", "Permission requested\nrm x", { attachment: ASK });
  await writer.idle();
  server.failAlways(/^edit p1 /, "frozen");
  writer.put("card", "rm x", { attachment: YES });
  writer.react({ key: "card" }, "eyes");
  await writer.idle();
  expect([...server.posts]).toEqual([
    ["p1", "Permission requested\nrm x▌yes or no"],
    ["p2", "▌Allowed by @alice"],
  ]);
  // Reactions go on, and it is the card that people react to.
  expect(server.calls).toContain("react p1 eyes");
  expect(posted).toEqual(["card=p1"]);
});

test("a verdict in a post of its own says what it is about: two cards may be decided alike", async () => {
  const { server, writer, texts } = writerWorld();
  writer.put("one", "carol wants\nA", { attachment: ASK });
  writer.put("two", "carol wants\nB", { attachment: ASK });
  await writer.idle();
  server.failAlways(/^edit /, "frozen");
  writer.put("one", "A", { attachment: YES, about: "A", isFinal: true });
  writer.put("two", "B", { attachment: YES, about: "B", isFinal: true });
  await writer.idle();
  expect(texts().slice(2)).toEqual(["A▌Allowed by @alice", "B▌Allowed by @alice"]);
  expect(writer.toJSON()).toEqual({ entries: [], writes: [] });
});

test("where the card itself shows the verdict, what it is about is not said again", async () => {
  const { writer, texts } = writerWorld();
  writer.put("card", "carol wants\nA", { attachment: ASK });
  await writer.idle();
  writer.put("card", "A", { attachment: YES, about: "A", isFinal: true });
  await writer.idle();
  expect(texts()).toEqual(["A▌Allowed by @alice"]);
});

test("a card with a file takes no second file along when it is decided in a new post", async () => {
  const { server, writer } = writerWorld();
  writer.put("card", "see file", { attachment: ASK, file: { name: "a.sh", text: "rm x" } });
  await writer.idle();
  server.failAlways(/^edit p1 /, "frozen");
  writer.put("card", "see file", { attachment: YES });
  await writer.idle();
  expect(server.calls).toEqual([
    "upload a.sh rm x",
    "create see file▌yes or no +f1",
    "edit p1 see file▌Allowed by @alice",
    "post p1",
    "create ▌Allowed by @alice",
  ]);
});

test("a change that nobody misses is dropped", async () => {
  const { server, writer, logged, texts } = writerWorld();
  writer.put("header", "| a |", { ifFrozen: "drop" });
  await writer.idle();
  server.failAlways(/^edit /, "frozen");
  writer.put("header", "| b |", { ifFrozen: "drop" });
  writer.put("next", "next");
  await writer.idle();
  expect(texts()).toEqual(["| a |", "next"]);
  expect(logged).toEqual([]);
});

test("a list is told again as a whole, and not again for five minutes", async () => {
  const { server, writer, clock, texts } = writerWorld();
  const list = (text: string): void => writer.put("tasks", text, { ifFrozen: "repeat", isProgress: true });
  list("Tasks 0/3");
  await writer.idle();
  server.failAlways(/^edit /, "frozen");
  await clock.advance(600_000);
  list("Tasks 1/3");
  await writer.idle();
  expect(texts()).toEqual(["Tasks 0/3", "Tasks 1/3"]);
  await clock.advance(60_000);
  list("Tasks 2/3");
  await writer.idle();
  expect(texts()).toHaveLength(2);
  await clock.advance(240_000);
  list("Tasks 3/3");
  await writer.idle();
  expect(texts()).toEqual(["Tasks 0/3", "Tasks 1/3", "Tasks 3/3"]);
});

test("a clock that is set back keeps no list from being told again", async () => {
  const { server, writer, clock, texts } = writerWorld();
  const list = (text: string): void => writer.put("tasks", text, { ifFrozen: "repeat", isProgress: true });
  list("Tasks 0/3");
  await writer.idle();
  server.failAlways(/^edit /, "frozen");
  clock.jump(-600_000);
  list("Tasks 1/3");
  await writer.idle();
  expect(texts()).toEqual(["Tasks 0/3", "Tasks 1/3"]);
});

test("a post that somebody deletes after it was gone on from is not said again as a whole", async () => {
  const { server, writer, texts } = writerWorld();
  writer.put("page", "one", grow);
  await writer.idle();
  server.failAlways(/^edit p1 /, "frozen");
  writer.put("page", "one two", grow);
  await writer.idle();
  server.delete("p2" as PostId);
  writer.put("page", "one two three", grow);
  await writer.idle();
  expect(texts()).toEqual(["one", "two three"]);
});

test("a card that is posted again is a whole card again, whatever its old post could take", async () => {
  const { server, writer, texts } = writerWorld();
  writer.put("card", "rm x", { attachment: ASK });
  await writer.idle();
  server.failAlways(/^edit p1 /, "frozen");
  writer.put("card", "rm x y", { attachment: ASK });
  await writer.idle();
  server.delete("p1" as PostId);
  writer.repost("card");
  await writer.idle();
  expect(texts()).toEqual(["y", "rm x y▌yes or no"]);
});

test("a long post in pieces that closes goes on after its last piece", async () => {
  const { server, writer, texts } = writerWorld();
  server.limit = 2500;
  const words = (from: number, to: number): string =>
    Array.from({ length: to - from }, (_, at) => `word${from + at}`).join(" ");
  writer.put("page", words(0, 500), grow);
  await writer.idle();
  server.failAlways(/^edit /, "frozen");
  writer.put("page", words(0, 700), grow);
  await writer.idle();
  writer.put("page", words(0, 900), grow);
  await writer.idle();
  expect(texts().join(" ").replace(/\s+/g, " ")).toBe(words(0, 900));
});

test("a final post is remembered no more once its last words stand elsewhere", async () => {
  const { server, writer } = writerWorld();
  writer.put("agent", "Subagent ⏳");
  await writer.idle();
  server.failAlways(/^edit /, "frozen");
  writer.put("agent", "Subagent ✅", { isFinal: true });
  await writer.idle();
  expect(server.calls.at(-1)).toBe("create Subagent ✅");
  expect(writer.toJSON()).toEqual({ entries: [], writes: [] });
});

test("a crash after the new post was made goes on in it, also when the old one may be edited again by then", async () => {
  const first = writerWorld();
  first.writer.put("page", "one", grow);
  await first.writer.idle();
  first.server.failNext("edit", "frozen");
  first.writer.put("page", "one two", grow);
  await first.writer.idle();
  const second = first.crash();
  await second.writer.idle();
  second.writer.put("page", "one two three", grow);
  await second.writer.idle();
  expect(second.texts()).toEqual(["one", "two three"]);
});

test("a crash after a deleted post was made again makes no third one", async () => {
  const first = writerWorld();
  first.writer.put("card", "one");
  await first.writer.idle();
  first.server.delete("p1" as PostId);
  first.writer.put("card", "two");
  await first.writer.idle();
  const second = first.crash();
  await second.writer.idle();
  expect(second.texts()).toEqual(["two"]);
});
