// What was said while nobody listened: at the start, after a gap, and while the server can't be asked.

import { expect, test } from "vitest";
import { MattermostError } from "../../../src/mattermost/error.ts";
import type { PostId, ThreadId } from "../../../src/mattermost/types.ts";
import { down, HOUR, hello } from "../../support/catch-up-world.ts";
import { settle } from "../../support/fake-clock.ts";
import { createRouterWorld } from "../../support/router-world.ts";

test("what was said since the stored cursor is heard at the start, once, in order; what is older is not", async () => {
  const world = createRouterWorld();
  const now = world.clock.now();
  world.cursor.at = { at: now - HOUR, heard: ["known" as PostId] };
  world.post("alice", "@claude-code before that", { createdAt: now - 2 * HOUR, id: "older" as PostId });
  world.post("alice", "@claude-code heard already", { createdAt: now - HOUR, id: "known" as PostId });
  world.post("alice", "@claude-code start", { createdAt: now - HOUR + 1 });
  world.post("bob", "and this", { createdAt: now - HOUR + 2 });
  const router = world.restart();
  await router.take(hello);
  await router.take(hello);
  expect(world.opened.map(({ text }) => text)).toEqual(["start"]);
  expect(world.texts()).toEqual(["and this"]);
});

test("messages more than a day old are named in one reply and not acted on, however many there are", async () => {
  const world = createRouterWorld();
  const now = world.clock.now();
  world.cursor.at = { at: now - 72 * HOUR, heard: [] };
  for (let index = 1; index <= 30; index++) {
    world.post("alice", `@claude-code old ${index}`, { createdAt: now - 48 * HOUR + index });
  }
  world.post("alice", "just chatting", { createdAt: now - 47 * HOUR, threadId: "elsewhere" as ThreadId });
  world.post("alice", "@claude-code fresh", { createdAt: now - HOUR });
  const router = world.restart();
  await router.take(hello);
  expect(world.opened.map(({ text }) => text)).toEqual(["fresh"]);
  expect(world.replies).toHaveLength(1);
  expect(world.replies[0]).toContain("- `@claude-code old 30`\n- and 10 before them");
  expect(world.replies[0]).not.toContain("chatting");
  const later = world.restart();
  await later.take(hello);
  expect(world.replies).toHaveLength(1);
});

test.each(["server", "unauthorized"] as const)(
  "a gap that can't be read (%s) is read later, though nobody writes anything, and so are the cards",
  async (code) => {
    const world = createRouterWorld();
    world.begin("thread" as ThreadId);
    world.post("alice", "said in the gap");
    world.post("claude-code", "may I?", { id: "card" as PostId });
    world.server.openCards.push({ threadId: "thread" as ThreadId, postId: "card" as PostId });
    world.server.reactions.push({ userId: "alice" as never, postId: "card" as PostId, emojiName: "+1" });
    world.server.failures.push(down(code), down(code));
    await world.router.take(hello);
    expect(world.delivered).toEqual([]);
    await world.clock.advance(120_000);
    expect(world.texts()).toEqual(["said in the gap", "reaction"]);
    expect(world.clock.pending()).toBe(0);
  },
);

test("a long outage is told twice and then left to the debug log", async () => {
  const world = createRouterWorld();
  world.post("alice", "@claude-code said in the gap");
  world.server.failures.push(...Array.from({ length: 20 }, () => down()));
  await world.router.take(hello);
  await world.clock.advance(HOUR);
  expect(world.opened).toHaveLength(1);
  expect(world.logged.length).toBeLessThanOrEqual(2);
});

test("a router that is closed catches up on nothing any more", async () => {
  const world = createRouterWorld();
  world.server.failures.push(down());
  await world.router.take(hello);
  world.router.close();
  await settle();
  expect(world.clock.pending()).toBe(0);
});

