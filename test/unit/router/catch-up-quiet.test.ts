// Of many channels only those are read in which something was said, or may have been done, while nobody listened.

import { expect, test } from "vitest";
import type { PostId, ThreadId, UserId } from "../../../src/mattermost/types.ts";
import { down, HOUR, hello } from "../../support/catch-up-world.ts";
import { createRouterWorld, type RouterWorldOptions } from "../../support/router-world.ts";

/** Somebody has spoken, and a while later the server has answered a ping. */
async function quiet(options: RouterWorldOptions = {}) {
  const world = createRouterWorld(options);
  await world.says("carol", "nothing for a bot");
  world.server.lastPostAt = world.clock.now() + 1;
  await world.clock.advance(30_000);
  await world.router.take({ type: "alive", askedAt: world.clock.now() });
  await world.clock.advance(HOUR);
  world.server.asked.length = 0;
  return world;
}

test("a channel in which nothing was said is not read, after a gap and at the next start", async () => {
  const world = await quiet();
  await world.router.take(hello);
  await world.restart().take(hello);
  expect(world.server.asked).toEqual(["member claude-code", "member claude-code"]);
});

test("one in which something was said is read", async () => {
  const world = await quiet();
  world.post("alice", "@claude-code missed", { createdAt: world.clock.now() });
  world.server.lastPostAt = world.clock.now();
  await world.router.take(hello);
  expect(world.opened.map(({ text }) => text)).toEqual(["missed"]);
});

test("one that lost the connection soon after its newest post is read: another may have been on its way", async () => {
  const world = createRouterWorld();
  await world.says("carol", "nothing for a bot");
  world.server.lastPostAt = world.clock.now() + 1;
  world.post("alice", "@claude-code at the same moment", { createdAt: world.clock.now() });
  await world.clock.advance(9000);
  await world.router.take({ type: "alive", askedAt: world.clock.now() });
  await world.router.take(hello);
  expect(world.opened.map(({ text }) => text)).toEqual(["at the same moment"]);
});

test("one in which nothing ever was said is not read", async () => {
  const world = createRouterWorld();
  world.server.lastPostAt = 0;
  await world.router.take(hello);
  expect(world.server.asked).toEqual(["member claude-code"]);
});

test("one is read, however silent, of which nobody knows when something was last said", async () => {
  const world = await quiet();
  world.server.lastPostAt = undefined;
  await world.router.take(hello);
  expect(world.server.asked).toContain("since");
});

test("and one with a session, a card, or a message that waits", async () => {
  const cases = [
    (world: Awaited<ReturnType<typeof quiet>>) => world.server.liveThreads.push("thread" as ThreadId),
    (world: Awaited<ReturnType<typeof quiet>>) =>
      world.server.openCards.push({ threadId: "thread" as ThreadId, postId: "card" as PostId }),
    (world: Awaited<ReturnType<typeof quiet>>) => world.server.awaitingCards.push("thread" as ThreadId),
    (world: Awaited<ReturnType<typeof quiet>>) =>
      world.server.waitingPosts.push({ threadId: "thread" as ThreadId, postId: "post" as PostId }),
  ];
  for (const has of cases) {
    const world = await quiet();
    has(world);
    await world.router.take(hello);
    expect(world.server.asked).toContain("since");
  }
});

test("and one in which a post or a reaction is known to be there that could not be dealt with", async () => {
  const world = await quiet();
  world.fail("user bob", down());
  await world.says("bob", "@claude-code do it");
  // The list was made before that.
  await world.clock.advance(120_000);
  expect(world.opened.map(({ text }) => text)).toEqual(["do it"]);

  const other = await quiet();
  other.begin("thread" as ThreadId);
  other.post("claude-code", "an answer", { id: "answer" as PostId });
  other.fail("post answer", down());
  await other.react("alice", "answer", "x");
  await other.clock.advance(120_000);
  expect(other.texts()).toEqual(["reaction"]);
});

test("a gap that is not read yet is not complete, whatever the server answers meanwhile", async () => {
  const world = await quiet();
  world.post("alice", "@claude-code missed", { createdAt: world.clock.now() });
  world.server.lastPostAt = world.clock.now();
  world.fail("since", down());
  await world.router.take(hello);
  await world.clock.advance(1000);
  await world.router.take({ type: "alive", askedAt: world.clock.now() + HOUR });
  expect(world.opened).toEqual([]);
  await world.restart().take(hello);
  expect(world.opened.map(({ text }) => text)).toEqual(["missed"]);
});

test("what somebody waits for is read at once; what was said to nobody may wait", async () => {
  const isUrgentIn = async (change: (world: Awaited<ReturnType<typeof quiet>>) => void) => {
    const world = await quiet();
    world.server.lastPostAt = undefined;
    change(world);
    await world.router.take(hello);
    return world.server.isUrgent;
  };
  expect(await isUrgentIn(() => {})).toBe(false);
  expect(await isUrgentIn(({ server }) => (server.isMentioned = true))).toBe(true);
  expect(await isUrgentIn(({ server }) => server.liveThreads.push("thread" as ThreadId))).toBe(true);
  expect(
    await isUrgentIn(({ begin, server }) => {
      begin("thread" as ThreadId);
      server.reactions.push({ userId: "alice" as UserId, postId: "card" as PostId, emojiName: "+1" });
      server.openCards.push({ threadId: "thread" as ThreadId, postId: "card" as PostId });
    }),
  ).toBe(true);
});
