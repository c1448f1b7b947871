// What ends or interrupts counts on any post of a thread, also when it was put there while nobody listened: once, in its
// place in the order of time, and only if it was put there then.

import { expect, test } from "vitest";
import type { PostId, ThreadId, UserId } from "../../../src/mattermost/types.ts";
import { down, HOUR, hello } from "../../support/catch-up-world.ts";
import { createRouterWorld } from "../../support/router-world.ts";

const THREAD = "thread" as ThreadId;

/** Somebody has spoken just before nobody listens any more, and long before that. */
async function setUp() {
  const world = createRouterWorld();
  world.begin(THREAD);
  const now = world.clock.now();
  world.post("claude-code", "of long ago", { id: "old" as PostId, createdAt: now - HOUR });
  await world.says("alice", "before", { id: "before" as PostId, createdAt: now });
  /** It stands on the server, and the socket does not tell it. */
  const put = (by: string, emojiName: string, postId: string, at: number) => {
    const reaction = {
      userId: by as UserId,
      postId: postId as PostId,
      emojiName,
      createdAt: now + at,
    };
    world.server.reactions.push(reaction);
    return reaction;
  };
  const heard = () =>
    world.delivered.map(({ signal }) =>
      signal.type === "message"
        ? signal.message.text
        : signal.type === "reaction"
          ? `${signal.emojiName} by ${signal.by.name}`
          : signal.type,
    );
  return { ...world, now, put, heard };
}

test("❌, 🛑 and ⏸️ are heard on whatever post of a session's thread they were put, in the order of time", async () => {
  const { heard, now, post, put, router } = await setUp();
  post("alice", "one", { id: "one" as PostId, createdAt: now + 100 });
  post("alice", "two", { createdAt: now + 300 });
  put("bob", "octagonal_sign", "old", 400);
  put("alice", "x", "one", 350);
  put("bob", "pause_button", "before", 200);
  await router.take(hello);
  expect(heard()).toEqual([
    "before",
    "one",
    "double_vertical_bar by bob",
    "two",
    "x by alice",
    "octagonal_sign by bob",
  ]);
});

test.each(["liveThreads", "openCards", "waitingPosts", "awaitingCards"] as const)(
  "where no page holds the post the thread itself is read, once: by %s",
  async (by) => {
    const { heard, put, router, server } = await setUp();
    server.offPages.push("old" as PostId);
    put("bob", "x", "old", 100);
    await router.take(hello);
    expect(heard()).toEqual(["before"]);
    const at = { threadId: THREAD, postId: "before" as PostId };
    if (by === "liveThreads" || by === "awaitingCards") {
      server[by].push(THREAD);
    } else {
      server[by].push(at);
    }
    await router.take(hello);
    expect(heard()).toEqual(["before", "x by bob"]);
    expect(server.asked.filter((line) => line.startsWith("thread"))).toEqual(["thread thread"]);
  },
);

test("what was put there before the gap, and what else stands on posts that are no cards, says nothing", async () => {
  const { heard, put, router } = await setUp();
  put("bob", "x", "old", -20_000);
  put("bob", "+1", "old", 100);
  put("bob", "one", "before", 100);
  put("claude-code", "x", "before", 100);
  await router.take(hello);
  expect(heard()).toEqual(["before"]);
});

test.each(["x", "double_vertical_bar"])(
  "one that was heard already (%s) is not heard again after a gap, nor after a restart",
  async (emojiName) => {
    const { heard, put, restart, router, server } = await setUp();
    server.liveThreads.push(THREAD);
    const reaction = put("bob", emojiName, "before", 100);
    await router.take({ type: "reactionAdded", reaction });
    await router.take(hello);
    await restart().take(hello);
    expect(heard()).toEqual(["before", `${emojiName} by bob`]);
  },
);

test("one that was found in a gap is not heard again when the socket tells it, nor after another gap", async () => {
  const { heard, put, restart, router } = await setUp();
  const reaction = put("bob", "double_vertical_bar", "before", 100);
  await router.take(hello);
  await router.take({ type: "reactionAdded", reaction });
  await router.take(hello);
  await restart().take(hello);
  expect(heard()).toEqual(["before", "double_vertical_bar by bob"]);
});

test("put on again after it was taken off, it is another one", async () => {
  const { heard, put, router, server } = await setUp();
  await router.take({ type: "reactionAdded", reaction: put("bob", "double_vertical_bar", "before", 100) });
  server.reactions.splice(0);
  put("bob", "double_vertical_bar", "before", 200);
  await router.take(hello);
  expect(heard()).toEqual(["before", "double_vertical_bar by bob", "double_vertical_bar by bob"]);
});

