// What was said and what was decided around a gap is heard in the order of time.

import { expect, test } from "vitest";
import type { PostId, ThreadId, UserId } from "../../../src/mattermost/types.ts";
import { cardWorld, down, HOUR, hello } from "../../support/catch-up-world.ts";
import { createRouterWorld } from "../../support/router-world.ts";

test("what was decided and what was said while nobody listened is heard in the order of time", async () => {
  const world = createRouterWorld();
  world.begin("thread" as ThreadId);
  await world.says("alice", "before the gap");
  const now = world.clock.now();
  world.server.openCards.push({ threadId: "thread" as ThreadId, postId: "card" as PostId });
  world.post("claude-code", "may I?", { id: "card" as PostId });
  const react = (userId: string, createdAt: number) =>
    world.server.reactions.push({
      userId: userId as UserId,
      postId: "card" as PostId,
      emojiName: "+1",
      createdAt,
    });
  react("bob", now + 400);
  react("alice", now + 200);
  world.post("alice", "one", { createdAt: now + 100 });
  world.post("alice", "two", { createdAt: now + 300 });
  await world.router.take(hello);
  expect(world.texts().slice(1)).toEqual(["one", "reaction", "two", "reaction"]);
});

test.each(["reactions of card", "post card", "member claude-code"])(
  "a reaction that comes before a message comes before it also while a gap is being read (%s)",
  async (line) => {
    const world = cardWorld();
    world.meanwhile(line, () => {
      world.reacts("bob", "arrows_counterclockwise", 1);
      world.says("alice", "something else", 2);
    });
    await world.router.take(hello);
    await world.allTold();
    expect(world.heard()).toEqual(["arrows_counterclockwise", "something else"]);
  },
);

test.each(["since", "post card", "member claude-code"])(
  "a message that comes before a reaction comes before it also while a gap is being read (%s)",
  async (line) => {
    const world = cardWorld();
    world.meanwhile(line, () => {
      world.says("alice", "no", 1);
      world.reacts("bob", "+1", 2);
    });
    await world.router.take(hello);
    await world.allTold();
    expect(world.heard()).toEqual(["no", "+1"]);
  },
);

test("a reaction whose writer can't be looked up just now comes before what others do after it", async () => {
  const world = cardWorld();
  await world.router.take(hello);
  world.reacts("alice", "-1", 1);
  await world.allTold();
  world.fail("user bob", down());
  world.reacts("bob", "+1", 2);
  world.reacts("alice", "white_check_mark", 3);
  await world.allTold();
  expect(world.heard()).toEqual(["-1", "+1", "white_check_mark"]);
  expect(world.clock.pending()).toBe(0);
});

test("what is done after a message whose writer can't be looked up just now comes after it", async () => {
  const world = cardWorld();
  await world.router.take(hello);
  world.fail("user bob", down());
  world.says("bob", "no", 1);
  world.reacts("alice", "+1", 2);
  await world.allTold();
  expect(world.heard()).toEqual(["no", "+1"]);
});

test.each([
  ["user bob", "octagonal_sign"],
  ["post of before", "arrows_counterclockwise"],
])(
  "a reaction on any post is not lost while the server can't be asked (%s), and stays before what is said after it",
  async (line, emojiName) => {
    const world = cardWorld();
    world.says("alice", "before the gap", 0);
    await world.allTold();
    const createdAt = world.clock.now() - HOUR;
    world.post("alice", "long before the gap", { id: "of before" as PostId, createdAt });
    world.server.failing.add(line);
    world.reacts("bob", emojiName, 1, "of before");
    world.says("alice", "said after it", 2);
    await world.allTold();
    await world.clock.advance(5000);
    expect(world.heard()).not.toContain("said after it");
    world.server.failing.clear();
    await world.clock.advance(60_000);
    expect(world.heard()).toEqual(["before the gap", emojiName, "said after it"]);
    expect(world.delivered).toHaveLength(3);
    expect(world.clock.pending()).toBe(0);
  },
);

test("an end waits for nothing that was missed, and ends also what was said before it and is heard only then", async () => {
  const world = cardWorld();
  await world.router.take(hello);
  world.server.failing.add("user bob");
  world.says("bob", "@claude-code begin anew", 1);
  await world.allTold();
  world.reacts("alice", "octagonal_sign", 2);
  await world.allTold();
  expect(world.heard()).toEqual(["octagonal_sign"]);
  world.sessions.clear();
  world.server.failing.clear();
  await world.clock.advance(60_000);
  expect(world.opened.map(({ text }) => text)).toEqual(["begin anew"]);
  expect(world.texts()).toEqual(["octagonal_sign", "octagonal_sign"].map(() => "reaction"));
});

test("of two that were written at once the one that is told second is heard, though the socket is cut before it is told", async () => {
  const world = createRouterWorld();
  world.begin("thread" as ThreadId);
  await world.says("alice", "before");
  await world.clock.advance(60_000);
  const now = world.clock.now();
  world.post("bob", "dated first, told second", { createdAt: now - 20 });
  await world.says("alice", "told first", { createdAt: now - 10 });
  await world.router.take(hello);
  await world.router.take(hello);
  expect(world.texts()).toEqual(["before", "told first", "dated first, told second"]);
});
