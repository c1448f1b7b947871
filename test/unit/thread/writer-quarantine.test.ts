// A write that the server never takes: everything else goes on, in its order, and what is missing is said in its place.

import { describe, expect, test } from "vitest";
import type { PostId } from "../../../src/mattermost/types.ts";
import type { ThreadWriter } from "../../../src/thread/writer.ts";
import type { Fault } from "../../support/fake-thread-api.ts";
import { type WriterWorld, writerWorld } from "../../support/writer-world.ts";

const MARK = /^\*\*Part of this could not be posted:\*\* /;
const ASK = { color: "#e8a33d", text: "yes or no" };
const BAD_ATTACHMENT = { color: "#3db887", text: "BAD" };

/** `failing`: the calls that never succeed. */
const KINDS: Readonly<Record<string, { failing: RegExp; write(writer: ThreadWriter): void }>> = {
  "a new post": { failing: /^create BAD/, write: (writer) => writer.put("bad", "BAD") },
  "an edit": { failing: /BAD/, write: (writer) => writer.put("known", "known BAD") },
  "an edit, where no edit is taken": {
    failing: /^edit/,
    write: (writer) => writer.put("known", "known BAD"),
  },
  "an edit of an attachment": {
    failing: /BAD/,
    write: (writer) => writer.put("known", "known", { attachment: BAD_ATTACHMENT }),
  },
  "a new post with an attachment": {
    failing: /BAD/,
    write: (writer) => writer.put("bad", "card", { attachment: BAD_ATTACHMENT }),
  },
  "a reaction": { failing: /^react p1/, write: (writer) => writer.react({ key: "known" }, "eyes") },
  "a reaction taken back": {
    failing: /^unreact p1/,
    write: (writer) => writer.unreact({ postId: "p1" as PostId }, "eyes"),
  },
  "a file": {
    failing: /^upload/,
    write: (writer) =>
      writer.put("bad", "see file", { attachment: ASK, file: { name: "a.sh", text: "rm x" } }),
  },
  "a post with a file": {
    failing: /\+f1/,
    write: (writer) =>
      writer.put("bad", "see file", { attachment: ASK, file: { name: "a.sh", text: "rm x" } }),
  },
  "a further piece of a long post": {
    failing: /BAD/,
    write: (writer) => writer.put("bad", `${"word ".repeat(800)}BAD ${"word ".repeat(200)}`),
  },
};

/** A thread with a post, a write that fails for ever, and what was asked for after it. */
async function begin(kind: string, fault: Fault): Promise<WriterWorld> {
  const world = writerWorld();
  world.writer.put("known", "known");
  await world.writer.idle();
  world.server.limit = 2500;
  const { failing, write } = KINDS[kind] ?? { failing: /never/, write: () => {} };
  world.server.failAlways(failing, fault);
  write(world.writer);
  world.writer.put("answer", "a command's answer", { isFinal: true });
  world.writer.react({ key: "known" }, "+1");
  return world;
}

describe.each(Object.keys(KINDS))("%s that never succeeds", (kind) => {
  test.each<[Fault, number]>([
    ["server", 4000],
    ["bad-answer", 120_000],
    ["unreachable", 120_000],
    ["rejected", 1000],
  ])("(%s) holds up nothing that comes after it", async (fault, withinMs) => {
    const { server, clock, texts, lost } = await begin(kind, fault);
    await clock.advance(withinMs);
    expect(texts().at(-1)).toBe("a command's answer");
    expect(server.calls).toContain("react p1 +1");
    expect(texts()[0]).toMatch(/^known/);
    expect(lost).toEqual([]);
  });

  test("holds up no end of the daemon, and leaves the rest to the next start", async () => {
    const world = await begin(kind, "server");
    // What stands in its place is not taken either: the server is down for writes.
    world.server.failAlways(/^(create|edit|react|unreact|upload)/, "server");
    await world.clock.advance(60_000);
    let isOver = false;
    void world.writer.idle(4000).then(() => {
      isOver = true;
    });
    await world.clock.advance(4000);
    expect(isOver).toBe(true);
    const next = world.restart();
    world.server.failAlways(/^(create|edit|react|unreact|upload)/, undefined);
    await next.clock.advance(20_000);
    expect(next.texts()).toContain("a command's answer");
    expect(world.server.calls).toContain("react p1 +1");
  });

  test("is tried no more in the end: nothing is left to do", async () => {
    const { clock, writer, server } = await begin(kind, "server");
    await clock.advance(60_000);
    await writer.idle();
    expect(writer.toJSON().writes).toEqual([]);
    const { length } = server.calls;
    await clock.advance(3_600_000);
    expect(server.calls).toHaveLength(length);
    expect(clock.pending()).toBe(0);
  });
});

