// One daemon for one bot and channel on a machine: two would both answer every message.

import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { isRunning, type KnownProcess, startMark } from "../util/processes.ts";

export type Lock = { readonly release: () => void } | { readonly heldBy: number };

export function takeLock(directory: string, name: string): Lock {
  const file = join(directory, `${name}.lock`);
  const mine: KnownProcess = { pid: process.pid, startMark: startMark(process.pid) ?? "" };
  for (let tries = 0; tries < 3; tries++) {
    try {
      const descriptor = openSync(file, "wx", 0o600);
      writeSync(descriptor, JSON.stringify(mine));
      closeSync(descriptor);
      return { release: () => releaseIfMine(file, mine) };
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) {
        throw error;
      }
    }
    const holder = readHolder(file);
    if (holder && isRunning(holder)) {
      return { heldBy: holder.pid };
    }
    // Its daemon died without giving it back.
    rmSync(file, { force: true });
  }
  return { heldBy: 0 };
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
