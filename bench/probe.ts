// Loaded into the daemon before its own code: on SIGUSR2 it does what the file of asks says, and notes the answer. Does
// nothing until then.

import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { writeHeapSnapshot } from "node:v8";
import { sleep } from "./clock.ts";
import { isProbeAsk, type ProbeAsk } from "./probe-ask.ts";
import { sourceModule } from "./source-module.ts";

const { searchParams } = new URL(import.meta.url);
const to = searchParams.get("to") ?? "";
const snapshot = searchParams.get("heap");

process.on("SIGUSR2", async () => {
  const ask: unknown = JSON.parse(readFileSync(`${to}.ask`, "utf8"));
  if (!isProbeAsk(ask)) return;
  const answer = await ANSWERS[ask.what](ask);
  writeFileSync(`${to}.new`, String(answer));
  // All of it or nothing: somebody waits for the file.
  renameSync(`${to}.new`, to);
});

const ANSWERS = {
  /** What is alive of the heap, in bytes. */
  heap() {
    globalThis.gc?.();
    const { heapUsed } = process.memoryUsage();
    if (snapshot !== null) writeHeapSnapshot(snapshot);
    return heapUsed;
  },
  saves: shareOfSaves,
} as const satisfies Record<ProbeAsk["what"], (ask: ProbeAsk) => number | Promise<number>>;

/** What makes a document and brings it to the disk. */
const OF_SAVES = /^src\/(?:store\/|session\/(?:document|snapshot)\.ts)/;

/** How much of the loop's time goes into saves, in percent of all of it. */
async function shareOfSaves({ ms }: ProbeAsk): Promise<number> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.start");
  await sleep(ms);
  const { profile } = await session.post("Profiler.stop");
  await session.post("Profiler.disable");
  session.disconnect();
  const saving = new Set<number>();
  // A node comes before those below it.
  for (const { id, callFrame, children = [] } of profile.nodes) {
    if (OF_SAVES.test(sourceModule(callFrame.url, callFrame.lineNumber))) saving.add(id);
    if (saving.has(id)) for (const child of children) saving.add(child);
  }
  const { samples = [], timeDeltas = [] } = profile;
  const spent = (counts: (id: number) => boolean): number =>
    samples.reduce((sum, id, at) => sum + (counts(id) ? (timeDeltas[at] ?? 0) : 0), 0);
  return (spent((id) => saving.has(id)) / spent(() => true)) * 100;
}
