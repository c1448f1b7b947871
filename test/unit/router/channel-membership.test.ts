// The bot is removed from its channel, and added again: said once each way, nothing is asked for in between, and what
// was said meanwhile is heard.

import { expect, test } from "vitest";
import { MattermostError } from "../../../src/mattermost/error.ts";
import type { ChannelId, PostId, SocketEvent, ThreadId, UserId } from "../../../src/mattermost/types.ts";
import { createRouterWorld } from "../../support/router-world.ts";

const HOUR = 3_600_000;
const THREAD = "thread" as ThreadId;
const BOT = "claude-code" as UserId;
const hello: SocketEvent = { type: "hello", connectionId: "c", resumed: false };
const member = (
  type: "memberAdded" | "memberRemoved",
  userId: string = BOT,
  channelId = "channel",
): SocketEvent => ({
  type,
  userId: userId as UserId,
  channelId: channelId as ChannelId,
});
const forbidden = () =>
  new MattermostError("forbidden", "no", { status: 403, serverId: "api.context.permissions.app_error" });

async function setUp() {
  const world = createRouterWorld();
  world.begin(THREAD);
  await world.router.take(hello);
  await world.says("alice", "before");
  const remove = () => {
    world.server.left.push(BOT);
    return world.router.take(member("memberRemoved"));
  };
  const add = () => {
    world.server.left.splice(0);
    return world.router.take(member("memberAdded"));
  };
  return { ...world, remove, add };
}

test("what was said from the removal on is heard when it is added again, with one line each way", async () => {
  const world = await setUp();
  await world.remove();
  world.post("alice", "said while it was away");
  await world.clock.advance(HOUR);
  expect(world.texts()).toEqual(["before"]);
  expect(world.away).toEqual([true]);
  await world.add();
  await world.says("alice", "after");
  expect(world.texts()).toEqual(["before", "said while it was away", "after"]);
  expect(world.away).toEqual([true, false]);
  expect(world.told).toEqual([
    expect.stringContaining("is not in the channel any more"),
    expect.stringContaining("is in the channel again"),
  ]);
  expect(world.logged).toEqual([]);
});

test("while it is away next to nothing is asked for, and nothing else is said", async () => {
  const world = await setUp();
  await world.remove();
  const before = world.server.asked.length;
  await world.clock.advance(24 * HOUR);
  const asked = world.server.asked.slice(before);
  expect(new Set(asked)).toEqual(new Set([`member ${BOT}`]));
  expect(asked.length).toBeLessThanOrEqual(24 * 12);
  expect(world.told).toHaveLength(1);
});

test("a removal that nobody told of is found out at the next hello, and so is its end", async () => {
  const world = await setUp();
  world.server.left.push(BOT);
  await world.router.take(hello);
  await world.router.take(hello);
  expect([world.away, world.told.length, world.logged]).toEqual([[true], 1, []]);
  world.post("alice", "said while it was away");
  world.server.left.splice(0);
  await world.clock.advance(300_000);
  expect(world.texts()).toEqual(["before", "said while it was away"]);
  expect(world.away).toEqual([true, false]);
});

test("a restart while it is away forgets nothing of the gap", async () => {
  const world = await setUp();
  await world.remove();
  world.router.close();
  world.post("alice", "said while it was away");
  const router = world.restart();
  await router.take(hello);
  expect(world.texts()).toEqual(["before"]);
  world.server.left.splice(0);
  await router.take(member("memberAdded"));
  expect(world.texts()).toEqual(["before", "said while it was away"]);
});

test("cards and waiting messages are not taken for deleted while it is away", async () => {
  const world = await setUp();
  world.server.openCards.push({ threadId: THREAD, postId: "card" as PostId });
  world.server.waitingPosts.push({ threadId: THREAD, postId: "waits" as PostId });
  world.server.liveThreads.push(THREAD);
  await world.remove();
  await world.router.take(hello);
  await world.clock.advance(HOUR);
  expect(world.texts()).toEqual(["before"]);
});

test("others that come and go, and other channels, change nothing", async () => {
  const world = await setUp();
  await world.router.take(member("memberRemoved", "alice"));
  await world.router.take(member("memberAdded", "alice"));
  await world.router.take(member("memberRemoved", BOT, "elsewhere"));
  expect([world.away, world.told]).toEqual([[], []]);
});

test("a gap the server refuses to show is tried on slowly, said once, and keeps nobody from being heard", async () => {
  const world = await setUp();
  world.post("alice", "said in the gap");
  for (let time = 0; time < 3; time++) {
    world.fail("since", forbidden());
    await (time === 0 ? world.router.take(hello) : world.clock.advance(300_000));
  }
  await world.says("alice", "live");
  expect(world.texts()).toEqual(["before", "live"]);
  expect(world.logged).toHaveLength(1);
  await world.clock.advance(300_000);
  expect(world.texts()).toEqual(["before", "live", "said in the gap"]);
  expect(world.clock.pending()).toBe(0);
});

test("what answers in the server's place ends no gap", async () => {
  const world = await setUp();
  world.post("alice", "said in the gap");
  world.fail("since", new MattermostError("forbidden", "a proxy's page", { status: 403 }));
  await world.router.take(hello);
  await world.clock.advance(300_000);
  expect(world.texts()).toEqual(["before", "said in the gap"]);
});

test("one post that can't be dealt with keeps nobody after it from being heard", async () => {
  const world = await setUp();
  world.post("bob", "of somebody the server refuses to tell of");
  world.post("alice", "after it");
  world.fail("user bob", new MattermostError("rejected", "no", { status: 400, serverId: "x" }));
  await world.router.take(hello);
  expect(world.texts()).toEqual(["before", "after it"]);
  expect(world.logged).toHaveLength(1);
});

test("old messages that could not all be read are named once they can", async () => {
  const world = createRouterWorld();
  const now = world.clock.now();
  world.cursor.at = { at: now - 72 * HOUR, heard: [], leadMs: 0 };
  world.post("alice", "@claude-code old 1", { createdAt: now - 48 * HOUR });
  world.post("bob", "@claude-code old 2", { createdAt: now - 47 * HOUR });
  world.fail("user bob", new MattermostError("unreachable", "down"));
  await world.restart().take(hello);
  expect(world.replies).toEqual([]);
  await world.clock.advance(10_000);
  expect(world.replies).toHaveLength(1);
  expect(world.replies[0]).toContain("- `@claude-code old 1`\n- `@claude-code old 2`");
});

test("posts of other channels that one socket tells of cause nothing at all", async () => {
  const world = createRouterWorld();
  world.fail(`member ${BOT}`, new MattermostError("unreachable", "down"));
  await world.router.take(hello);
  const before = world.server.asked.length;
  await world.says("alice", "@claude-code hi", { channelId: "elsewhere" as ChannelId });
  expect(world.server.asked).toHaveLength(before);
});
