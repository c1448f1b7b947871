// One daemon and many sessions: its memory and its processor time while they wait and while all of them stream, and how
// long words are under way.

import { type BareCrowd, startBareCrowd } from "../bare.ts";
import { now, sleep } from "../clock.ts";
import { CROWDS, type Crowd, type Note } from "../metrics/table.ts";
import { memoryOf } from "../programs.ts";
import { nextTurn } from "../scenes.ts";
import { during, noteDelays } from "../span.ts";
import { tinyClaude } from "../tiny.ts";
import type { Bench, Case } from "./case.ts";
import {
  LEAD_MS,
  measureSessions,
  openCrowded,
  SETTLE_MS,
  STREAMING_MS,
  startSessions,
  startStreams,
  TOKENS_PER_SECOND,
  watchedOf,
  writesPerSecond,
} from "./crowd.ts";

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
  await measureSessions(stage, count, `scale.${crowd}`, note);
}

/** A server that allows ten requests a second, as Mattermost does where its limit is switched on, and bursts of 100. */
export const LIMIT = { perSecond: 10, burst: 100 };
const LIMITED_SESSIONS = 100;

export const limited: Case = {
  name: "limited",
  every: 6,
  needs: ["inside"],
  async run(bench, note) {
    const count = bench.isQuick ? 20 : LIMITED_SESSIONS;
    const from = now();
    const stage = await openCrowded(bench, count, "limited", { rateLimit: LIMIT });
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

/** The same streams with the least between them and the server. */
export const bareScale: Case = {
  name: "bare-scale",
  isOnce: true,
  // A long way to it.
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
