// One daemon and many sessions: its memory and its processor time while they wait and while all of them stream, and how
// long words are under way. Each session's Claude is the smallest there is; what these cost is not the daemon's.

import { type BareCrowd, startBareCrowd } from "../bare.ts";
import { now, sleep } from "../clock.ts";
import { CROWDS, type Crowd, type Note } from "../metrics/table.ts";
import type { Account } from "../person.ts";
import { memoryOf, tinyClaude } from "../programs.ts";
import { quantile } from "../quantile.ts";
import { lastWords, nextTurn } from "../scenes.ts";
import { during, noteDelays } from "../span.ts";
import type { Stage } from "../stage.ts";
import type { Bench, Case } from "./case.ts";

const TOKENS_PER_SECOND = 50;
/** Each token when it is due; but 15,000 of these a second are more than the senders can do on two cores. */
const writesPerSecond = (sessions: number): number => (sessions > 100 ? 10 : TOKENS_PER_SECOND);
const SETTLE_MS = 2000;
const IDLE_MS = 4000;
const STREAMING_MS = 10_000;
/** All have begun, and the first words, which come sooner than the rest, are behind them. */
const LEAD_MS = 2500;
/** Starting a session costs a process. */
const AT_ONCE = 10;
const PATIENCE_MS = 90_000;
/** What the daemon takes of one person at a stretch, with a little to spare: two messages for each session. */
const SESSIONS_A_PERSON = 18;
const MOST_SESSIONS_A_PERSON = 20;

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
  // On a server that is there, people are as many as they are.
  if (count > stage.place.people.length * MOST_SESSIONS_A_PERSON) return stage.close();
  if (count === 1) {
    await sleep(SETTLE_MS);
    note("rss.ready", memoryOf(stage.daemon.pid));
  }
  const watched = watchedOf(stage);
  const { sessions, turnsMs } = await startSessions(stage, count);
  note(`scale.${crowd}.turn.p50`, quantile(turnsMs, 0.5));
  note(`scale.${crowd}.turn.p99`, quantile(turnsMs, 0.99));
  await sleep(SETTLE_MS);
  note(`scale.${crowd}.rss.idle`, memoryOf(stage.daemon.pid));
  const idle = await during(watched, IDLE_MS);
  note(`scale.${crowd}.cpu.idle`, idle.cpuPercent);

  const streams = await startStreams(stage, sessions);
  await sleep(LEAD_MS);
  const busy = await during(watched, STREAMING_MS);
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
    const { sessions } = await startSessions(stage, count);
    const streams = await startStreams(stage, sessions);
    await sleep(LEAD_MS);
    const busy = await during(watchedOf(stage), STREAMING_MS);
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

const watchedOf = ({ place, daemon }: Stage) => ({ place, pid: daemon.pid, userId: place.bot.account.id });

function openCrowded(bench: Bench, count: number, name: string, rateLimit?: typeof LIMIT): Promise<Stage> {
  return bench.openStage(
    {
      name,
      isProbed: true,
      claudePath: tinyClaude(),
      settings: { MAX_SESSIONS: String(count), SESSION_TIMEOUT_MS: "3600000" },
    },
    { people: Math.ceil(count / SESSIONS_A_PERSON), ...(rateLimit && { rateLimit }) },
  );
}

interface Running {
  readonly root: string;
  readonly owner: Account;
}

/** Each has had a short turn; how long it took from the mention to the last words. */
async function startSessions(
  stage: Stage,
  count: number,
): Promise<{ readonly sessions: Running[]; readonly turnsMs: readonly number[] }> {
  const { people, person } = stage.place;
  const sessions: Running[] = [];
  const turnsMs: number[] = [];
  while (sessions.length < count) {
    const batch = Array.from({ length: Math.min(AT_ONCE, count - sessions.length) }, async (_, nth) => {
      const owner = people[(sessions.length + nth) % people.length] ?? person;
      const turn = nextTurn();
      const { id, at: saidAt } = await stage.say(
        `TINY ${turn} 3 ${TOKENS_PER_SECOND} ${TOKENS_PER_SECOND}`,
        undefined,
        owner,
      );
      const { at } = await stage.seen(id, (post) => post.words.includes(lastWords(turn)), PATIENCE_MS);
      turnsMs.push(at - saidAt);
      return { root: id, owner };
    });
    sessions.push(...(await Promise.all(batch)));
  }
  await stage.quiet();
  return { sessions, turnsMs };
}

/** Resolves when all have been asked to stream; `ended` when the last words of all of them stand. */
async function startStreams(
  stage: Stage,
  sessions: readonly Running[],
): Promise<{ ended: Promise<unknown> }> {
  const startedAt = now();
  const pace = `${TOKENS_PER_SECOND} ${writesPerSecond(sessions.length)}`;
  const asked: { readonly root: string; readonly turn: number }[] = [];
  for (let at = 0; at < sessions.length; at += AT_ONCE) {
    const batch = sessions.slice(at, at + AT_ONCE).map(async ({ root, owner }) => {
      const turn = nextTurn();
      // The first has to stream until the last has streamed for long enough; this many more are sure to be so.
      const seconds = (LEAD_MS + STREAMING_MS) / 1000 + 1 + (sessions.length - at) / 50;
      await stage.say(`TINY ${turn} ${Math.round(seconds * TOKENS_PER_SECOND)} ${pace}`, root, owner);
      asked.push({ root, turn });
    });
    await Promise.all(batch);
  }
  const spreadMs = now() - startedAt;
  if (spreadMs > (sessions.length / 50) * 1000 + 1000)
    throw new Error("Asking took longer than the streams last.");
  const ended = asked.map(({ root, turn }) =>
    stage.seen(root, (post) => post.words.includes(lastWords(turn)), PATIENCE_MS),
  );
  const all = Promise.all(ended);
  // Looked at later.
  all.catch(() => {});
  return { ended: all };
}

/** The same streams with the least between them and the server. */
export const bareScale: Case = {
  name: "bare-scale",
  // A limit, and a long way to it.
  every: Number.POSITIVE_INFINITY,
  async run(bench, note) {
    const place = await bench.openPlace();
    const { bare } = place;
    if (bare === undefined) return place.close();
    for (const crowd of bench.isQuick ? CROWDS.slice(0, 2) : CROWDS) {
      const count = Number(crowd);
      const reader: BareCrowd = await startBareCrowd(place, bare, tinyClaude(), count);
      const { id } = await place.say(bare, "All of you, please.");
      const tokens = ((LEAD_MS + STREAMING_MS) / 1000 + 1) * TOKENS_PER_SECOND;
      reader.ask(id, `TINY ${nextTurn()} ${tokens} ${TOKENS_PER_SECOND} ${writesPerSecond(count)}`);
      await sleep(LEAD_MS);
      const busy = await during({ place, pid: reader.pid, userId: bare.account.id }, STREAMING_MS);
      note(`bare.${crowd}.rss`, memoryOf(reader.pid));
      note(`bare.${crowd}.cpu`, busy.cpuPercent);
      noteDelays(busy, count, `bare.${crowd}`, note);
      await reader.close();
    }
    return place.close();
  },
};
