import { expect, test } from "vitest";
import type { PostId } from "../../../src/mattermost/types.ts";
import { settle } from "../../support/fake-clock.ts";
import { writerWorld } from "../../support/writer-world.ts";

const p1 = "p1" as PostId;

test("posts go out one at a time in the order they were asked for, however slow the server is", async () => {
  const { server, writer, texts } = writerWorld();
  server.hold();
  writer.put("a", "A");
  writer.put("b", "B");
  writer.put("c", "C");
  await settle();
  expect(server.calls).toEqual(["create A"]);
  server.release();
  await writer.idle();
  expect(texts()).toEqual(["A", "B", "C"]);
});

test("a post that changes while its create is under way is created once and edited once, to its newest text", async () => {
  const { server, writer } = writerWorld();
  server.hold();
  writer.put("a", "A");
  // A write begins in a task of its own.
  await Promise.resolve();
  writer.put("a", "A2");
  writer.put("a", "A3");
  server.release();
  await writer.idle();
  expect(server.calls).toEqual(["create A", "edit p1 A3"]);
});

test("a post that changes before its turn came is written once", async () => {
  const { server, writer } = writerWorld();
  server.hold();
  writer.put("x", "X");
  writer.put("a", "A");
  writer.put("a", "A2");
  server.release();
  await writer.idle();
  expect(server.calls).toEqual(["create X", "create A2"]);
});

test("the same text again is not written again", async () => {
  const { server, writer } = writerWorld();
  writer.put("a", "A");
  await writer.idle();
  writer.put("a", "A");
  await writer.idle();
  expect(server.calls).toEqual(["create A"]);
});

test("a write asked for in the very moment the last one ends is not forgotten", async () => {
  for (let depth = 0; depth < 20; depth++) {
    const { server, writer, texts } = writerWorld();
    const create = server.api.createPost;
    Object.assign(server.api, {
      createPost: (post: Parameters<typeof create>[0]) => {
        const answer = create(post);
        let later: Promise<unknown> = answer;
        for (let turn = 0; turn < depth; turn++) {
          later = later.then(() => {});
        }
        void later.then(() => writer.put("b", "B"));
        return answer;
      },
    });
    writer.put("a", "A");
    await settle();
    expect(texts(), `${depth} turns later`).toEqual(["A", "B"]);
  }
});

test("a create whose answer is lost is not doubled, and what changed meanwhile is still written", async () => {
  const { server, clock, writer, posted, texts } = writerWorld();
  server.failNext("create", "lost");
  writer.put("a", "A");
  await settle();
  writer.put("a", "A and more");
  await clock.advance(1000);
  await writer.idle();
  expect(texts()).toEqual(["A and more"]);
  expect(posted).toEqual(["a=p1"]);
});

test.each(["rate-limited", "server", "unreachable", "unauthorized", "bad-answer"] as const)(
  "an answer of %s makes writes wait and loses none",
  async (code) => {
    const { server, clock, writer, lost, texts } = writerWorld();
    server.failNext("create", code, code, code);
    server.failNext("edit", code, code);
    writer.put("a", "A");
    writer.put("b", "B");
    await settle();
    writer.put("a", "A2");
    await clock.advance(120_000);
    await writer.idle();
    expect(texts()).toEqual(["A2", "B"]);
    expect(lost).toEqual([]);
  },
);

test("the last words of a post are written even if the server fails while the post is being forgotten", async () => {
  const { server, clock, writer, texts } = writerWorld();
  writer.put("a", "A");
  await writer.idle();
  server.failNext("edit", "server");
  writer.put("a", "A, the end");
  writer.forget(["a"]);
  await clock.advance(60_000);
  await writer.idle();
  expect(texts()).toEqual(["A, the end"]);
});

test("a final or forgotten post is remembered no more: its key makes a new post", async () => {
  const { server, writer } = writerWorld();
  writer.put("a", "A", { isFinal: true });
  writer.put("b", "B");
  await writer.idle();
  writer.forget(["b"]);
  writer.put("a", "A again");
  writer.put("b", "B again");
  await writer.idle();
  expect(server.calls).toEqual(["create A", "create B", "create A again", "create B again"]);
});

test("a post that was deleted is made again with its newest text", async () => {
  const { server, writer, posted, texts } = writerWorld();
  writer.put("a", "A");
  await writer.idle();
  server.delete(p1);
  writer.put("a", "A2");
  await writer.idle();
  expect(texts()).toEqual(["A2"]);
  expect(posted).toEqual(["a=p1", "a=p2"]);
});

