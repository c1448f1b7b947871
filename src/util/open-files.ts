// How many files this process may have open at once.

import { readFileSync } from "node:fs";

/** Node has raised it as far as it may be raised. Infinity where the system does not tell, as any but Linux. */
export function mostOpenFiles(limits = "/proc/self/limits"): number {
  try {
    const most = /^Max open files +(\d+)/m.exec(readFileSync(limits, "utf8"))?.[1];
    return most === undefined ? Infinity : Number(most);
  } catch {
    return Infinity;
  }
}
