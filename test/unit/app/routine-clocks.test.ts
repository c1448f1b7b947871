// What becomes of routines when mm-claude does not run, the server can't be asked, or the clock is another than it was.

import { expect, test } from "vitest";
import type { UserId } from "../../../src/mattermost/types.ts";
import type { Routine } from "../../../src/routines/book.ts";
import type { Schedule } from "../../../src/routines/schedule.ts";
import { askedFor, paused, removed } from "../../../src/routines/steps.ts";
import { type RoutinesWorld, routinesWorld } from "../../support/routines-world.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 2, 26, 8, 0);
const HOURLY: Schedule = { kind: "cron", expression: "0 * * * *", timeZone: "UTC" };

function worldOf(schedule: Schedule = HOURLY, more: Partial<Routine> = {}): RoutinesWorld {
  const by = { id: "alice" as UserId, name: "alice" };
  const routine: Routine = {
    ...{ number: 1, id: "r1", by, schedule, text: "look", handledUntil: START, skipped: 0 },
    ...more,
  };
  return routinesWorld({ startMs: START, book: { next: 2, routines: [routine], cards: [] } });
}

const times = ({ opened }: RoutinesWorld): string[] =>
  opened.map(({ at }) => new Date(at).toISOString().slice(11, 16));

test("a machine that slept over a window runs it late, once", async () => {
  const world = worldOf();
  world.start();
  await world.clock.advance(50 * MINUTE);
  world.clock.jump(3 * HOUR);
  await world.clock.advance(2 * MINUTE);
  expect(times(world)).toEqual(["11:50"]);
  expect(world.roots()).toEqual([
    expect.stringMatching(/Late: it was due at .* 11:00\n⚠️ 2 runs missed \(.* 09:00 to .* 10:00\) before: /),
  ]);
  await world.clock.advance(HOUR);
  expect(times(world)).toEqual(["11:50", "12:00"]);
});

test("a clock that is put back runs no window twice", async () => {
  const world = worldOf();
  world.start();
  await world.clock.advance(3 * HOUR);
  world.clock.jump(-2 * HOUR);
  await world.clock.advance(3 * HOUR);
  expect(times(world)).toEqual(["09:00", "10:00", "11:00", "12:00"]);
});

test("where the clocks are put forward, a time that does not exist that day runs right after the gap", async () => {
  const daily: Schedule = { kind: "cron", expression: "30 2 * * *", timeZone: "Europe/Amsterdam" };
  const world = worldOf(daily);
  world.start();
  await world.clock.advance(4 * 24 * HOUR);
  expect(world.opened.map(({ at }) => new Date(at).toISOString().slice(8, 16))).toEqual([
    "27T01:30",
    "28T01:30",
    expect.stringMatching(/^29T01:/),
    "30T00:30",
  ]);
});

test("a single run that is missed by more than an hour is told, and not kept", async () => {
  const world = worldOf({ kind: "once", at: START + HOUR });
  await world.clock.advance(3 * HOUR);
  world.start();
  await world.clock.advance(2 * MINUTE);
  expect(world.opened).toEqual([]);
  expect(world.roots()).toEqual([expect.stringMatching(/⚠️ 1 run missed .* It does not run again\./)]);
  expect(world.routines.book.routines).toEqual([]);
});

test("a single run is taken out once it has begun", async () => {
  const world = worldOf({ kind: "once", at: START + HOUR });
  world.start();
  await world.clock.advance(HOUR);
  expect(times(world)).toEqual(["09:00"]);
  expect(world.routines.book.routines).toEqual([]);
});

test("a run whose server can't be reached is later, and its maker keeps what they have", async () => {
  const world = worldOf();
  world.start();
  world.server.isDown = true;
  await world.clock.advance(HOUR + 20 * MINUTE);
  expect(world.opened).toEqual([]);
  world.server.isDown = false;
  await world.clock.advance(MINUTE);
  expect(times(world)).toEqual(["09:20"]);
  expect(world.roots()).toEqual([expect.stringContaining("Late: it was due at")]);
});

test("nothing is tried in a channel that can't be written to, and all of it is told afterwards", async () => {
  const world = worldOf();
  world.start();
  world.server.isAway = true;
  await world.clock.advance(5 * HOUR + 30 * MINUTE);
  expect(world.posts).toEqual([]);
  world.server.isAway = false;
  await world.clock.advance(2 * MINUTE);
  expect(world.roots()).toEqual([expect.stringContaining("⚠️ 4 runs missed")]);
  expect(times(world)).toEqual(["13:30"]);
});

test("months without mm-claude are told in one post", async () => {
  const world = worldOf({ kind: "cron", expression: "*/5 * * * *", timeZone: "UTC" });
  await world.clock.advance(90 * 24 * HOUR + 2 * MINUTE);
  world.start();
  await world.clock.advance(MINUTE);
  expect(world.roots()).toEqual([
    expect.stringContaining("⚠️ more than 200 runs missed (since Thu 26 Mar 08:05)"),
  ]);
  expect(world.opened).toHaveLength(1);
});

test("a routine that is paused or taken out while its thread is made begins no session that nobody wants", async () => {
  const world = worldOf();
  world.start();
  world.server.isDown = true;
  await world.clock.advance(HOUR + MINUTE);
  world.routines.change(removed(world.routines.book, 1));
  world.server.isDown = false;
  await world.clock.advance(2 * HOUR);
  expect(world.opened).toEqual([]);
  expect(world.posts).toEqual([]);
});

test("one that is paused runs when somebody asks for it, and only then", async () => {
  const world = worldOf();
  world.start();
  await world.clock.advance(MINUTE);
  const by = { id: "alice" as UserId, name: "alice" };
  world.routines.change(paused(world.routines.book, 1, by));
  await world.clock.advance(3 * HOUR);
  world.routines.change(askedFor(world.routines.book, 1, world.clock.now()));
  await world.clock.advance(3 * HOUR);
  expect(times(world)).toEqual(["11:01"]);
  expect(world.roots()).toEqual([expect.stringContaining("Begun because somebody asked for it")]);
});
