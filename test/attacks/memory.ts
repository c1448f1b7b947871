// How much memory a process has taken. By /proc, and so on Linux only: elsewhere it says 0.

import { readFileSync } from "node:fs";
import { canSeeProcesses } from "../support/processes.ts";

/** The most it has held so far, in MB. */
export function peakMegabytes(pid: number): number {
  if (!canSeeProcesses) return 0;
  const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  if (kilobytes === undefined) throw new Error(`Nothing is told of the memory of ${pid}`);
  return Math.round(Number(kilobytes) / 1024);
}