test("a gap that is read at once is taken as fast as it was written, and no faster", async () => {
  const world = createRouterWorld();
  const now = world.clock.now();
  world.cursor.at = { at: now - HOUR, heard: [] };
  world.begin("thread" as ThreadId);
  for (let index = 0; index < 100; index++) {
    world.post("alice", `slow ${index}`, { createdAt: now - HOUR + index * 2000 });
  }
  for (let index = 0; index < 100; index++) {
    world.post("bob", `fast ${index}`, { createdAt: now - HOUR / 2 + index });
  }
  await world.restart().take(hello);
  expect(world.texts().filter((text) => text.startsWith("slow"))).toHaveLength(100);
  expect(world.texts().filter((text) => text.startsWith("fast"))).toHaveLength(40);
  expect(world.replies).toEqual([expect.stringContaining("That was a lot at once, `@bob`")]);
});

test("a post that is told as news and comes from long before the newest one is not heard", async () => {
  const world = createRouterWorld();
  world.begin("thread" as ThreadId);
  const now = world.clock.now();
  await world.says("alice", "now", { createdAt: now });
  await world.says("alice", "a little late", { createdAt: now - 60_000 });
  await world.says("alice", "of long ago", { createdAt: now - 60_001 });
  await world.says("alice", "!stop", { createdAt: now - HOUR });
  expect(world.texts()).toEqual(["now", "a little late"]);
});

test("a reaction that comes from long before the newest post decides nothing, taking one off always counts", async () => {
  const world = createRouterWorld();
  world.begin("thread" as ThreadId);
  const now = world.clock.now();
  await world.says("alice", "now", { createdAt: now });
  world.post("claude-code", "may I?", { id: "card" as PostId });
  await world.react("alice", "card", "+1", "reactionAdded", now - HOUR);
  expect(world.texts()).toEqual(["now"]);
  await world.react("alice", "card", "one", "reactionRemoved", now - HOUR);
  await world.react("alice", "card", "+1", "reactionAdded", now - 60_000);
  expect(world.texts()).toEqual(["now", "reaction", "reaction"]);
});

test("that not all of a gap could be read is told where somebody works, asks or waits, once each", async () => {
  const world = createRouterWorld();
  world.server.mostRead = 2;
  for (const name of ["live", "asked", "asleep"]) {
    world.begin(name as ThreadId);
  }
  world.server.liveThreads.push("live" as ThreadId);
  world.post("claude-code", "may I?", { id: "card" as PostId, threadId: "asked" as ThreadId });
  world.server.openCards.push({ threadId: "asked" as ThreadId, postId: "card" as PostId });
  for (const words of ["one", "two", "three"]) {
    world.post("alice", words, { threadId: "live" as ThreadId });
  }
  await world.router.take(hello);
  expect(world.replies).toEqual([
    expect.stringMatching(/^live: ⏳ .* was not heard/),
    expect.stringMatching(/^asked: ⏳ .* was not heard/),
  ]);
  expect(world.texts()).toEqual(["two", "three"]);
});

test("or, where nobody does, in the thread with a session in which was spoken last", async () => {
  const world = createRouterWorld();
  world.server.mostRead = 2;
  world.begin("asleep" as ThreadId);
  for (const threadId of ["asleep", "asleep", "elsewhere"] as ThreadId[]) {
    world.post("alice", "words", { threadId });
  }
  await world.router.take(hello);
  expect(world.replies).toEqual([expect.stringMatching(/^asleep: /)]);
});

test("a server that says when it wants to be asked again is left alone until then, and asked then", async () => {
  const world = createRouterWorld();
  const busy = () => new MattermostError("server", "busy", { status: 503, retryAfterMs: 20_000 });
  world.server.failures.push(busy());
  await world.router.take(hello);
  expect(world.clock.nextIn()).toBeGreaterThanOrEqual(20_000);
  world.fail("user alice", busy());
  await world.clock.advance(30_000);
  await world.says("alice", "@claude-code go");
  expect(world.clock.nextIn()).toBeGreaterThanOrEqual(20_000);
  await world.clock.advance(30_000);
  expect(world.opened).toHaveLength(1);
});