test("a card that is deleted while its edit is under way is posted again, and the session is not lost", async () => {
  const { server, writer, lost, texts } = writerWorld();
  writer.put("card", "open");
  await writer.idle();
  server.hold();
  writer.put("card", "open, still");
  await settle();
  server.delete(p1);
  writer.repost("card");
  server.release();
  await writer.idle();
  expect(texts()).toEqual(["open, still"]);
  expect(lost).toEqual([]);
});

test("a card deleted just after its edit was taken is posted again", async () => {
  const { server, writer, texts } = writerWorld();
  writer.put("card", "open");
  await writer.idle();
  server.hold();
  writer.put("card", "open, still");
  await settle();
  writer.repost("card");
  server.release();
  await writer.idle();
  expect(texts()).toEqual(["open, still", "open, still"]);
});

test("a refused edit of a post that exists leaves its words, and what is new goes into the next post", async () => {
  const { server, writer, lost, logged, texts } = writerWorld();
  writer.put("a", "A");
  await writer.idle();
  server.failNext("edit", "forbidden");
  writer.put("a", "A2");
  writer.put("b", "B");
  await writer.idle();
  expect(texts()).toEqual(["A", "2", "B"]);
  expect(lost).toEqual([]);
  expect(logged).toEqual([]);
});

test("a refused create loses the thread, once, and nothing is tried after it", async () => {
  const { server, writer, lost } = writerWorld();
  server.failNext("create", "not-found", "not-found");
  writer.put("a", "A");
  writer.put("b", "B");
  writer.react({ key: "b" }, "eyes");
  await writer.idle();
  writer.put("c", "C");
  await settle();
  expect(lost).toHaveLength(1);
  expect(server.calls).toEqual(["create A"]);
});

test("a post the server finds too long goes out whole, in order, before what comes after it", async () => {
  const { server, writer, texts } = writerWorld();
  server.limit = 2500;
  const words = Array.from({ length: 2000 }, (_, at) => `word${at}`).join(" ");
  writer.put("long", words);
  writer.put("next", "next");
  writer.react({ key: "long" }, "+1");
  await writer.idle();
  expect(texts().every((text) => text.length <= 2500)).toBe(true);
  expect(texts().at(-1)).toBe("next");
  expect(texts().slice(0, -1).join(" ").replace(/\s+/g, " ")).toBe(words);
  expect(server.calls).toContain("react p1 +1");
});

test("a text that grew while the server found it too long is not cut short", async () => {
  const { server, writer, texts } = writerWorld();
  server.limit = 2500;
  server.hold();
  writer.put("long", "a ".repeat(1500));
  writer.put("long", `${"a ".repeat(1500)}the end`);
  server.release();
  await writer.idle();
  expect(texts().join(" ").replace(/\s+/g, " ")).toBe(`${"a ".repeat(1500)}the end`);
});

test("a short post that the server calls too long is given up, not tried for ever", async () => {
  const { server, writer, logged } = writerWorld();
  server.limit = 2;
  writer.put("a", "abc");
  await writer.idle();
  // The second is what would have stood in its place.
  expect(server.calls.filter((call) => call.startsWith("create"))).toHaveLength(2);
  expect(logged).toHaveLength(1);
});

test("reactions follow the post they belong to, one after the other, and hold up no other post", async () => {
  const { server, writer, texts } = writerWorld();
  writer.put("card", "card");
  writer.react({ key: "card" }, "+1");
  writer.react({ key: "card" }, "-1");
  writer.put("next", "next");
  await settle();
  server.hold();
  writer.unreact({ postId: "other" as PostId }, "eyes");
  writer.put("last", "last");
  await settle();
  expect(server.calls.slice(-2)).toEqual(["unreact other eyes", "create last"]);
  server.release();
  await writer.idle();
  expect(texts()).toEqual(["card", "next", "last"]);
  const first = server.calls.filter((call) => call.includes("card") || call.includes("p1"));
  expect(first).toEqual(["create card", "react p1 +1", "react p1 -1"]);
});

test("a change that nobody is told elsewhere holds up no other post, and is held up by none", async () => {
  const { server, writer, texts } = writerWorld();
  writer.put("header", "idle", { ifFrozen: "drop" });
  await writer.idle();
  server.hold();
  writer.put("header", "busy", { ifFrozen: "drop" });
  writer.put("words", "words");
  await settle();
  writer.put("header", "idle again", { ifFrozen: "drop" });
  await settle();
  expect(server.calls.slice(1)).toEqual(["edit p1 busy", "create words"]);
  server.release();
  await writer.idle();
  expect(texts()).toEqual(["idle again", "words"]);
});

