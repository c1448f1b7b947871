// One daemon for one bot and channel on a machine: two would both answer every message.

import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isRunning, type KnownProcess, startMark } from "../util/processes.ts";

export type Lock = { readonly release: () => void } | { readonly heldBy: number };

export function takeLock(directory: string, name: string): Lock {
  const file = join(directory, `${name}.lock`);
  const mine: KnownProcess = { pid: process.pid, startMark: startMark(process.pid) ?? "" };
  // Whole before it is there under its name: nobody ever reads half a lock.
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, JSON.stringify(mine), { mode: 0o600 });
  try {
    for (let tries = 0; tries < 3; tries++) {
      if (linkNew(draft, file)) {
        return { release: () => releaseIfMine(file, mine) };
      }
      const holder = readHolder(file);
      if (holder && isRunning(holder)) {
        return { heldBy: holder.pid };
      }
      removeStale(file);
    }
    return { heldBy: readHolder(file)?.pid ?? 0 };
  } finally {
    rmSync(draft, { force: true });
  }
}

/** False when there is a file of that name. */
function linkNew(draft: string, file: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") {
      return false;
    }
    throw error;
  }
}

/** Its daemon died without giving it back. */
function removeStale(file: string): void {
  const aside = `${file}.stale.${process.pid}.tmp`;
  try {
    renameSync(file, aside);
  } catch {
    // Another one was quicker.
    return;
  }
  const holder = readHolder(aside);
  if (holder && isRunning(holder)) {
    // Somebody took the lock between our look and our hand: it is theirs.
    linkNew(aside, file);
  }
  rmSync(aside, { force: true });
}

function readHolder(file: string): KnownProcess | undefined {
  try {
    const { pid, startMark: mark } = JSON.parse(readFileSync(file, "utf8")) as Partial<KnownProcess>;
    return typeof pid === "number" && typeof mark === "string" ? { pid, startMark: mark } : undefined;
  } catch {
    return undefined;
  }
}

function releaseIfMine(file: string, mine: KnownProcess): void {
  const holder = readHolder(file);
  if (holder?.pid === mine.pid && holder.startMark === mine.startMark) {
    rmSync(file, { force: true });
  }
}