test("a session that begins in the gap is ended in the gap", async () => {
  const { heard, now, opened, post, put, router, sessions } = await setUp();
  sessions.clear();
  const begun = { id: "new" as PostId, threadId: "new" as ThreadId, createdAt: now + 100 };
  post("alice", "@claude-code start", begun);
  post("alice", "no, wait", { threadId: "new" as ThreadId, createdAt: now + 200 });
  put("alice", "octagonal_sign", "new", 300);
  await router.take(hello);
  expect(opened.map(({ text }) => text)).toEqual(["start"]);
  expect(heard().slice(1)).toEqual(["no, wait", "octagonal_sign by alice"]);
});

test("one comes after the post it was put on, whatever the dates of two servers say", async () => {
  const { heard, now, opened, post, put, router } = await setUp();
  post("alice", "@claude-code start", {
    id: "new" as PostId,
    threadId: "new" as ThreadId,
    createdAt: now + 100,
  });
  put("alice", "x", "new", 99);
  await router.take(hello);
  expect([opened.length, heard()]).toEqual([1, ["before", "x by alice"]]);
});

test("where there is no session nobody is looked up for it", async () => {
  const { heard, put, router, server, sessions } = await setUp();
  sessions.clear();
  put("bob", "x", "old", 100);
  await router.take(hello);
  expect(heard()).toEqual(["before"]);
  expect(server.asked).not.toContain("member bob");
  expect(server.asked).not.toContain("post old");
});

test("one by somebody who has left the channel since does nothing", async () => {
  const { heard, put, router, server } = await setUp();
  put("bob", "x", "old", 100);
  server.left.push("bob" as UserId);
  await router.take(hello);
  expect(heard()).toEqual(["before"]);
});

test.each(["member bob", "user bob", "thread thread"])(
  "while the server can't be asked (%s) it waits, and is heard once then",
  async (line) => {
    const { clock, fail, heard, now, post, put, router, server } = await setUp();
    server.liveThreads.push(THREAD);
    put("bob", "double_vertical_bar", "old", 100);
    post("alice", "after", { createdAt: now + 200 });
    fail(line, down());
    await router.take(hello);
    expect(heard()).not.toContain("double_vertical_bar by bob");
    await clock.advance(10_000);
    expect(heard()).toEqual(["before", "double_vertical_bar by bob", "after"]);
    expect(clock.pending()).toBe(0);
  },
);

test("one that is put there while the gap is being read comes before what is said after it", async () => {
  const { heard, meanwhile, now, post, put, router } = await setUp();
  put("bob", "x", "old", 400);
  meanwhile("since", () => {
    put("alice", "double_vertical_bar", "before", 200);
    post("alice", "after", { createdAt: now + 300 });
  });
  await router.take(hello);
  expect(heard()).toEqual(["before", "double_vertical_bar by alice", "after", "x by bob"]);
});

test("an end that waits for nothing does not end what is said after it", async () => {
  const { clock, delivered, fail, heard, now, opened, post, put, router, says, sessions } = await setUp();
  fail("user bob", down());
  await says("bob", "@claude-code begin anew", { createdAt: now + 100 });
  const reaction = put("alice", "octagonal_sign", "old", 200);
  post("alice", "@claude-code and once more", { threadId: "next" as ThreadId, createdAt: now + 300 });
  await router.take({ type: "reactionAdded", reaction });
  await clock.advance(10_000);
  expect(heard()).toEqual(["before", "octagonal_sign by alice", "begin anew", "octagonal_sign by alice"]);
  expect(delivered.at(-1)?.thread).toBe(THREAD);
  expect([opened.length, sessions.size]).toEqual([1, 2]);
});

test.each(["x", "double_vertical_bar"])(
  "on a card that stays open %s counts when it was put there, and not at each gap after that",
  async (emojiName) => {
    const { heard, post, put, router, says, server } = await setUp();
    post("claude-code", "@carol wants to send a message", { id: "card" as PostId });
    server.openCards.push({ threadId: THREAD, postId: "card" as PostId });
    put("bob", emojiName, "card", 100);
    put("bob", "+1", "card", -HOUR);
    const decided = () => heard().filter((what) => what.startsWith(emojiName));
    await router.take(hello);
    expect(decided()).toHaveLength(1);
    await says("alice", "another turn");
    for (let gap = 1; gap <= 3; gap++) {
      await router.take(hello);
      expect(heard().filter((what) => what === "+1 by bob")).toHaveLength(1 + gap);
    }
    expect(decided()).toHaveLength(1);
  },
);

test("on a card that was on its way it counts as well, once", async () => {
  const { clock, heard, post, put, restart, router, server } = await setUp();
  server.awaitingCards.push(THREAD);
  post("claude-code", "may I?", { id: "card" as PostId });
  put("bob", "double_vertical_bar", "card", 100);
  put("bob", "+1", "card", 100);
  await router.take(hello);
  server.awaitingCards.pop();
  server.openCards.push({ threadId: THREAD, postId: "card" as PostId });
  router.cardPosted(THREAD, "card" as PostId);
  await clock.advance(0);
  await restart().take(hello);
  expect(heard().filter((what) => what.startsWith("double"))).toHaveLength(1);
});