test("while a change fails for long, a post that is being made beside it is not looked for", async () => {
  const { server, clock, writer, texts } = writerWorld();
  writer.put("header", "idle", { ifFrozen: "drop" });
  await writer.idle();
  const { createPost } = server.api;
  let answer = (): void => {};
  const isAnswered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  server.api.createPost = async (post) => {
    await isAnswered;
    return createPost(post);
  };
  server.failAlways(/ p1/, "unreachable");
  writer.put("words", "words");
  writer.put("header", "busy", { ifFrozen: "drop" });
  await clock.advance(60_000);
  expect(server.calls).not.toContain("thread");
  server.failAlways(/ p1/, undefined);
  answer();
  await clock.advance(60_000);
  expect(texts()).toEqual(["busy", "words"]);
});

test("the choices of a card that is decided meanwhile are offered to the last", async () => {
  const { server, writer } = writerWorld();
  writer.put("card", "card");
  await writer.idle();
  server.hold();
  writer.react({ key: "card" }, "+1");
  writer.react({ key: "card" }, "-1");
  writer.put("card", "decided", { isFinal: true });
  await settle();
  expect(server.calls.slice(1)).toEqual(["react p1 +1", "edit p1 decided"]);
  server.release();
  await writer.idle();
  expect(server.calls.slice(3)).toEqual(["react p1 -1"]);
  expect(writer.toJSON()).toEqual({ entries: [], writes: [] });
});

test("what may have to go on in another post keeps to the order of the thread", async () => {
  const { server, writer, texts } = writerWorld();
  writer.put("words", "one");
  await writer.idle();
  server.failNext("edit", "frozen");
  writer.put("words", "one two");
  writer.put("card", "card");
  await writer.idle();
  expect(texts()).toEqual(["one", "two", "card"]);
});

test("a reaction that is refused holds nothing up", async () => {
  const { server, writer, texts } = writerWorld();
  server.failNext("react", "not-found");
  writer.react({ postId: p1 }, "eyes");
  writer.put("a", "A");
  await writer.idle();
  expect(texts()).toEqual(["A"]);
});

test("close gives up what waits, also in the middle of a pause", async () => {
  const { server, clock, writer } = writerWorld();
  server.failNext("create", "unreachable");
  writer.put("a", "A");
  writer.put("b", "B");
  await settle();
  writer.close();
  await writer.idle();
  await clock.advance(60_000);
  expect(server.calls).toEqual(["create A"]);
  expect(clock.pending()).toBe(0);
});

const ASK = { color: "#e8a33d", text: "yes or no" };

test("an attachment stands below the text, and an edit of either is an edit of the post", async () => {
  const { server, writer } = writerWorld();
  writer.put("card", "rm x", { attachment: ASK });
  await writer.idle();
  writer.put("card", "rm x", { attachment: ASK });
  await writer.idle();
  writer.put("card", "rm x", { attachment: { color: "#3db887", text: "yes" } });
  await writer.idle();
  writer.put("note", "", { attachment: { color: "#2389d7", text: "said" } });
  await writer.idle();
  expect(server.calls).toEqual(["create rm x▌yes or no", "edit p1 rm x▌yes", "create ▌said"]);
});

test("a file goes along with its post, once, and again with one that is posted again", async () => {
  const { server, writer, clock } = writerWorld();
  server.failNext("create", "server");
  writer.put("card", "see file", { attachment: ASK, file: { name: "command.sh", text: "rm x" } });
  await settle();
  await clock.advance(1000);
  await writer.idle();
  expect(server.calls).toEqual([
    "upload command.sh rm x",
    "create see file▌yes or no +f1",
    "create see file▌yes or no +f1",
  ]);
  server.calls.length = 0;
  server.delete("p1" as PostId);
  writer.repost("card");
  await writer.idle();
  expect(server.calls).toEqual(["upload command.sh rm x", "create see file▌yes or no +f2"]);
});

test("a growing post whose later piece is refused as too long is there once and in order in the end", async () => {
  const { server, writer, texts } = writerWorld();
  server.limit = 4000;
  const paragraph = (mark: number, length: number): string => `[${mark}] ${"x".repeat(length - 6)}`;
  let text = [paragraph(1, 3000), paragraph(2, 4030), paragraph(3, 1100)].join("\n\n");
  writer.put("page", text, { isProgress: true });
  await writer.idle();
  for (let mark = 4; mark < 12; mark++) {
    text += `\n\n${paragraph(mark, 900)}`;
    writer.put("page", text, { isProgress: true });
    await writer.idle();
  }
  expect(texts().join("").replaceAll(/\s/g, "")).toBe(text.replaceAll(/\s/g, ""));
});
