import fc from "fast-check";
import { expect, test } from "vitest";
import type { PostId } from "../../../src/mattermost/types.ts";
import type { Cursor } from "../../../src/router/cursor.ts";
import { SeenPosts } from "../../../src/router/seen-posts.ts";

const NOW = 1_700_000_000_000;
const id = (name: string) => name as PostId;
const post = (name: string, createdAt = NOW) => ({ id: id(name), createdAt });

const YEAR = 365 * 24 * 3_600_000;

function setUp(saved?: Cursor, now = () => NOW) {
  const keeper = {
    kept: saved,
    load: () => saved,
    save(cursor: Cursor) {
      keeper.kept = cursor;
    },
    flush: async () => {},
  };
  return { heard: new SeenPosts(keeper, now), keeper };
}

test("a post that was taken is known, one that was given back is not", () => {
  const { heard } = setUp();
  heard.take(post("a"));
  heard.take(post("b"));
  heard.giveBack(id("a"));
  expect(["a", "b", "c"].map((name) => heard.has(id(name)))).toEqual([false, true, false]);
});

test("a post that was given back is not kept as heard", () => {
  const { heard, keeper } = setUp();
  heard.take(post("a"));
  heard.take(post("b"));
  heard.giveBack(id("a"));
  heard.save(undefined);
  expect(keeper.kept?.heard).toEqual(["b"]);
});

test("one post that is dated in the future moves nothing on, neither the gap nor what is kept", () => {
  const { heard, keeper } = setUp();
  heard.noteTime(NOW, true);
  heard.noteTime(NOW + YEAR, true);
  expect(heard.newestAt).toBe(NOW);
  expect([NOW + 1000, NOW, NOW - 60_001].map((at) => heard.isFromThePast(at))).toEqual([false, false, true]);
  heard.save(undefined);
  expect(keeper.kept?.at).toBe(NOW);
});

test("nor does it when time has passed since the last post: others may be on their way", () => {
  let now = NOW;
  const { heard } = setUp(undefined, () => now);
  heard.noteTime(NOW, true);
  now += 30_000;
  heard.noteTime(now + YEAR, true);
  heard.noteTime(now + YEAR, false);
  expect(heard.newestAt).toBe(NOW);
});

test("a gap begins some seconds before the newest post, and with a channel's first one where none was heard", () => {
  let now = NOW;
  const { heard, keeper } = setUp(undefined, () => now);
  expect(heard.gapFrom).toBe(0);
  now += 50_000;
  heard.noteTime(now, true);
  expect(heard.gapFrom).toBe(NOW + 40_000);
  heard.save(undefined);
  expect(setUp(keeper.kept, () => now).heard.gapFrom).toBe(NOW + 40_000);
});

test("on a server whose clock is behind ours a gap begins with what was heard there", () => {
  const { heard } = setUp();
  heard.noteTime(NOW - 7_200_000, true);
  expect(heard.gapFrom).toBe(NOW - 7_210_000);
});

test("a cursor in the future that an earlier version kept begins now", () => {
  const { heard } = setUp({ at: NOW + YEAR, heard: [] });
  expect(heard.newestAt).toBe(NOW);
  expect(heard.isFromThePast(NOW)).toBe(false);
});

test("a post dated in the future is known until its time has come, however many others were heard since", () => {
  let now = NOW;
  const first = setUp(undefined, () => now);
  first.heard.take(post("ahead", NOW + 1000));
  for (let index = 0; index < 300; index++) {
    first.heard.take(post(`p${index}`));
    first.heard.noteTime(NOW, true);
  }
  first.heard.save(undefined);
  expect(first.keeper.kept?.heard).not.toContain("ahead");
  const second = setUp(first.keeper.kept, () => now);
  expect(second.heard.has(id("ahead"))).toBe(true);
  now += 2000;
  second.heard.noteTime(now, true);
  second.heard.save(undefined);
  expect(second.keeper.kept?.datedAhead).toBeUndefined();
});

test("a server whose clock is ahead with every post is followed; when it is set right, so is the cursor", () => {
  const { heard, keeper } = setUp();
  const ahead = 2 * 3_600_000;
  for (let index = 0; index < 5; index++) {
    heard.noteTime(NOW + ahead + index, true);
  }
  expect(heard.newestAt).toBeGreaterThanOrEqual(NOW + ahead);
  heard.save(undefined);
  expect(setUp(keeper.kept).heard.newestAt).toBe(heard.newestAt);
  heard.noteTime(NOW, true);
  expect(heard.newestAt).toBe(NOW);
});

test("our clock being set back loses nothing and brings nothing again: what was kept still counts", () => {
  let now = NOW;
  const { heard, keeper } = setUp(undefined, () => now);
  heard.noteTime(NOW, true);
  heard.save(undefined);
  now -= YEAR;
  const later = setUp(keeper.kept, () => now);
  expect(later.heard.newestAt).toBe(NOW);
  later.heard.noteTime(NOW + 5000, true);
  expect(later.heard.newestAt).toBe(NOW);
  expect(later.heard.now).toBe(NOW);
  for (let index = 0; index < 5; index++) {
    later.heard.noteTime(NOW + 5000, true);
  }
  expect(later.heard.newestAt).toBe(NOW + 5000);
});