test("what can't be said is said to be missing, in its place, and whoever runs the daemon is told", async () => {
  const world = writerWorld();
  world.server.failAlways(/BAD/, "server");
  world.writer.put("before", "before");
  world.writer.put("bad", "BAD \u0000", { attachment: ASK });
  world.writer.react({ key: "bad" }, "+1");
  world.writer.put("after", "after");
  await world.clock.advance(20_000);
  const [before, marker = "", after, ...more] = world.texts();
  expect([before, after, more]).toEqual(["before", "after", []]);
  expect(marker).toMatch(MARK);
  expect(marker).toContain("HTTP 500");
  expect(marker).toContain("app.post.save.app_error");
  expect(marker).toMatch(/^[ -~]*$/);
  expect(world.logged).toHaveLength(1);
  expect(world.quarantine).toEqual(["bad"]);
  // Nobody decides about a card by what stands in its place.
  expect(world.posted).toEqual(["before=p1", "after=p3"]);
  expect(world.server.calls.some((call) => call.startsWith("react"))).toBe(false);
});

test("what was quarantined is kept, and stands in its place as soon as the server takes it", async () => {
  const first = writerWorld();
  first.server.failAlways(/BAD/, "server");
  first.writer.put("bad", "BAD", { isFinal: true });
  first.writer.put("after", "after");
  await first.clock.advance(20_000);
  const second = first.restart();
  await second.clock.advance(20_000);
  expect(second.texts()[0]).toMatch(MARK);
  first.server.failAlways(/BAD/, undefined);
  const third = second.restart();
  await third.writer.idle();
  expect(third.texts()).toEqual(["BAD", "after"]);
  expect(third.posted).toEqual(["bad=p1"]);
  expect(third.writer.toJSON().entries.map(([key]) => key)).toEqual(["after"]);
});

test("a server that comes back in the wrong moment gets the words after all", async () => {
  const { server, writer, clock, texts, posted } = writerWorld();
  server.failNext("create", "server", "server", "server", "server");
  writer.put("a", "A");
  writer.put("b", "B");
  await clock.advance(20_000);
  expect(texts()).toEqual(["A", "B"]);
  expect(posted).toEqual(["b=p2", "a=p1"]);
});

test("while the server is down for everything, or for every write, all waits in its order and nothing is doubled", async () => {
  for (const down of [/./, /^(create|edit|react)/]) {
    const { server, writer, clock, texts, quarantine } = writerWorld();
    writer.put("page", "one", { isProgress: true });
    await writer.idle();
    server.failAlways(down, "server");
    writer.put("page", "one two", { isProgress: true });
    writer.put("b", "B");
    await clock.advance(600_000);
    writer.put("c", "C");
    await clock.advance(600_000);
    server.failAlways(down, undefined);
    await clock.advance(60_000);
    expect(texts().filter((text) => text !== "two")).toEqual(
      texts().includes("two") ? ["one", "B", "C"] : ["one two", "B", "C"],
    );
    expect(quarantine).toEqual([]);
  }
});

