// One daemon and many sessions: its memory and its processor time while they wait and while all of them stream, and how
// long words are under way. Each session's Claude is the smallest there is; what these cost is not the daemon's.

import { now, sleep } from "../clock.ts";
import { CROWDS, type Crowd, type Note } from "../metrics/table.ts";
import { cpuMsOf, machineTimes, memoryOf, tinyClaude } from "../programs.ts";
import { quantile } from "../quantile.ts";
import { lastWords, nextTurn } from "../scenes.ts";
import type { Stage } from "../stage.ts";
import type { Write } from "../view.ts";
import type { Bench, Case } from "./case.ts";

const TOKENS_PER_SECOND = 50;
/** Each token when it is due; but 15,000 of these a second are more than the senders can do on two cores. */
const writesPerSecond = (sessions: number): number => (sessions > 100 ? 10 : TOKENS_PER_SECOND);
const SETTLE_MS = 2000;
const IDLE_MS = 4000;
const STREAMING_MS = 10_000;
/** All have begun, and the first words, which come sooner than the rest, are behind them. */
const LEAD_MS = 2000;
/** Starting a session costs a process. */
const AT_ONCE = 10;
const PATIENCE_MS = 90_000;

export const scale: Case = {
  name: "scale",
  every: 6,
  async run(bench, note) {
    for (const crowd of bench.isQuick ? CROWDS.slice(0, 2) : CROWDS) await measureCrowd(bench, crowd, note);
  },
};

async function measureCrowd(bench: Bench, crowd: Crowd, note: Note): Promise<void> {
  const count = Number(crowd);
  const stage = await openCrowded(bench, count, `scale-${crowd}`);
  if (count === 1) {
    await sleep(SETTLE_MS);
    note("rss.ready", memoryOf(stage.daemon.pid));
  }
  const roots = await startSessions(stage, count);
  await sleep(SETTLE_MS);
  note(`scale.${crowd}.rss.idle`, memoryOf(stage.daemon.pid));
  const idle = await during(stage, IDLE_MS);
  note(`scale.${crowd}.cpu.idle`, idle.cpuPercent);

  const streams = await startStreams(stage, roots);
  await sleep(LEAD_MS);
  const busy = await during(stage, STREAMING_MS);
  note(`scale.${crowd}.rss.streaming`, memoryOf(stage.daemon.pid));
  note(`scale.${crowd}.cpu.streaming`, busy.cpuPercent);
  note(`scale.${crowd}.machine`, busy.machinePercent);
  note(`scale.${crowd}.rate`, busy.requestsPerSecond);
  noteDelays(busy, count, `scale.${crowd}`, note);
  await streams.ended;
  await stage.quiet();
  note(`scale.${crowd}.heap`, await stage.daemon.heapMb());
  await stage.close();
}

/** A server that allows ten requests a second, as Mattermost does where its limit is switched on, and bursts of 100. */
const LIMIT = { perSecond: 10, burst: 100 };
const LIMITED_SESSIONS = 100;

export const limited: Case = {
  name: "limited",
  every: 6,
  needs: ["inside"],
  async run(bench, note) {
    const count = bench.isQuick ? 20 : LIMITED_SESSIONS;
    const from = now();
    const stage = await openCrowded(bench, count, "limited", LIMIT);
    const roots = await startSessions(stage, count);
    const streams = await startStreams(stage, roots);
    await sleep(LEAD_MS);
    const busy = await during(stage, STREAMING_MS);
    note("limited.rate", busy.requestsPerSecond);
    noteDelays(busy, count, "limited", note);
    await streams.ended;
    const seconds = (now() - from) / 1000;
    const { requests = 0, refusals = 0 } = stage.place.inside?.traffic() ?? {};
    note("limited.requests", requests - refusals);
    note("limited.allowed", LIMIT.burst + 1 + LIMIT.perSecond * seconds);
    note("limited.refusals", refusals);
    await stage.close();
  },
};

function openCrowded(bench: Bench, count: number, name: string, rateLimit?: typeof LIMIT): Promise<Stage> {
  return bench.openStage(
    {
      name,
      isProbed: true,
      claudePath: tinyClaude(),
      settings: { MAX_SESSIONS: String(count), SESSION_TIMEOUT_MS: "3600000" },
    },
    rateLimit && { rateLimit },
  );
}

/** Each has had a short turn. */
async function startSessions(stage: Stage, count: number): Promise<string[]> {
  const roots: string[] = [];
  while (roots.length < count) {
    const batch = Array.from({ length: Math.min(AT_ONCE, count - roots.length) }, async () => {
      const turn = nextTurn();
      const { id } = await stage.say(`TINY ${turn} 3 ${TOKENS_PER_SECOND} ${TOKENS_PER_SECOND}`);
      await stage.seen(id, (post) => post.words.includes(lastWords(turn)), PATIENCE_MS);
      return id;
    });
    roots.push(...(await Promise.all(batch)));
  }
  await stage.quiet();
  return roots;
}

/** Resolves when all have been asked to stream; `ended` when the last words of all of them stand. */
async function startStreams(stage: Stage, roots: readonly string[]): Promise<{ ended: Promise<unknown> }> {
  const startedAt = now();
  const pace = `${TOKENS_PER_SECOND} ${writesPerSecond(roots.length)}`;
  const asked: { readonly root: string; readonly turn: number }[] = [];
  for (let at = 0; at < roots.length; at += AT_ONCE) {
    const batch = roots.slice(at, at + AT_ONCE).map(async (root) => {
      const turn = nextTurn();
      // The first has to stream until the last has streamed for long enough; this many more are sure to be so.
      const seconds = (LEAD_MS + STREAMING_MS) / 1000 + 1 + (roots.length - at) / 50;
      await stage.say(`TINY ${turn} ${Math.round(seconds * TOKENS_PER_SECOND)} ${pace}`, root);
      asked.push({ root, turn });
    });
    await Promise.all(batch);
  }
  const spreadMs = now() - startedAt;
  if (spreadMs > (roots.length / 50) * 1000 + 1000)
    throw new Error("Asking took longer than the streams last.");
  const ended = asked.map(({ root, turn }) =>
    stage.seen(root, (post) => post.words.includes(lastWords(turn)), PATIENCE_MS),
  );
  const all = Promise.all(ended);
  // Looked at later.
  all.catch(() => {});
  return { ended: all };
}

interface Span {
  readonly ms: number;
  /** Of one processor. */
  readonly cpuPercent: number;
  /** Of all processors, whoever keeps them busy. */
  readonly machinePercent: number;
  /** NaN where they can't be counted. */
  readonly requestsPerSecond: number;
  readonly writes: readonly Write[];
}

async function during({ daemon, place }: Stage, ms: number): Promise<Span> {
  const writes: Write[] = [];
  const unlisten = place.view.listen((write) => {
    if (write.post.userId === place.bot.account.id) writes.push(write);
  });
  const from = now();
  const cpuMs = cpuMsOf(daemon.pid);
  const machine = machineTimes();
  const requests = place.inside?.traffic().requests ?? Number.NaN;
  await sleep(ms);
  const tookMs = now() - from;
  const machineAfter = machineTimes();
  unlisten();
  return {
    ms: tookMs,
    cpuPercent: ((cpuMsOf(daemon.pid) - cpuMs) / tookMs) * 100,
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
function noteDelays({ writes, ms }: Span, count: number, id: `scale.${Crowd}` | "limited", note: Note): void {
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
