// Whether a process is still the one we knew: its number alone says little, numbers are used again.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** When the process started, in words that are equal for one process only; undefined when there is none. */
export function startMark(pid: number): string | undefined {
  try {
    if (process.platform === "linux") {
      // Field 22, counted after the name, which may hold spaces and parentheses.
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return fields[0] === "Z" ? undefined : fields[19];
    }
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim() || undefined;
  } catch {
    return undefined;
  }
}

export interface KnownProcess {
  readonly pid: number;
  readonly startMark: string;
}

export function isRunning({ pid, startMark: known }: KnownProcess): boolean {
  return startMark(pid) === known;
}

const TERM_MS = 1000;
const KILL_MS = 1000;
const LOOK_EVERY_MS = 20;

/** Ends a process that led a group, and all of the group; resolves when it is gone, or after 2 s at most. */
export async function endGroup(known: KnownProcess): Promise<void> {
  if (isRunning(known)) {
    signalGroup(known.pid, "SIGTERM");
    await gone(known, TERM_MS);
  }
  // The number belongs to somebody else by now: then so may the group.
  if (isRunning(known) || startMark(known.pid) === undefined) {
    signalGroup(known.pid, "SIGKILL");
    await gone(known, KILL_MS);
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody is left in it.
  }
}

async function gone(known: KnownProcess, withinMs: number): Promise<void> {
  for (let waited = 0; waited < withinMs && isRunning(known); waited += LOOK_EVERY_MS) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
