// A week of routines with an mm-claude that is killed at any moment, a server that goes away, and people who lose their
// rights. The judge knows when each should have run, and what people can read in the channel.

import fc from "fast-check";
import { expect, test } from "vitest";
import type { UserId } from "../../../src/mattermost/types.ts";
import type { Routine } from "../../../src/routines/book.ts";
import { nextRun, type Schedule } from "../../../src/routines/schedule.ts";
import { resumed } from "../../../src/routines/steps.ts";
import { type RoutinesWorld, routinesWorld } from "../../support/routines-world.ts";
import { runs } from "../../support/runs.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 2, 26, 7, 3);

const cron = (expression: string, timeZone = "UTC"): Schedule => ({ kind: "cron", expression, timeZone });
const every = (ms: number): Schedule => ({ kind: "every", ms, from: START });

const SCHEDULES: readonly Schedule[] = [
  every(7 * MINUTE),
  every(20 * MINUTE),
  every(HOUR),
  every(5 * HOUR),
  cron("0 * * * *"),
  cron("*/30 9-17 * * 1-5", "Europe/Amsterdam"),
  cron("30 2 * * *", "Europe/Amsterdam"),
  cron("0 9 * * *", "America/New_York"),
  cron("15 23 * * *", "Asia/Tokyo"),
  cron("0 */4 * * *"),
];
const MAKERS = ["alice", "bob", "carol"];

const routineOf = (index: number): Routine => ({
  number: index + 1,
  id: `r${index + 1}`,
  by: { id: MAKERS[index % MAKERS.length] as UserId, name: MAKERS[index % MAKERS.length] ?? "" },
  schedule: SCHEDULES[index % SCHEDULES.length] as Schedule,
  text: `task ${index + 1}`,
  handledUntil: START,
  skipped: 0,
});
const ROUTINES = Array.from({ length: 20 }, (_, index) => routineOf(index));

interface Stop {
  readonly routine: number;
  readonly from: number;
  until: number;
}

/** Gives when somebody had routines go on. */
async function week(world: RoutinesWorld, random: () => number): Promise<ReadonlyMap<number, number[]>> {
  const { clock, server, unlisted } = world;
  const resumes = new Map<number, number[]>();
  const resumeAll = async (): Promise<void> => {
    // What somebody has said is not lost on its way to the disk: that is another matter.
    server.killChance = 0;
    for (const { number, paused, pending, by } of world.routines.book.routines) {
      if (paused && !pending && !unlisted.has(by.id)) {
        resumes.set(number, [...(resumes.get(number) ?? []), clock.now()]);
        world.routines.change(resumed(world.routines.book, number, clock.now()));
      }
    }
    await clock.advance(0);
  };
  const until = START + 7 * 24 * HOUR;
  let downUntil = 0;
  let backAt = 0;
  world.start();
  while (clock.now() < until) {
    await clock.advance(MINUTE);
    const now = clock.now();
    const calm = now > until - 3 * 24 * HOUR;
    server.killChance = calm ? 0 : 0.01;
    server.lostChance = calm ? 0 : 0.02;
    if (!calm && world.isAlive() && random() < 0.002) world.kill();
    if (!world.isAlive()) {
      backAt ||= now + Math.floor(random() ** 4 * 6 * HOUR);
      if (now >= backAt || calm) {
        backAt = 0;
        world.start();
      }
    } else if (random() < 0.05 || calm) {
      await resumeAll();
    }
    if (!calm && random() < 0.002) downUntil = now + random() ** 3 * 5 * HOUR;
    server.isDown = !calm && now < downUntil && random() < 0.95;
    server.isAway = !calm && (random() < 0.002 || (server.isAway && random() < 0.98));
    for (const name of MAKERS) {
      const id = name as UserId;
      if (calm) unlisted.delete(id);
      else if (random() < 0.0005) unlisted.add(id);
      else if (random() < 0.01) unlisted.delete(id);
    }
  }
  return resumes;
}

function judge(
  world: RoutinesWorld,
  { number, schedule, text, id }: Routine,
  resumes: readonly number[],
): void {
  const { opened, posts, clock } = world;
  const runs = opened.filter((one) => one.text === text);
  const windows: number[] = [];
  for (let at = nextRun(schedule, START); at !== undefined && at <= clock.now(); at = nextRun(schedule, at)) {
    windows.push(at);
  }
  const said = posts
    .filter(({ pendingPostId }) => pendingPostId?.includes(`:routine-${id}-`))
    .map((post) => ({ ...post, text: `${post.message}${post.attachment?.text ?? ""}` }));
  const sum = (pattern: RegExp): number =>
    said.reduce((total, post) => total + Number(pattern.exec(post.text)?.[1] ?? 0), 0);

  // Never twice for a window, and never more than an hour late.
  const ran = runs.map(({ at }) => windows.findLast((window) => window <= at) ?? 0);
  expect(new Set(ran).size, `routine ${number} ran twice for a window`).toBe(ran.length);
  expect(runs.filter(({ mayStart }) => !mayStart)).toEqual([]);
  // Never two at once.
  for (const [index, run] of runs.entries()) {
    expect(runs[index - 1]?.until ?? 0).toBeLessThanOrEqual(run.at);
  }
  // Each is said once.
  const keys = said.map(({ pendingPostId }) => pendingPostId);
  expect(new Set(keys).size).toBe(keys.length);

  const stops: Stop[] = said
    .filter(({ text: words }) => words.includes("**Stopped**"))
    .map(({ pendingPostId, createdAt }) => ({
      routine: number,
      from: Number(/-(\d+)$/.exec(pendingPostId ?? "")?.[1]),
      until: resumes.find((at) => at >= createdAt) ?? Infinity,
    }));
  const expected = windows.filter(
    (window) => !stops.some(({ from, until }) => window > from && window <= until),
  );
  const told =
    sum(/(\d+) runs? missed/) +
    sum(/(\d+) runs? skipped/) +
    stops.length +
    said.filter(({ text: words }) => words.includes("This run did not begin")).length;
  expect(runs.length + told, `routine ${number} (${JSON.stringify(schedule)})`).toBe(expected.length);
}

test("each window of a week is run once or told, whatever is killed, lost or taken away", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      const random = generator(seed);
      const world: RoutinesWorld = routinesWorld({
        startMs: START,
        chance: random,
        book: { next: 21, routines: ROUTINES, cards: [] },
        worksFor: () =>
          world.clock.now() > START + 6 * 24 * HOUR
            ? 0
            : random() < 0.1
              ? random() * 3 * HOUR
              : random() * 5 * MINUTE,
      });
      const resumes = await week(world, random);
      for (const routine of ROUTINES) {
        judge(world, routine, resumes.get(routine.number) ?? []);
      }
    }),
    { numRuns: runs(2), endOnFailure: true },
  );
});

/** Mulberry32. */
function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
