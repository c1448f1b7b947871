// A trail in several files: it goes on in a new one, the oldest goes, and whatever moment the daemon dies in, no record
// is lost and nothing is told to be wrong. Also a trail of the version before there was rotation.

import * as fs from "node:fs";
import { copyFileSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { runAudit } from "../../../src/audit/report.ts";
import { showHidden } from "../../../src/render/markdown.ts";
import { bash, CHANNEL, sound, spoiled, trailWorld } from "./trail-world.ts";

/** Room for four records of `write`, and a little. */
const FOUR = { maxFileBytes: 1000 };
const THREE_FILES = { ...FOUR, maxFiles: 3 };

const names = (world: ReturnType<typeof trailWorld>) => world.paths().map((path) => basename(path).slice(6));
const commands = (world: ReturnType<typeof trailWorld>) =>
  world.lines().map((line) => JSON.parse(line).what.input.command);

test("a file that would become larger than it may is followed by one named after its first record", () => {
  const world = trailWorld();
  world.write(10, FOUR);
  expect(names(world)).toEqual([`${CHANNEL}.jsonl`, `${CHANNEL}.5.jsonl`, `${CHANNEL}.9.jsonl`]);
  for (const path of world.paths()) {
    expect(fs.statSync(path).size).toBeLessThanOrEqual(FOUR.maxFileBytes);
    expect(world.modeOf(path)).toBe(0o600);
  }
  expect(world.verify()).toEqual(sound(10));
  expect(world.logged).toEqual([]);
});

test("half a line at the end of a full file stays there, and the next file begins with a record", () => {
  const world = trailWorld();
  world.write(4, FOUR);
  fs.appendFileSync(world.files.lines, '{"seq":5,"at":');
  world.write(1, FOUR);
  expect(world.verify()).toEqual(spoiled(5, "trail.jsonl: line 5 is damaged: it is no record"));
  expect(names(world)).toHaveLength(2);
});

test("a record larger than a file may be has a file of its own", () => {
  const world = trailWorld();
  const trail = world.open(FOUR);
  for (const size of [1, 5000, 1, 5000, 5000]) trail.append(bash("x".repeat(size)));
  expect(world.paths()).toHaveLength(5);
  expect(world.verify()).toEqual(sound(5));
});

test("the next daemon goes on in the newest file, whatever number it has", () => {
  const world = trailWorld();
  for (let daemon = 0; daemon < 120; daemon++) world.write(1, FOUR);
  expect(names(world).at(-1)).toBe(`${CHANNEL}.117.jsonl`);
  expect(world.verify()).toEqual(sound(120));
  expect(world.logged).toEqual([]);
});

test("the oldest files go, and what was dropped is told and not missed", () => {
  const world = trailWorld();
  world.write(22, THREE_FILES);
  expect(names(world)).toEqual([`${CHANNEL}.13.jsonl`, `${CHANNEL}.17.jsonl`, `${CHANNEL}.21.jsonl`]);
  expect(world.verify()).toEqual({ records: 10, dropped: 12, problems: [] });
  world.write(1, THREE_FILES);
  expect(world.verify()).toEqual({ records: 11, dropped: 12, problems: [] });
  expect(world.logged).toEqual([]);
});

test("fewer files than before: those that are too many go with the next one", () => {
  const world = trailWorld();
  world.write(20, FOUR);
  world.write(1, { ...FOUR, maxFiles: 1 });
  expect(names(world)).toEqual([`${CHANNEL}.21.jsonl`]);
  expect(world.verify()).toEqual({ records: 1, dropped: 20, problems: [] });
});

test("what somebody else takes out of a trail of several files is missed", () => {
  const world = trailWorld();
  world.write(22, THREE_FILES);
  const [oldest = "", middle = "", newest = ""] = world.paths();
  const without = (path: string) => {
    renameSync(path, `${path}.away`);
    const { problems } = world.verify();
    renameSync(`${path}.away`, path);
    return problems;
  };
  expect(without(oldest)).toEqual(["trail.17.jsonl: line 1: records 13 to 16 are missing before it"]);
  expect(without(middle)).toEqual(["trail.21.jsonl: line 1: records 17 to 20 are missing before it"]);
  expect(without(newest)).toEqual(["trail.jsonl: records 21 to 22 are missing at the end"]);
  const lines = readFileSync(middle, "utf8").split("\n");
  writeFileSync(middle, lines.with(3, (lines[3] ?? "").replace("echo 20", "echo 99")).join("\n"));
  expect(world.verify().problems).toEqual([
    "trail.17.jsonl: line 4 was changed: the next one was written after another",
  ]);
});

test("what was missing before its file is dropped is not passed off as dropped", () => {
  const world = trailWorld();
  const trail = world.open(THREE_FILES);
  for (let n = 1; n <= 12; n++) trail.append(bash(`echo ${n}`));
  const [, second = ""] = world.paths();
  rmSync(second);
  for (let n = 13; n <= 18; n++) trail.append(bash(`echo ${n}`));
  expect(world.verify()).toEqual({
    records: 10,
    dropped: 4,
    problems: ["trail.9.jsonl: line 1: records 5 to 8 are missing before it"],
  });
});

test("a forged number in a file that goes takes no other with it", () => {
  const world = trailWorld();
  world.write(12, THREE_FILES);
  const [oldest = ""] = world.paths();
  writeFileSync(oldest, readFileSync(oldest, "utf8").replace('"seq":4', '"seq":4000'));
  world.write(1, THREE_FILES);
  expect(world.verify()).toEqual({ records: 9, dropped: 4, problems: [] });
});

/** A disk from which the daemon is taken at its step number `last + 1`: neither that one nor a later one happens. */
function dyingAfter(last: number) {
  let steps = 0;
  const step =
    <A extends unknown[], R>(perform: (...args: A) => R) =>
    (...args: A): R => {
      if (++steps > last) throw new Error("killed");
      return perform(...args);
    };
  const died = () => steps > last;
  const disk = {
    ftruncateSync: step(fs.ftruncateSync),
    renameSync: step(fs.renameSync),
    rmSync: step(fs.rmSync),
    writeFileSync: step(fs.writeFileSync) as typeof fs.writeFileSync,
    writeSync: step(fs.writeSync as (...args: unknown[]) => number) as typeof fs.writeSync,
  };
  return { disk, died };
}

test("a daemon that dies between any two steps of a rotation loses nothing, and the trail stays sound", () => {
  let deaths = 0;
  for (let last = 0; ; last++) {
    const world = trailWorld();
    world.write(12, THREE_FILES);
    const { disk, died } = dyingAfter(last);
    // Two rotations, each of which drops a file.
    const trail = world.open({ ...THREE_FILES, fs: disk });
    for (let n = 13; n <= 18 && !died(); n++) trail.append(bash(`echo ${n}`));
    const told = world.verify();
    expect(told.problems, `${last} steps`).toEqual([]);
    const written = told.dropped + told.records;
    // All that was appended before the one in which the daemon died.
    world.write(1, THREE_FILES);
    expect(world.verify().problems, `${last} steps, then the next daemon`).toEqual([]);
    expect(world.verify().dropped + world.verify().records).toBe(written + 1);
    const kept = commands(world);
    expect(kept.slice(-5, -1)).toEqual([3, 2, 1, 0].map((back) => `echo ${written - back}`));
    world.write(8, THREE_FILES);
    expect(world.verify().problems, `${last} steps, and two rotations`).toEqual([]);
    expect(world.paths()).toHaveLength(3);
    expect(readdirSync(world.folder)).toHaveLength(4);
    expect(world.logged.filter((line) => !line.includes("killed"))).toEqual([]);
    if (!died()) break;
    deaths += 1;
  }
  // 6 records of four steps each, and for each file that goes four more.
  expect(deaths).toBe(32);
});

test("a full disk that lets a file be begun but takes no line of it loses nothing", () => {
  const world = trailWorld();
  let isFull = false;
  const writeSync = ((...args: Parameters<typeof fs.writeSync>) => {
    if (isFull) throw new Error("ENOSPC: no space left on device, write");
    return fs.writeSync(...args);
  }) as typeof fs.writeSync;
  const trail = world.open({ ...THREE_FILES, fs: { ...fs, writeSync } });
  for (let n = 1; n <= 4; n++) trail.append(bash(`echo ${n}`));
  isFull = true;
  for (let n = 5; n <= 7; n++) trail.append(bash(`echo ${n}`));
  expect(world.verify()).toEqual(sound(4));
  isFull = false;
  trail.append(bash("echo 8"));
  expect(names(world)).toEqual([`${CHANNEL}.jsonl`, `${CHANNEL}.5.jsonl`]);
  expect(world.verify()).toEqual(sound(8));
  expect(world.logged).toHaveLength(2);
});

function report(root: string, request = {}) {
  const out: string[] = [];
  const print = (line: string) => void out.push(line);
  const options = { root, now: Date.now(), width: 120, isTerminal: false, showHidden };
  return { code: runAudit(request, { ...options, print, printError: print }), out };
}

test("what is asked for is found across the files, oldest first, and --verify says what was dropped", () => {
  const world = trailWorld();
  for (let n = 1; n <= 22; n++) world.open(THREE_FILES).append(bash(`echo ${n}`));
  expect(
    report(world.root)
      .out.slice(1)
      .map((line) => /echo \d+$/.exec(line)?.[0]),
  ).toEqual([13, 14, 15, 16, 17, 18, 19, 20, 21, 22].map((n) => `echo ${n}`));
  expect(report(world.root, { json: true }).out).toEqual(world.lines());
  expect(report(world.root, { verify: true })).toEqual({
    code: 0,
    out: [
      `✓ 10 records, none changed, none missing: ${world.trail}.*.jsonl; records 1 to 12 were dropped by rotation`,
    ],
  });
});

const FIXTURES = new URL("../../fixtures/audit/", import.meta.url).pathname;

function earlier() {
  const world = trailWorld();
  for (const [name, path] of [
    ["audit-before-rotation.jsonl", world.files.lines],
    ["audit-before-rotation.head.json", world.files.head],
  ] as const) {
    copyFileSync(join(FIXTURES, name), path);
  }
  return world;
}

test("a trail of the version before rotation is sound, is gone on with, and is rotated", () => {
  const world = earlier();
  expect(world.verify()).toEqual(sound(12));
  world.write(1);
  expect(world.paths()).toHaveLength(1);
  expect(world.verify()).toEqual(sound(13));
  world.write(8, THREE_FILES);
  expect(names(world)).toEqual([`${CHANNEL}.jsonl`, `${CHANNEL}.14.jsonl`, `${CHANNEL}.18.jsonl`]);
  expect(world.verify()).toEqual(sound(21));
  world.write(1, THREE_FILES);
  expect(world.verify()).toEqual({ records: 9, dropped: 13, problems: [] });
  expect(world.logged).toEqual([]);
});

test("a trail of the version before rotation that was changed or cut is told", () => {
  const world = earlier();
  const lines = world.lines();
  world.change(() => lines.with(3, (lines[3] ?? "").replace("rm -rf", "rm -rF")));
  expect(world.verify()).toEqual(
    spoiled(12, "trail.jsonl: line 4 was changed: the next one was written after another"),
  );
  world.change(() => lines.slice(0, -2));
  expect(world.verify()).toEqual(spoiled(10, "trail.jsonl: records 11 to 12 are missing at the end"));
});
