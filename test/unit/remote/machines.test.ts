// What is kept beside the connections to machines, and what goes with it.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Machines } from "../../../src/remote/machines.ts";

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