test("a growing text goes on after what is missing of it, which is said once", async () => {
  const { server, writer, clock, texts } = writerWorld();
  const grow = async (text: string): Promise<void> => {
    writer.put("page", text, { isProgress: true });
    await clock.advance(20_000);
  };
  server.failAlways(/BAD/, "server");
  await grow("One.");
  await grow("One.\n\nBAD");
  await grow("One.\n\nBAD BAD");
  await grow("One.\n\nBAD BAD\n\nBAD");
  const [first, second = "", ...more] = texts();
  expect([first, more]).toEqual(["One.", []]);
  expect(second.split("could not be posted")).toHaveLength(2);
  await grow("One.\n\nBAD BAD\n\nBAD\n\nTwo.");
  expect(texts()).toEqual(["One.", `${second}\n\nTwo.`]);
});

test("where no edit is taken but new posts are, nothing of a growing text is missing", async () => {
  const { server, writer, clock, texts } = writerWorld();
  server.failAlways(/^edit/, "server");
  for (const text of ["one", "one two", "one two three"]) {
    writer.put("page", text, { isProgress: true });
    await clock.advance(20_000);
  }
  expect(texts()).toEqual(["one", "two", "three"]);
});

test.each(["create", "edit"])(
  "a %s that is done but answered as a failure is not done again",
  async (name) => {
    const { server, writer, clock, texts, quarantine } = writerWorld();
    if (name === "edit") {
      writer.put("page", "one");
      await writer.idle();
    }
    server.failAlways(new RegExp(`^${name}`), "failed-late");
    writer.put("page", "one two");
    await clock.advance(20_000);
    server.failAlways(new RegExp(`^${name}`), undefined);
    writer.put("next", "next");
    await clock.advance(20_000);
    expect(texts()).toEqual(["one two", "next"]);
    expect(quarantine).toEqual([]);
  },
);

test("a change to a post that nobody misses is dropped when it is never taken", async () => {
  const { server, writer, clock, texts } = writerWorld();
  writer.put("header", "a", { ifFrozen: "drop" });
  await writer.idle();
  server.failAlways(/^edit/, "server");
  writer.put("header", "b", { ifFrozen: "drop" });
  writer.put("next", "next");
  await clock.advance(20_000);
  expect(texts()).toEqual(["a", "next"]);
});

test("a thread that can't be read is written on all the same", async () => {
  const first = writerWorld();
  first.writer.put("known", "known");
  first.server.failAlways(/^thread/, "server");
  first.server.failNext("create", "server", "server");
  const next = first.restart();
  next.writer.put("a", "A");
  await next.clock.advance(20_000);
  expect(next.texts()).toEqual(["known", "A"]);
});

test("a post that a plugin of the server's refuses is said to be missing, and ends no session", async () => {
  const { server, writer, lost, texts } = writerWorld();
  server.failAlways(/BAD/, "rejected");
  writer.put("bad", "BAD");
  writer.put("next", "next");
  await writer.idle();
  expect(texts()[0]).toMatch(MARK);
  expect(texts()[1]).toBe("next");
  expect(lost).toEqual([]);
});

test("a rate limit and a bad token are nobody's fault: the write waits for hours", async () => {
  for (const fault of ["rate-limited", "unauthorized"] as const) {
    const { server, writer, clock, texts, quarantine } = writerWorld();
    server.failAlways(/^create A/, fault);
    writer.put("a", "A");
    await clock.advance(7_200_000);
    expect(texts()).toEqual([]);
    server.failAlways(/^create A/, undefined);
    await clock.advance(60_000);
    expect(texts()).toEqual(["A"]);
    expect(quarantine).toEqual([]);
  }
});

test("a delay is told once, and so is its end", async () => {
  const { server, writer, clock, logged } = writerWorld();
  server.failAlways(/./, "bad-answer");
  writer.put("a", "A");
  await clock.advance(600_000);
  expect(logged).toEqual([expect.stringContaining("is delayed")]);
});
