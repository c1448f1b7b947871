import { expect, test } from "vitest";
import type { PostId, ThreadId } from "../../../src/mattermost/types.ts";
import { createRouterWorld } from "../../support/router-world.ts";

const HELLO = { type: "hello", connectionId: "c", resumed: false } as const;
const THREAD = "thread" as ThreadId;

async function inSession() {
  const world = createRouterWorld();
  world.begin(THREAD);
  await world.says("alice", "first");
  return world;
}

test("what is looked up when it closes reaches nobody, and is heard once at the next start", async () => {
  const world = await inSession();
  const saying = world.says("bob", "second");
  world.router.close();
  await saying;
  expect(world.texts()).toEqual(["first"]);
  await world.restart().take(HELLO);
  expect(world.texts()).toEqual(["first", "second"]);
});

test("what comes after it has closed is left to the next start", async () => {
  const world = await inSession();
  world.router.close();
  await world.says("alice", "second");
  await world.says("alice", "@claude-code begin", { threadId: "other" as ThreadId });
  expect([world.texts(), world.opened]).toEqual([["first"], []]);
  await world.restart().take(HELLO);
  expect(world.texts()).toEqual(["first", "second"]);
  expect(world.opened.map(({ text }) => text)).toEqual(["begin"]);
});

test("a gap that is being read when it closes is a gap for the next start", async () => {
  const world = await inSession();
  world.post("alice", "missed");
  world.post("bob", "missed too");
  const reading = world.router.take(HELLO);
  world.router.close();
  await reading;
  expect(world.texts()).toEqual(["first"]);
  await world.restart().take(HELLO);
  expect(world.texts()).toEqual(["first", "missed", "missed too"]);
});

test("a person who is refused while it closes is refused, and noted, once", async () => {
  const world = createRouterWorld();
  const saying = world.says("carol", "@claude-code let me in", { id: "asks" as PostId });
  world.router.close();
  await saying;
  expect([world.replies, world.audited]).toEqual([[], []]);
  const next = world.restart();
  await next.take(HELLO);
  expect([world.replies.length, world.audited]).toEqual([1, ["refused carol"]]);
});
