// Loaded into the daemon before its own code: on SIGUSR2 it notes what is alive of the heap, and writes a snapshot of it
// if one is wanted. Does nothing until then.

import { renameSync, writeFileSync } from "node:fs";
import { writeHeapSnapshot } from "node:v8";

const { searchParams } = new URL(import.meta.url);
const to = searchParams.get("to") ?? "";
const snapshot = searchParams.get("heap");

process.on("SIGUSR2", () => {
  globalThis.gc?.();
  const { heapUsed } = process.memoryUsage();
  if (snapshot !== null) writeHeapSnapshot(snapshot);
  writeFileSync(`${to}.new`, String(heapUsed));
  // All of it or nothing: somebody waits for the file.
  renameSync(`${to}.new`, to);
});
