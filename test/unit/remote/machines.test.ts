// What is kept beside the connections to machines, and what goes with it.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { Machines } from "../../../src/remote/machines.ts";
import { startMark } from "../../../src/util/processes.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const isThere = (pid: number): boolean => startMark(pid) !== undefined;
function isSignalled(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const folders = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith("mm-claude-ssh-"));

test("the sockets of a daemon that was killed go with the next one, those of one that runs stay", () => {
  const { pid: gone } = spawnSync("true");
  const [left, running] = [`mm-claude-ssh-${gone}-abcdef`, `mm-claude-ssh-${process.ppid}-abcdef`];
  for (const name of [left, running]) mkdirSync(join(tmpdir(), name));
  writeFileSync(join(tmpdir(), left, "0"), "");
  const before = folders();
  const machines = new Machines({ PATH: "/nonexistent" });
  machines.of(["ssh", "build1"]);
  const made = folders().filter((name) => !before.includes(name) && name.includes(`-${process.pid}-`));
  expect(made).toHaveLength(1);
  expect(existsSync(join(tmpdir(), left))).toBe(false);
  expect(folders()).toEqual(expect.arrayContaining([running]));
  machines.close();
  expect(folders()).not.toContain(made[0]);
});

describe("behind ssh", () => {
  /** An `ssh` that is this machine's shell, and tells of each start. */
  function setUp(login = 'for text; do :; done; exec sh -c "exec $text"') {
    const folder = temporaryDirectory();
    const started = join(folder, "started");
    const script = ["#!/bin/sh", `echo $$ >>'${started}'`, login];
    writeFileSync(join(folder, "ssh"), `${script.join("\n")}\n`, { mode: 0o755 });
    const machines = new Machines({ PATH: `${folder}:${process.env["PATH"]}` });
    onTestFinished(() => machines.close());
    const pids = (): readonly number[] =>
      existsSync(started) ? readFileSync(started, "utf8").trim().split("\n").map(Number) : [];
    const { run } = machines.of(["ssh", "build1"]);
    return { machines, pids, pidOf: async () => Number((await run("echo $$")).output.toString()) };
  }

  test("shells wait for what is run there, each for one, and others come in their place", async () => {
    const { pids, pidOf } = setUp();
    await vi.waitFor(() => expect(pids()).toHaveLength(3));
    const waiting = pids().slice(1);
    const used = [await pidOf(), await pidOf()];
    expect(used.toSorted()).toEqual(waiting.toSorted());
    await vi.waitFor(() => expect(pids()).toHaveLength(5));
    expect(pids().slice(3)).toContain(await pidOf());
  });

  test("one that has ended while it waited is passed over", async () => {
    const { pids, pidOf } = setUp();
    await vi.waitFor(() => expect(pids()).toHaveLength(3));
    const [, first = 0, second = 0] = pids();
    for (const pid of [first, second]) process.kill(pid, "SIGKILL");
    // Node has taken note of it by then: until that, there is a process that can be signalled.
    for (const pid of [first, second]) await expect.poll(() => isSignalled(pid)).toBe(false);
    // Both have another in their place, and which of these is told of first is up to the machine.
    const pid = await pidOf();
    expect(pids().slice(3)).toContain(pid);
  });

  test("what a killed daemon has left in it ends with the next one, also where a login hangs", async () => {
    const { pid: gone } = spawnSync("true");
    const folder = join(tmpdir(), `mm-claude-ssh-${gone}-ghijkl`);
    mkdirSync(folder);
    const hung = spawn("sh", ["-c", "sleep 60", "ssh", "-o", `ControlPath=${folder}/0`]);
    const other = spawn("sh", ["-c", "sleep 60", "ssh", "-o", `ControlPath=${folder}x/0`]);
    onTestFinished(() => void other.kill("SIGKILL"));
    setUp();
    await vi.waitFor(() => expect(isThere(hung.pid ?? 0)).toBe(false));
    expect(isThere(other.pid ?? 0)).toBe(true);
  });

  test("nothing is left of it at the end, also where nothing there notices that stdin is closed", async () => {
    const { machines, pids } = setUp('trap "" HUP TERM; exec sleep 60');
    await vi.waitFor(() => expect(pids()).toHaveLength(1));
    machines.close();
    await vi.waitFor(() => expect(pids().some(isThere)).toBe(false));
  });

  test("nothing waits any more when it is closed", async () => {
    const { machines, pids } = setUp();
    await vi.waitFor(() => expect(pids()).toHaveLength(3));
    machines.close();
    await vi.waitFor(() => expect(pids().some(isThere)).toBe(false));
    expect(pids()).toHaveLength(3);
  });
});
