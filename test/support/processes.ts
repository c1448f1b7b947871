// Which processes a test's program has left, found by a mark in their environment: it is inherited by children and
// grandchildren, whatever process group or parent they have by then; or by where they work. Linux only, by /proc.

import { readdirSync, readFileSync, readlinkSync } from "node:fs";

export const canSeeProcesses = process.platform === "linux";

const VARIABLE = "MM_CLAUDE_TEST_MARK";

export const marked = (mark: string): Record<string, string> => ({ [VARIABLE]: mark });

/** Living processes with this mark, as `pid command line`. */
export function processesMarked(mark: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        if (!readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(`${VARIABLE}=${mark}`))
          return [];
        const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
        return words === "" ? [] : [`${pid} ${words}`];
      } catch {
        // It ended in between, or is another user's.
        return [];
      }
    });
}

/** Pids of the processes whose directory that is. */
export function processesIn(directory: string): string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`) === directory;
    } catch {
      // It ended in between, or is another user's.
      return false;
    }
  });
}
