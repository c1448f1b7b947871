// Posts, reactions and cursors whose dates are wrong: a clock that ran ahead, an import, a clock that is set back. Each
// counts once, and moves nothing else.

import { expect, test } from "vitest";
import { MattermostError } from "../../../src/mattermost/error.ts";
import type { PostId, SocketEvent, ThreadId, UserId } from "../../../src/mattermost/types.ts";
import { createRouterWorld } from "../../support/router-world.ts";

const HOUR = 3_600_000;
const YEAR = 365 * 24 * HOUR;
const THREAD = "thread" as ThreadId;
const hello: SocketEvent = { type: "hello", connectionId: "c", resumed: false };

test("after a post that is dated a year ahead nothing of the next gap is missed, and it is taken once", async () => {
  const world = createRouterWorld();
  world.begin(THREAD);
  await world.says("alice", "now");
  await world.says("alice", "from the future", { createdAt: world.clock.now() + YEAR });
  world.post("alice", "said in the gap", { createdAt: world.clock.now() + 50 });
  await world.clock.advance(HOUR);
  await world.router.take(hello);
  await world.router.take(hello);
  expect(world.texts()).toEqual(["now", "from the future", "said in the gap"]);
});

test("nor is what was said before it was told, and is told later or never", async () => {
  const world = createRouterWorld();
  world.begin(THREAD);
  await world.says("alice", "now");
  world.post("bob", "on its way", { createdAt: world.clock.now() + 500 });
  await world.clock.advance(30_000);
  await world.says("alice", "from the future", { createdAt: world.clock.now() + YEAR });
  await world.router.take(hello);
  expect(world.texts()).toEqual(["now", "from the future", "on its way"]);
});

test("it is taken once over restarts too, however much is said in between", async () => {
  const world = createRouterWorld({ isOpenToAll: true });
  world.begin(THREAD);
  await world.says("alice", "from the future", { createdAt: world.clock.now() + YEAR });
  for (let index = 0; index < 250; index++) {
    await world.clock.advance(2000);
    await world.says("alice", `${index}`, { createdAt: world.clock.now() });
  }
  for (let time = 0; time < 2; time++) {
    const router = world.restart();
    await router.take(hello);
    await router.take(hello);
    router.close();
  }
  expect(world.texts().filter((text) => text === "from the future")).toHaveLength(1);
  expect(world.texts()).toHaveLength(251);
});

test("one that is found in a gap is taken once as well, and what was said after it in the next gap is heard", async () => {
  const world = createRouterWorld();
  world.begin(THREAD);
  await world.says("alice", "now");
  world.post("alice", "from the future", { createdAt: world.clock.now() + YEAR });
  await world.router.take(hello);
  await world.clock.advance(HOUR);
  world.post("alice", "said in the gap", { createdAt: world.clock.now() });
  const router = world.restart();
  await router.take(hello);
  expect(world.texts()).toEqual(["now", "from the future", "said in the gap"]);
});

test("with a cursor in the future, as an earlier version kept it, catching up skips nothing from now on", async () => {
  const world = createRouterWorld();
  world.cursor.at = { at: world.clock.now() + YEAR, heard: [] };
  const router = world.restart();
  world.begin(THREAD);
  await router.take(hello);
  await world.clock.advance(HOUR);
  world.post("alice", "said in the gap", { createdAt: world.clock.now() });
  await router.take(hello);
  expect(world.texts()).toEqual(["said in the gap"]);
});

test("a post of the future that can't be dealt with yet postpones no other one", async () => {
  const world = createRouterWorld();
  world.begin(THREAD);
  world.fail("user alice", new MattermostError("unreachable", "down"));
  await world.says("alice", "from the future", { createdAt: world.clock.now() + YEAR });
  world.post("bob", "said after it", { createdAt: world.clock.now() + 1 });
  await world.clock.advance(10_000);
  expect(world.texts().sort()).toEqual(["from the future", "said after it"]);
});