test("whatever dates posts have, a gap begins no later than the last one that was dated right", () => {
  const event = fc.record({
    passedMs: fc.nat({ max: 600_000 }),
    aheadMs: fc.constantFrom(0, 0, 61_000, YEAR),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      let now = NOW;
      const { heard, keeper } = setUp({ at: NOW, heard: [], leadMs: 0 }, () => now);
      let ahead = 0;
      for (const { passedMs, aheadMs } of events) {
        now += passedMs;
        // Five in a row are no accident any more.
        ahead = aheadMs === 0 ? 0 : ahead + 1;
        heard.noteTime(now + (ahead < 5 ? aheadMs : 0), true);
        ahead %= 5;
        heard.save(undefined);
        expect(heard.newestAt).toBeLessThanOrEqual(now);
        expect(keeper.kept?.at).toBeLessThanOrEqual(now);
        expect(heard.isFromThePast(now)).toBe(false);
      }
    }),
  );
});

test("what was heard before a restart is known after it", () => {
  const first = setUp();
  first.heard.take(post("a"));
  first.heard.noteTime(NOW - 5, true);
  first.heard.save(undefined);
  const second = setUp(first.keeper.kept);
  expect(second.heard.has(id("a"))).toBe(true);
  expect(second.heard.newestAt).toBe(NOW - 5);
  second.heard.save(undefined);
  expect(second.keeper.kept).toEqual({ at: NOW - 5, heard: ["a"], leadMs: 0 });
});

test("of many posts the newest two hundred are kept", () => {
  const { heard, keeper } = setUp();
  for (let index = 1; index <= 300; index++) heard.take(post(`p${index}`));
  heard.save(undefined);
  expect(keeper.kept?.heard).toHaveLength(200);
  expect(keeper.kept?.heard.at(0)).toBe("p101");
  expect(keeper.kept?.heard.at(-1)).toBe("p300");
  expect(heard.has(id("p1"))).toBe(true);
});

test("while posts may have been missed the gap is what is kept, and not the newest post", () => {
  const { heard, keeper } = setUp();
  heard.noteTime(NOW, true);
  heard.save(NOW - 500);
  expect(keeper.kept?.at).toBe(NOW - 500);
  heard.save(0);
  expect(keeper.kept?.at).toBe(0);
  heard.save(undefined);
  expect(keeper.kept?.at).toBe(NOW);
});

test("the first post heard sets the time, also where our clock is ahead; later ones only move it on", () => {
  const { heard } = setUp();
  heard.noteTime(NOW - 7_200_000, true);
  expect(heard.newestAt).toBe(NOW - 7_200_000);
  heard.noteTime(NOW - 7_300_000, true);
  expect(heard.newestAt).toBe(NOW - 7_200_000);
  heard.noteTime(NOW, true);
  expect(heard.newestAt).toBe(NOW);
});

test("before anything is known of the server's clock nothing is from the past", () => {
  const { heard } = setUp();
  expect(heard.isFromThePast(0)).toBe(false);
});

test.each([
  ["a post that was heard", setUp()],
  ["a cursor that was kept", setUp({ at: NOW, heard: [] })],
])("what is more than a minute older than %s is from the past", (_what, { heard }) => {
  heard.noteTime(NOW, true);
  expect([NOW, NOW - 60_000, NOW - 60_001].map((at) => heard.isFromThePast(at))).toEqual([
    false,
    false,
    true,
  ]);
});

test("a channel that nobody has written in yet begins with its first post, whatever our clock says", () => {
  const { heard } = setUp(undefined, () => NOW + YEAR);
  expect(heard.newestAt).toBeLessThan(NOW);
});

test("once the server has told all it had some seconds after the newest post, a gap begins behind that post", () => {
  let now = NOW;
  const { heard, keeper } = setUp(undefined, () => now);
  expect(heard.complete(now + 60_000)).toBe(false);
  now += 50_000;
  heard.noteTime(now, true);
  // Asked too early: others may have been on their way.
  expect(heard.complete(now + 9999)).toBe(false);
  expect(heard.gapFrom).toBe(now - 10_000);
  expect(heard.complete(now + 10_000)).toBe(true);
  expect(heard.gapFrom).toBe(now + 1);
  expect(heard.complete(now + 40_000)).toBe(false);
  heard.save(undefined);
  expect(setUp(keeper.kept, () => now).heard.gapFrom).toBe(now + 1);

  now += 60_000;
  heard.noteTime(now, true);
  expect(heard.gapFrom).toBe(now - 10_000);
  heard.save(undefined);
  expect(setUp(keeper.kept, () => now).heard.gapFrom).toBe(now - 10_000);
});

test("nor does it begin before what was complete, however soon after it a post comes", () => {
  let now = NOW;
  const { heard } = setUp({ at: NOW - 5000, heard: [], isComplete: true, leadMs: 0 }, () => now);
  expect(heard.gapFrom).toBe(NOW - 5000);
  now += 1000;
  heard.noteTime(now, true);
  expect(heard.gapFrom).toBe(NOW - 5000);
});

test("a gap that is open when the state is kept is no end of anything", () => {
  const { heard, keeper } = setUp();
  heard.noteTime(NOW, true);
  expect(heard.complete(NOW + 10_000)).toBe(true);
  heard.save(NOW - 3_600_000);
  expect(setUp(keeper.kept).heard.gapFrom).toBeLessThanOrEqual(NOW - 3_600_000);
});

test("a newest post that is dated some seconds ahead hides none that is written until then", () => {
  let now = NOW;
  const { heard } = setUp(undefined, () => now);
  heard.noteTime(NOW + 30_000, true);
  now += 30_000;
  expect(heard.complete(now)).toBe(false);
  now += 30_000;
  expect(heard.complete(now)).toBe(true);
  expect(heard.gapFrom).toBe(NOW + 30_001);
});
