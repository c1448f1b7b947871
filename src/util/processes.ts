// Whether a process is still the one we knew: its number alone says little, numbers are used again.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** What a process table can be read with: /proc on Linux, `ps` elsewhere. */
export interface ProcessTable {
  readonly platform: NodeJS.Platform;
  ps(args: readonly string[], environment: NodeJS.ProcessEnv): string;
}

const ownTable: ProcessTable = {
  platform: process.platform,
  ps: (args, env) => execFileSync("ps", args, { encoding: "utf8", env, stdio: ["ignore", "pipe", "ignore"] }),
};

/** `ps` gives the start in words of the caller's time zone and language, which differ from one daemon to the next. */
const PS_WORDS = { TZ: "UTC", LC_ALL: "C" };
const ZONE = " UTC";

/** When the process started, in words that are equal for one process only; undefined when there is none. */
export function startMark(pid: number, table: ProcessTable = ownTable): string | undefined {
  try {
    if (table.platform === "linux") {
      // Field 22, counted after the name, which may hold spaces and parentheses.
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return fields[0] === "Z" ? undefined : fields[19];
    }
    const words = table.ps(["-o", "lstart=", "-p", String(pid)], { ...process.env, ...PS_WORDS }).trim();
    return words === "" ? undefined : `${words.replaceAll(/\s+/g, " ")}${ZONE}`;
  } catch {
    return undefined;
  }
}

export interface KnownProcess {
  readonly pid: number;
  readonly startMark: string;
}

export function isRunning({ pid, startMark: known }: KnownProcess, table: ProcessTable = ownTable): boolean {
  const mark = startMark(pid, table);
  return mark !== undefined && (mark === known || isZonelessSpelling(known, mark));
}

const QUARTER_HOUR_S = 900;
/** The farthest that a clock on a wall is from UTC. */
const FARTHEST_ZONE_MS = 14 * 3_600_000;

/**
 * Version 0.1.0 wrote the words of its own time zone and language. Zones are whole quarters of an hour apart, and the
 * seconds are the same in all of them.
 */
function isZonelessSpelling(known: string, mark: string): boolean {
  if (!mark.endsWith(ZONE) || known.endsWith(ZONE)) {
    return false;
  }
  const [there, here] = [secondOfQuarter(known), secondOfQuarter(mark)];
  if (there === undefined || there !== here) {
    return false;
  }
  const apart = Math.abs(Date.parse(`${known}${ZONE}`) - Date.parse(mark));
  // Words of another language are no date to us: then the second has to do.
  return Number.isNaN(apart) || apart <= FARTHEST_ZONE_MS;
}

function secondOfQuarter(words: string): number | undefined {
  const [, minutes, seconds] = /\d:(\d\d):(\d\d)/.exec(words) ?? [];
  return minutes === undefined ? undefined : (Number(minutes) * 60 + Number(seconds)) % QUARTER_HOUR_S;
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
