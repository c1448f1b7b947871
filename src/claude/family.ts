// The processes that a claude has started, wherever they have put themselves. Its own group is not all of them: 1.0.128
// and 2.0.76 run each command in a group of its own, and may end before they have ended it.

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { isRunning, type KnownProcess, startMark } from "../util/processes.ts";

/** Children, their children and so on, at this moment. To be asked while the process lives: orphans name no parent. */
export function familyOf(pid: number): KnownProcess[] {
  const childrenOf = new Map<number, number[]>();
  for (const { pid: child, parent } of allProcesses()) {
    childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), child]);
  }
  const family = [...(childrenOf.get(pid) ?? [])];
  // Grows while it is walked.
  for (const member of family) family.push(...(childrenOf.get(member) ?? []));
  return family.flatMap((member) => {
    const mark = startMark(member);
    return mark === undefined ? [] : [{ pid: member, startMark: mark }];
  });
}

/** Ends those that are still there, and the group of each that leads one. */
export function killFamily(family: readonly KnownProcess[]): void {
  for (const member of family) {
    if (!isRunning(member)) continue;
    for (const target of [-member.pid, member.pid]) {
      try {
        process.kill(target, "SIGKILL");
      } catch {
        // It leads no group, or has just ended.
      }
    }
  }
}

function allProcesses(): { readonly pid: number; readonly parent: number }[] {
  if (process.platform === "linux") {
    return numbersIn("/proc").flatMap((pid) => {
      const parent = parentOf(pid);
      return parent === undefined ? [] : [{ pid, parent }];
    });
  }
  try {
    const lines = execFileSync("ps", ["-axo", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n");
    return lines.map((line) => {
      const [pid = 0, parent = 0] = line.trim().split(/\s+/).map(Number);
      return { pid, parent };
    });
  } catch {
    return [];
  }
}

function numbersIn(directory: string): number[] {
  try {
    return readdirSync(directory).map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // After the name, which may hold spaces and parentheses: the state, then the parent.
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return undefined;
  }
}
