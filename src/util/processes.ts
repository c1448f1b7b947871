// Whether a process is still the same one: its pid alone doesn't show that, as pids are reused.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** How the processes of this machine are read: /proc on Linux, `ps` elsewhere. */
export interface ProcessTable {
  readonly platform: NodeJS.Platform;
  ps(args: readonly string[], environment: NodeJS.ProcessEnv): string;
}

const ownTable: ProcessTable = {
  platform: process.platform,
  ps: (args, env) => execFileSync("ps", args, { encoding: "utf8", env, stdio: ["ignore", "pipe", "ignore"] }),
};

/** `ps` prints the start in the caller's time zone and language, which may differ between daemons. */
const PS_ENVIRONMENT = { TZ: "UTC", LC_ALL: "C" };
const ZONE = " UTC";

/** When the process started, as text that is different for each process with this pid; undefined when there is none. */
export function startMark(pid: number, table: ProcessTable = ownTable): string | undefined {
  try {
    if (table.platform === "linux") {
      // Field 22, counted after the name, which may hold spaces and parentheses.
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return fields[0] === "Z" ? undefined : fields[19];
    }
    const output = table
      .ps(["-o", "lstart=", "-p", String(pid)], { ...process.env, ...PS_ENVIRONMENT })
      .trim();
    return output === "" ? undefined : `${output.replaceAll(/\s+/g, " ")}${ZONE}`;
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
  return mark !== undefined && (mark === known || isSameWithoutZone(known, mark));
}

const QUARTER_HOUR_S = 900;
/** The largest difference between local time and UTC. */
const FARTHEST_ZONE_MS = 14 * 3_600_000;

/**
 * Version 0.1.0 wrote the time in its own time zone and language, without naming the zone. Zones differ by whole
 * quarters of an hour, so the seconds within a quarter are the same in all of them.
 */
function isSameWithoutZone(known: string, mark: string): boolean {
  if (!mark.endsWith(ZONE) || known.endsWith(ZONE)) {
    return false;
  }
  const [there, here] = [secondOfQuarter(known), secondOfQuarter(mark)];
  if (there === undefined || there !== here) {
    return false;
  }
  const apart = Math.abs(Date.parse(`${known}${ZONE}`) - Date.parse(mark));
  // A date in another language can't be read here: then the equal seconds are enough.
  return Number.isNaN(apart) || apart <= FARTHEST_ZONE_MS;
}

function secondOfQuarter(time: string): number | undefined {
  const [, minutes, seconds] = /\d:(\d\d):(\d\d)/.exec(time) ?? [];
  return minutes === undefined ? undefined : (Number(minutes) * 60 + Number(seconds)) % QUARTER_HOUR_S;
}

const TERM_MS = 1000;
const KILL_MS = 1000;
const LOOK_EVERY_MS = 20;

/** Ends a process that leads or led a group, and the whole group; resolves when it is gone, or after 2 s at most. */
export async function endGroup(known: KnownProcess): Promise<void> {
  if (isRunning(known)) {
    signalGroup(known.pid, "SIGTERM");
    await gone(known, TERM_MS);
  }
  // Not when the pid belongs to another process by now: then the group may be that one's too.
  if (isRunning(known) || startMark(known.pid) === undefined) {
    signalGroup(known.pid, "SIGKILL");
    await gone(known, KILL_MS);
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // No process is left in it.
  }
}

async function gone(known: KnownProcess, withinMs: number): Promise<void> {
  for (let waited = 0; waited < withinMs && isRunning(known); waited += LOOK_EVERY_MS) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
