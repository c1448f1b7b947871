// The programs under measurement and how they are started; every child is remembered and ended with the bench.

import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from "node:child_process";
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryDirectory } from "../test/support/temporary.ts";
import { now, sleep } from "./clock.ts";

/** From bench/build/bench. */
export const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
/** In a checkout or an installed package. */
export const programIn = (root: string): string => join(root, "bin/mm-claude.js");
export const FAKE_CLAUDE = join(ROOT, "test/support/fake-claude.mjs");

const built = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
export const BARE_BOT = built("bare-bot.js");
export const BARE_CROWD = built("bare-crowd.js");
export const TINY_CLAUDE = built("tiny-claude.js");
/** An address, for Node's `--import`. */
export const PROBE = new URL("probe.js", import.meta.url).href;

/** The installed CLI; its package puts a short text in the program's place when no install script ran. */
export function installedClaude(): string {
  const modules = join(ROOT, "node_modules/@anthropic-ai");
  const found = [
    join(modules, "claude-code/bin/claude.exe"),
    join(modules, `claude-code-${process.platform}-${process.arch}/claude`),
  ].find((path) => existsSync(path) && statSync(path).size > 1024 * 1024);
  if (found === undefined) throw new Error("The claude program is not installed: run npm install.");
  return found;
}

/** What npm says, in the repository. */
export function npm(args: readonly string[]): string {
  return execFileSync("npm", [...args], { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}

const children = new Set<ChildProcess>();

/** A program that notes in `log` when an answer to an ask reaches the CLI. */
export function teeWrapper(claudePath: string, log: string): string {
  const path = join(temporaryDirectory(), "claude");
  const tee = built("tee.js");
  writeFileSync(path, `#!/bin/sh\nexec "${process.execPath}" "${tee}" "${log}" "${claudePath}" "$@"\n`);
  chmodSync(path, 0o755);
  return path;
}

export function start(path: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn(path, args, options);
  children.add(child);
  child.once("close", () => children.delete(child));
  child.on("error", () => {});
  return child;
}

export const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once("exit", () => resolve());
  });

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

export function childrenOf(pid: number): number[] {
  return execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" })
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([child, parent]) => (parent === pid && child !== undefined ? [child] : []));
}

/** Resident memory of one process, in MB. */
export function memoryOf(pid: number): number {
  return Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" })) / 1024;
}

/** The clock of Linux's /proc: so many ticks a second on every machine it runs on today. */
const TICKS_PER_SECOND = 100;

/** The time that one process has spent on a processor so far, its children not included, in ms; NaN without /proc. */
export function cpuMsOf(pid: number): number {
  if (!existsSync("/proc/self/stat")) return Number.NaN;
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // After the name, which may hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
}

const REST_EVERY_MS = 250;
const REST_WITHIN_MS = 10_000;

/** Resolves when these processes have nothing to do, or when it has been waited for long enough. */
export async function rest(pids: () => readonly number[]): Promise<void> {
  const deadline = now() + REST_WITHIN_MS;
  let before = -1;
  for (let rests = 0; rests < 3 && now() < deadline; ) {
    const spent = pids().reduce((sum, pid) => sum + spentBy(pid), 0);
    rests = spent === before ? rests + 1 : 0;
    before = spent;
    await sleep(REST_EVERY_MS);
  }
}

function spentBy(pid: number): number {
  try {
    return cpuMsOf(pid) || 0;
  } catch {
    // It has ended since it was listed.
    return 0;
  }
}

/** The time that all processors were busy and idle so far, in ticks. */
export function machineTimes(): { readonly busy: number; readonly all: number } {
  const all = cpus().flatMap(({ times }) => Object.values(times));
  const idle = cpus().reduce((sum, { times }) => sum + times.idle, 0);
  const sum = all.reduce((total, time) => total + time, 0);
  return { busy: sum - idle, all: sum };
}

/** Ends what still runs. */
export async function cleanUp(): Promise<void> {
  await Promise.all(
    [...children].map(async (child) => {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await ended(child);
      clearTimeout(timer);
    }),
  );
}
