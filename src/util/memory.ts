// How much memory is available for a new process.

import { readFileSync } from "node:fs";
import { freemem } from "node:os";

/** Bytes. */
export function availableMemory(): number {
  // Respects a container's limit; since Node 20.13 and 22.
  const { availableMemory: ask } = process as { readonly availableMemory?: () => number };
  return ask?.call(process) ?? availableOnLinux() ?? freemem();
}

/** The free memory alone is too little: most of memory is cache, which the system gives up when needed. */
function availableOnLinux(): number | undefined {
  try {
    const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}
