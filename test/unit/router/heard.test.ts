import { expect, test } from "vitest";
import type { PostId } from "../../../src/mattermost/types.ts";
import type { Cursor } from "../../../src/router/cursor.ts";
import { Heard } from "../../../src/router/heard.ts";

const NOW = 1_700_000_000_000;
const id = (name: string) => name as PostId;

function setUp(saved?: Cursor) {
  const keeper = {
    kept: saved,
    load: () => saved,
    save(cursor: Cursor) {
      keeper.kept = cursor;
    },
    flush() {},
  };
  return { heard: new Heard(keeper, () => NOW), keeper };
}

test("a post that was taken is known, one that was given back is not", () => {
  const { heard } = setUp();
  heard.take(id("a"));
  heard.take(id("b"));
  heard.giveBack(id("a"));
  expect(["a", "b", "c"].map((name) => heard.has(id(name)))).toEqual([false, true, false]);
});

test("a post that was given back is not kept as heard", () => {
  const { heard, keeper } = setUp();
  heard.take(id("a"));
  heard.take(id("b"));
  heard.giveBack(id("a"));
  heard.save(undefined);
  expect(keeper.kept?.heard).toEqual(["b"]);
});

test("one post that is dated in the future does not make those after it old", () => {
  const { heard } = setUp();
  heard.noteTime(NOW);
  heard.noteTime(NOW + 3_600_000);
  expect(heard.isFromThePast(NOW + 1000)).toBe(false);
  expect(heard.isFromThePast(NOW - 1)).toBe(true);
});

test("what was heard before a restart is known after it", () => {
  const first = setUp();
  first.heard.take(id("a"));
  first.heard.noteTime(NOW + 5);
  first.heard.save(undefined);
  const second = setUp(first.keeper.kept);
  expect(second.heard.has(id("a"))).toBe(true);
  expect(second.heard.newestAt).toBe(NOW + 5);
  second.heard.save(undefined);
  expect(second.keeper.kept).toEqual({ at: NOW + 5, heard: ["a"] });
});

test("of many posts the newest two hundred are kept", () => {
  const { heard, keeper } = setUp();
  for (let index = 1; index <= 300; index++) heard.take(id(`p${index}`));
  heard.save(undefined);
  expect(keeper.kept?.heard).toHaveLength(200);
  expect(keeper.kept?.heard.at(0)).toBe("p101");
  expect(keeper.kept?.heard.at(-1)).toBe("p300");
  expect(heard.has(id("p1"))).toBe(true);
});

test("while posts may have been missed the gap is what is kept, and not the newest post", () => {
  const { heard, keeper } = setUp();
  heard.noteTime(NOW);
  heard.save(NOW - 500);
  expect(keeper.kept?.at).toBe(NOW - 500);
  heard.save(0);
  expect(keeper.kept?.at).toBe(0);
  heard.save(undefined);
  expect(keeper.kept?.at).toBe(NOW);
});

test("the first post heard sets the time, also where our clock is ahead; later ones only move it on", () => {
  const { heard } = setUp();
  expect(heard.newestAt).toBe(NOW);
  heard.noteTime(NOW - 7_200_000);
  expect(heard.newestAt).toBe(NOW - 7_200_000);
  heard.noteTime(NOW - 7_300_000);
  expect(heard.newestAt).toBe(NOW - 7_200_000);
  heard.noteTime(NOW);
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
  heard.noteTime(NOW);
  expect([NOW, NOW - 60_000, NOW - 60_001].map((at) => heard.isFromThePast(at))).toEqual([
    false,
    false,
    true,
  ]);
});
