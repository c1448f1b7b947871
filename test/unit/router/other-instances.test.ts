// Two mm-claude on one account in one channel: both see the posts that the other one makes, and both decide the same.

import fc from "fast-check";
import { expect, test } from "vitest";
import { isEarlier, newInstance, startOf } from "../../../src/mattermost/instance.ts";
import type { ChannelId, PostId, SocketEvent } from "../../../src/mattermost/types.ts";
import { createRouterWorld, INSTANCE } from "../../support/router-world.ts";

const hello: SocketEvent = { type: "hello", connectionId: "c", resumed: false };
const START = startOf(INSTANCE) ?? 0;
const earlier = newInstance(START - 60_000, () => 0.5);
const later = newInstance(START + 60_000, () => 0.5);

async function setUp() {
  const world = createRouterWorld();
  await world.router.take(hello);
  let made = 0;
  const ours = (
    more: { instance?: string; pendingPostId?: string | undefined; channelId?: ChannelId } = {},
  ) =>
    world.says("claude-code", "words", {
      id: `own${++made}` as PostId,
      isFromPerson: false,
      pendingPostId: "claude-code:1",
      createdAt: world.clock.now(),
      ...more,
    });
  return { ...world, ours };
}

test("beside one that was started earlier it says so once, and is to end", async () => {
  const { ours, clock, rivals } = await setUp();
  await clock.advance(30_000);
  await ours({ instance: earlier });
  await ours({ instance: earlier });
  expect(rivals).toEqual([
    expect.stringMatching(
      /^Another mm-claude \(started 20\S+Z\) runs `@claude-code` in this channel, .* Stop it first/,
    ),
  ]);
});

test("beside one that was started later it goes on: that one ends", async () => {
  const { ours, clock, rivals, told } = await setUp();
  await clock.advance(30_000);
  await ours({ instance: later });
  await ours({ instance: later });
  expect(rivals).toEqual([]);
  expect(told).toEqual([expect.stringContaining("started later")]);
});

test("an earlier version can't step back, so this one does", async () => {
  const { ours, clock, rivals } = await setUp();
  await clock.advance(30_000);
  await ours();
  expect(rivals).toEqual([expect.stringContaining("of an earlier version")]);
});

test("the last words of a predecessor that was killed are no sign of a rival", async () => {
  const { ours, clock, rivals, told } = await setUp();
  await clock.advance(29_999);
  await ours({ instance: earlier });
  await ours();
  expect([rivals, told]).toEqual([[], []]);
});

test("its own posts, posts the account made by other means, and those of other channels are no rival's", async () => {
  const { ours, says, clock, rivals, told } = await setUp();
  await clock.advance(HOUR);
  await ours({ instance: INSTANCE });
  await ours({ pendingPostId: undefined });
  await ours({ instance: earlier, channelId: "elsewhere" as ChannelId });
  await says("robot", "words", { instance: earlier, isFromPerson: false });
  await says("alice", "words", { instance: earlier });
  expect([rivals, told]).toEqual([[], []]);
});

test("what is read again after a gap is no sign of a rival, and neither is what comes from the past", async () => {
  const world = await setUp();
  await world.clock.advance(HOUR);
  await world.says("alice", "now", { createdAt: world.clock.now() });
  const made = { instance: earlier, isFromPerson: false, pendingPostId: "claude-code:1" };
  world.post("claude-code", "words", { ...made, id: "in the gap" as PostId });
  await world.router.take(hello);
  await world.says("claude-code", "words", { ...made, createdAt: world.clock.now() - HOUR });
  expect(world.rivals).toEqual([]);
});

const HOUR = 3_600_000;

test("of any two marks exactly one is the earlier, and both sides find the same", () => {
  const mark = fc
    .tuple(fc.nat({ max: 2_000_000_000_000 }), fc.double({ min: 0, max: 0.999999, noNaN: true }))
    .map(([at, random]) => ({ at, mark: newInstance(at, () => random) }));
  fc.assert(
    fc.property(mark, mark, (one, other) => {
      expect(startOf(one.mark)).toBe(one.at);
      const isSame = one.mark === other.mark;
      expect([isEarlier(one.mark, other.mark), isEarlier(other.mark, one.mark)].filter(Boolean)).toHaveLength(
        isSame ? 0 : 1,
      );
      if (one.at < other.at) expect(isEarlier(one.mark, other.mark)).toBe(true);
    }),
  );
});

test.each(["", "x", "-", "!-1", "zzzzzzzzzzz-1", "1-1-1"])("%j is no mark, and earlier than any", (text) => {
  expect(startOf(text)).toBeUndefined();
  expect(
    isEarlier(
      text,
      newInstance(0, () => 0),
    ),
  ).toBe(true);
});

test("a clock that is set back makes it wait for a predecessor's last words once more, and no longer", async () => {
  const { ours, clock, rivals } = await setUp();
  clock.jump(-HOUR);
  await ours({ instance: earlier });
  await clock.advance(29_999);
  await ours({ instance: earlier });
  expect(rivals).toEqual([]);
  await clock.advance(1);
  await ours({ instance: earlier });
  expect(rivals).toHaveLength(1);
});