test("who writes with a date in the future may go on writing at the pace of all", async () => {
  const world = createRouterWorld();
  world.begin(THREAD);
  await world.says("alice", "from the future", { createdAt: world.clock.now() + YEAR });
  for (let index = 0; index < 100; index++) {
    await world.clock.advance(2000);
    await world.says("alice", `${index}`, { createdAt: world.clock.now() });
  }
  expect(world.texts()).toHaveLength(101);
  expect(world.replies).toEqual([]);
});

test("when our clock is set back people are heard as before, live and after a gap", async () => {
  const world = createRouterWorld();
  world.begin(THREAD);
  const serverNow = world.clock.now;
  const lead = 24 * HOUR;
  await world.says("alice", "before", { createdAt: serverNow() });
  world.clock.jump(-lead);
  for (let index = 0; index < 100; index++) {
    await world.clock.advance(2000);
    await world.says("alice", `${index}`, { createdAt: serverNow() + lead });
  }
  world.post("alice", "said in the gap", { createdAt: serverNow() + lead + 1 });
  await world.router.take(hello);
  expect(world.texts()).toHaveLength(102);
  expect(world.replies).toEqual([]);
});

test("after a restart with a clock that is far behind nothing that was heard is acted upon again", async () => {
  const world = createRouterWorld();
  for (let index = 0; index < 300; index++) {
    await world.clock.advance(2000);
    await world.says("alice", `@claude-code ${index}`, {
      createdAt: world.clock.now(),
      threadId: `t${index}` as ThreadId,
    });
  }
  expect(world.opened).toHaveLength(300);
  world.sessions.clear();
  world.clock.jump(-YEAR);
  await world.restart().take(hello);
  expect(world.opened).toHaveLength(300);
});

test("a reaction that is dated in the future decides once, and after all that was said", async () => {
  const world = createRouterWorld();
  world.begin(THREAD);
  await world.says("alice", "now");
  world.post("claude-code", "may I?", { id: "card" as PostId });
  await world.react("alice", "card", "+1", "reactionAdded", world.clock.now() + YEAR);
  world.post("alice", "said in the gap");
  world.server.openCards.push({ threadId: THREAD, postId: "card" as PostId });
  world.server.reactions.push({
    userId: "bob" as UserId,
    postId: "card" as PostId,
    emojiName: "-1",
    createdAt: world.clock.now() + YEAR,
  });
  await world.router.take(hello);
  await world.says("alice", "after");
  expect(world.texts()).toEqual(["now", "reaction", "said in the gap", "reaction", "after"]);
});

test("a server whose clock ran an hour ahead and is set right again is heard at once", async () => {
  const world = createRouterWorld({ isOpenToAll: true });
  world.begin(THREAD);
  const ahead = () => world.clock.now() + HOUR;
  for (let index = 0; index < 6; index++) {
    await world.says("alice", `ahead ${index}`, { createdAt: ahead() });
  }
  await world.says("alice", "set right", { createdAt: world.clock.now() });
  await world.clock.advance(1000);
  await world.says("alice", "and on", { createdAt: world.clock.now() });
  expect(world.texts().slice(-2)).toEqual(["set right", "and on"]);
});

test("a first post that is dated in the future brings no decision forward", async () => {
  const world = createRouterWorld();
  world.begin(THREAD);
  await world.says("alice", "now");
  await world.clock.advance(1000);
  const now = world.clock.now();
  // As the server's posts are given: a first post before its replies.
  world.post("alice", "@claude-code from the future", {
    createdAt: now + YEAR,
    id: "root" as PostId,
    threadId: "root" as ThreadId,
  });
  world.post("bob", "a reply", { createdAt: now + 10, threadId: "root" as ThreadId });
  world.post("claude-code", "may I?", { id: "card" as PostId });
  world.server.openCards.push({ threadId: THREAD, postId: "card" as PostId });
  world.server.reactions.push({
    userId: "bob" as UserId,
    postId: "card" as PostId,
    emojiName: "-1",
    createdAt: now + 20,
  });
  await world.router.take(hello);
  expect(world.opened.map(({ text }) => text)).toEqual(["from the future"]);
  expect(world.texts()).toEqual(["now", "a reply", "reaction"]);
});
