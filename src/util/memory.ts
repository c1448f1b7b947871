// How much memory a new process could have.

import { readFileSync } from "node:fs";
import { freemem } from "node:os";

/** Bytes. */
export function availableMemory(): number {
  // Knows a container's limit; since Node 20.13 and 22.
  const { availableMemory: ask } = process as { readonly availableMemory?: () => number };
  return ask?.call(process) ?? availableOnLinux() ?? freemem();
}

/** What is free alone says little there: most of memory is cache that gives way. */
function availableOnLinux(): number | undefined {
  try {
    const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}
