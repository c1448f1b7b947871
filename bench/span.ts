// A span of a program's life: what it costs, and how long words are under way in it.

import { now, sleep } from "./clock.ts";
import type { Note, Streaming } from "./metrics/table.ts";
import type { Place } from "./place.ts";
import { cpuMsOf, machineTimes } from "./programs.ts";
import { quantile } from "./quantile.ts";
import type { Write } from "./view.ts";

export interface Span {
  readonly ms: number;
  /** Of one processor. */
  readonly cpuPercent: number;
  /** Of all processors, whoever keeps them busy. */
  readonly machinePercent: number;
  /** NaN where they can't be counted. */
  readonly requestsPerSecond: number;
  readonly writes: readonly Write[];
}

export interface Watched {
  readonly pid: number;
  /** Whose posts it writes. */
  readonly userId: string;
  readonly place: Place;
}

export async function during({ pid, userId, place }: Watched, ms: number): Promise<Span> {
  const writes: Write[] = [];
  const unlisten = place.view.listen((write) => {
    if (write.post.userId === userId) writes.push(write);
  });
  const from = now();
  const cpuMs = cpuMsOf(pid);
  const machine = machineTimes();
  const requests = place.inside?.traffic().requests ?? Number.NaN;
  await sleep(ms);
  const tookMs = now() - from;
  const machineAfter = machineTimes();
  unlisten();
  return {
    ms: tookMs,
    cpuPercent: ((cpuMsOf(pid) - cpuMs) / tookMs) * 100,
    machinePercent: ((machineAfter.busy - machine.busy) / (machineAfter.all - machine.all)) * 100,
    requestsPerSecond: (((place.inside?.traffic().requests ?? Number.NaN) - requests) / tookMs) * 1000,
    writes,
  };
}

const TOKEN = /\bn(\d{4,})\b/g;

/**
 * For each write that shows new tokens: how old the newest is, which is the way's own time, and how old the oldest is,
 * which is how long words have waited.
 */
export function noteDelays({ writes, ms }: Span, count: number, id: Streaming, note: Note): void {
  const own: number[] = [];
  const waited: number[] = [];
  let tokens = 0;
  for (const { post, before, at } of writes) {
    const fresh = timesIn(post.words).slice(timesIn(before).length);
    const [oldest] = fresh;
    const newest = fresh.at(-1);
    tokens += fresh.length;
    if (oldest === undefined || newest === undefined) continue;
    own.push(at - newest);
    waited.push(at - oldest);
  }
  note(`${id}.tokens`, (tokens * 1000) / ms / count);
  if (own.length === 0) return;
  note(`${id}.own.p50`, quantile(own, 0.5));
  note(`${id}.own.p99`, quantile(own, 0.99));
  note(`${id}.waited.p50`, quantile(waited, 0.5));
  note(`${id}.waited.p99`, quantile(waited, 0.99));
}

function timesIn(words: string): number[] {
  return [...words.matchAll(TOKEN)].map(([, time]) => Number(time));
}
