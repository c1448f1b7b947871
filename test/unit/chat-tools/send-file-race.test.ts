// Files that are swapped while they are looked at: what is open is what is judged, and what is judged is what is sent.

import { execFileSync } from "node:child_process";
import { linkSync, renameSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import * as nodeFs from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Disk } from "../../../src/chat-tools/send-file-place.ts";
import { openFilesIn, type SendFileWorld, sendFileWorld } from "../../support/send-file-world.ts";

const CALLS = ["realpath", "lstat", "stat", "open", "readlink", "opendir"] as const;

/** Counts the calls, and acts just before the one of that number. */
function actingBefore(number: number, act: () => void, system: Disk = nodeFs) {
  const seen = { calls: 0 };
  const disk = { ...system };
  for (const name of CALLS) {
    const call = system[name] as (...args: unknown[]) => unknown;
    (disk as Record<string, unknown>)[name] = (...args: unknown[]) => {
      if (seen.calls++ === number) act();
      return call(...args);
    };
  }
  return { disk, seen };
}

const withoutProc: Disk = {
  ...nodeFs,
  readlink: (() => Promise.reject(new Error("ENOENT"))) as unknown as Disk["readlink"],
};

const SWAPS: readonly (readonly [string, (world: SendFileWorld, file: string) => void])[] = [
  [
    "a link to a denied file",
    (world, file) => {
      symlinkSync(join(world.project, ".env"), `${file}.new`);
      renameSync(`${file}.new`, file);
    },
  ],
  [
    "a link to a file outside",
    (world, file) => {
      symlinkSync(join(world.outside, "letter.txt"), `${file}.new`);
      renameSync(`${file}.new`, file);
    },
  ],
  [
    "a hard link to a denied file",
    (world, file) => {
      linkSync(join(world.state, "host/session.json"), `${file}.new`);
      renameSync(`${file}.new`, file);
    },
  ],
  [
    "a link in its directory's place",
    (world, file) => {
      const directory = join(file, "..");
      renameSync(directory, `${directory}.aside`);
      symlinkSync(world.outside, directory);
    },
  ],
  [
    "a pipe",
    (_world, file) => {
      unlinkSync(file);
      execFileSync("mkfifo", [file]);
    },
  ],
  ["nothing", (_world, file) => unlinkSync(file)],
];

describe.each([
  ["by the name of the open file", nodeFs],
  ["without /proc", withoutProc],
] as const)("%s", (_title, system) => {
  test.each(SWAPS)(
    "at whatever moment %s takes its place, only the file itself is ever sent",
    async (_how, swap) => {
      let sent = 0;
      let refused = 0;
      for (let number = 0; number < 60; number++) {
        let world: SendFileWorld | undefined;
        const act = () => world && swap(world, join(world.project, "sub/letter.txt"));
        const { disk, seen } = actingBefore(number, act, system);
        world = sendFileWorld(disk);
        world.put("sub/letter.txt", "mine");
        const { isError } = await world.send({ path: "sub/letter.txt" });
        isError ? refused++ : sent++;
        expect(world.uploads.map(({ text }) => text)).toEqual(isError ? [] : ["mine"]);
        expect((await openFilesIn(world.root)) ?? 0).toBe(0);
        if (seen.calls <= number) break;
      }
      // Before and after all of it: it is refused, or is there still.
      expect(sent).toBeGreaterThan(0);
      expect(refused).toBeGreaterThan(0);
    },
  );
});

test("while a link is swapped all the time, nothing but what may be sent is ever sent", async () => {
  const world = sendFileWorld();
  writeFileSync(join(world.project, "good.txt"), "good");
  const targets = ["good.txt", ".env", "private/deep/plan.txt", join(world.outside, "letter.txt")];
  targets.forEach((target, at) => {
    symlinkSync(target, join(world.project, `to-${at}`));
  });
  symlinkSync("good.txt", join(world.project, "swapped.txt"));
  const worker = new Worker(
    `const { linkSync, renameSync, symlinkSync } = require("node:fs");
     const { workerData: { project, targets } } = require("node:worker_threads");
     const end = Date.now() + 15_000;
     for (let at = 0; Date.now() < end; at++) {
       symlinkSync(targets[at % targets.length], project + "/new");
       renameSync(project + "/new", project + "/swapped.txt");
     }`,
    { eval: true, workerData: { project: world.project, targets } },
  );
  onTestFinished(() => void worker.terminate());
  await new Promise((resolve) => worker.once("online", resolve));
  let sent = 0;
  for (let count = 0; count < 200; count++) {
    const { isError } = await world.send({ path: "swapped.txt" });
    sent += isError ? 0 : 1;
  }
  expect(new Set(world.uploads.map(({ text }) => text))).toEqual(new Set(["good"]));
  expect(world.uploads).toHaveLength(sent);
  expect(sent).toBeLessThan(200);
  expect((await openFilesIn(world.root)) ?? 0).toBe(0);
});

test("while it is swapped, an allowed call sends the one that was shown or nothing, and never what is denied", async () => {
  const outcomes = new Set<boolean>();
  for (let count = 0; count < 60; count++) {
    let act = (): void => {};
    // Somewhere after the call has begun.
    const { disk } = actingBefore(12 + count, () => act());
    const world = sendFileWorld(disk);
    const link = join(world.project, "swapped.txt");
    const others = [join(world.home, "project-2/notes.txt"), join(world.project, ".env"), world.outside];
    symlinkSync(join(world.outside, "letter.txt"), link);
    await world.reason({ path: "swapped.txt" });
    act = () => {
      unlinkSync(link);
      symlinkSync(others[count % others.length] ?? "", link);
    };
    const { isError } = await world.send({ path: "swapped.txt" }, { isAllowed: true });
    expect(world.uploads.map(({ text }) => text)).toEqual(isError ? [] : ["the letter"]);
    outcomes.add(isError);
  }
  expect(outcomes.size).toBe(2);
});
