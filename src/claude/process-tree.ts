// The processes that a claude has started, in its process group and in others: 1.0.128 and 2.0.76 run each command in a
// group of its own, and may end before they have ended it.

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { isRunning, type KnownProcess, startMark } from "../util/processes.ts";

/**
 * Children, their children and so on, at this moment. To be called while the process runs: an orphan's former parent is
 * not known.
 */
export function processTreeOf(pid: number): KnownProcess[] {
  return descendants(pid).flatMap((member) => {
    const mark = startMark(member.pid);
    return mark === undefined ? [] : [{ pid: member.pid, startMark: mark }];
  });
}

/** By the parent's pid. Kept for this moment: where hundreds are ended at once, each asks for it. */
let children: ReadonlyMap<number, readonly Listed[]> | undefined;

function childrenNow(): ReadonlyMap<number, readonly Listed[]> {
  if (children === undefined) {
    const byParent = new Map<number, Listed[]>();
    for (const one of allProcesses()) {
      const siblings = byParent.get(one.parent);
      siblings ? siblings.push(one) : byParent.set(one.parent, [one]);
    }
    children = byParent;
    queueMicrotask(() => {
      children = undefined;
    });
  }
  return children;
}

function descendants(pid: number): Listed[] {
  const childrenOf = childrenNow();
  const tree = [...(childrenOf.get(pid) ?? [])];
  // It grows while the loop runs over it.
  for (const member of tree) {
    tree.push(...(childrenOf.get(member.pid) ?? []));
  }
  return tree;
}

/**
 * Whether it runs a command now. 1.0.128 and 2.0.76 give each a group of its own; what else they start, MCP servers for
 * instance, stays in theirs.
 */
export function runsCommands(pid: number): boolean {
  return descendants(pid).some(({ group }) => group !== pid);
}

/** Ends those that are still there, and the group of each that leads one. */
export function killProcessTree(tree: readonly KnownProcess[]): void {
  for (const member of tree) {
    if (!isRunning(member)) {
      continue;
    }
    for (const target of [-member.pid, member.pid]) {
      try {
        process.kill(target, "SIGKILL");
      } catch {
        // It leads no group, or has just ended.
      }
    }
  }
}

interface Listed {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
}

function allProcesses(): Listed[] {
  if (process.platform === "linux") {
    return numbersIn("/proc").flatMap(listed);
  }
  try {
    const lines = execFileSync("ps", ["-axo", "pid=,ppid=,pgid="], { encoding: "utf8" }).trim().split("\n");
    return lines.map((line) => {
      const [pid = 0, parent = 0, group = 0] = line.trim().split(/\s+/).map(Number);
      return { pid, parent, group };
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

function listed(pid: number): Listed[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // After the name, which may hold spaces and parentheses: the state, then the parent, then the group.
    const [, parent, group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return [{ pid, parent: Number(parent), group: Number(group) }];
  } catch {
    return [];
  }
}
