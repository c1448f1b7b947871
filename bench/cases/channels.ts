// One daemon and very many channels: what they cost beside one channel while their sessions stream, at a start, and when
// all of them are caught up on.

import { now, sleep } from "../clock.ts";
import type { Note, OutageKind } from "../metrics/table.ts";
import type { Inside, NamedRoom } from "../place.ts";
import { memoryOf } from "../programs.ts";
import { quantile } from "../quantile.ts";
import { lastWords, nextTurn } from "../scenes.ts";
import type { Stage } from "../stage.ts";
import { tinyClaude } from "../tiny.ts";
import type { Bench, Case } from "./case.ts";
import { measureSessions, openCrowded, SETTLE_MS, startSessions } from "./crowd.ts";
import { LIMIT } from "./scale.ts";

const channelsIn = ({ isQuick }: Bench): number => (isQuick ? 20 : 200);

let spreads = 0;

export const spread: Case = {
  name: "channels",
  every: 3,
  needs: ["inside"],
  async run(bench, note) {
    const count = bench.isQuick ? 30 : 300;
    const one = async (): Promise<void> =>
      // By a projects.yaml as well: what reads that is there in both.
      measureSessions(
        await openCrowded(bench, count, "channels-one", { channels: 1 }),
        count,
        "channels.one",
        note,
      );
    const many = async (): Promise<void> => {
      const stage = await openCrowded(bench, count, "channels-many", { channels: channelsIn(bench) });
      await measureSessions(stage, count, "channels.many", note);
    };
    // Whoever comes second finds the machine warmer, or busier.
    for (const measure of spreads++ % 2 === 0 ? [one, many] : [many, one]) await measure();
  },
};

export const startingMany: Case = {
  name: "channels-start",
  every: 2,
  needs: ["inside"],
  async run(bench, note) {
    for (const channels of [1, channelsIn(bench)]) {
      const which = channels === 1 ? "one" : "many";
      const stage = await bench.openStage(
        { name: `start-${which}`, claudePath: tinyClaude() },
        { channels, rateLimit: LIMIT },
      );
      await noteStart(stage, 0, `channelsStart.${which}.first`, note);
      const before = stage.place.inside?.sent.length ?? 0;
      await stage.restart();
      await noteStart(stage, before, `channelsStart.${which}.again`, note);
      await stage.close();
    }
  },
};

/** @param before how many requests an earlier daemon has made */
async function noteStart(
  stage: Stage,
  before: number,
  series: `channelsStart.${"one" | "many"}.${"first" | "again"}`,
  note: Note,
): Promise<void> {
  note(`${series}.ready`, stage.daemon.readyMs);
  await stage.quiet();
  await sleep(SETTLE_MS);
  note(`${series}.requests`, (stage.place.inside?.sent.length ?? Number.NaN) - before);
  note(`${series}.rss`, memoryOf(stage.daemon.pid));
}

const POSTS_A_CHANNEL = 10;
/** One in so many channels has a mention. */
const MENTION_EVERY = 10;
/** One in so many had one before. */
const HEARD_EVERY = 4;
const LIVE = 5;
const PATIENCE_MS = 120_000;

export const outage: Case = {
  name: "channels-outage",
  every: 6,
  needs: ["inside"],
  async run(bench, note) {
    const count = channelsIn(bench);
    const stage = await openCrowded(bench, count, "channels-outage", { channels: count, rateLimit: LIMIT });
    const roots = await speakBefore(stage);
    await measureOutage(stage, "lost", roots, note);
    await measureOutage(stage, "restart", roots, note);
    await stage.close();
  },
};

/** Some channels have had a session, and a few have one still: those. */
async function speakBefore(stage: Stage): Promise<readonly Live[]> {
  const { rooms } = stage.place;
  const { sessions } = await startSessions(stage, Math.floor(rooms.length / HEARD_EVERY));
  for (const { root, owner, room } of sessions.slice(LIVE)) {
    await stage.say("!stop", root, owner, room);
    await stage.seen(root, ({ words }) => words.includes("Session cancelled"), PATIENCE_MS);
  }
  return sessions.slice(0, LIVE);
}

type Live = Awaited<ReturnType<typeof startSessions>>["sessions"][number];

/** Ends with everything said and heard. */
async function measureOutage(
  stage: Stage,
  kind: OutageKind,
  live: readonly Live[],
  note: Note,
): Promise<void> {
  const { inside } = stage.place;
  if (inside === undefined) return;
  await stage.quiet();
  // As after an hour: all of a limit's burst is there again.
  await sleep((LIMIT.burst / LIMIT.perSecond) * 1000);
  const before = inside.sent.length;
  const refusedBefore = inside.traffic().refusals;
  let said: Said | undefined;
  let from = 0;
  const speak = async (): Promise<void> => {
    said = await speakInAll(stage, live);
    from = now();
  };
  if (kind === "lost") await loseConnection(stage, speak);
  else await stage.restart(speak);
  const { mentions = [], replies = [], mentioned = new Set<string>() } = said ?? {};

  const takenUp = await Promise.all(
    mentions.map(async ({ root }) => (await stage.seen(root, () => true, PATIENCE_MS)).at - from),
  );
  await Promise.all(
    [...mentions, ...replies].map(({ root, turn }) =>
      stage.seen(root, ({ words }) => words.includes(lastWords(turn)), PATIENCE_MS),
    ),
  );
  const reads = await readsOf(inside, before, stage.place.rooms);
  const answered = now() - from;
  await stage.quiet();
  note(`outage.${kind}.first`, Math.min(...takenUp));
  note(`outage.${kind}.median`, quantile(takenUp, 0.5));
  note(`outage.${kind}.last`, Math.max(...takenUp));
  note(`outage.${kind}.all`, Math.max(...reads.map(({ at }) => at)) - from);
  note(`outage.${kind}.answered`, answered);
  note(`outage.${kind}.requests`, inside.sent.length - before);
  note(`outage.${kind}.refusals`, inside.traffic().refusals - refusedBefore);
  const lastMention = reads.findLastIndex(({ channelId }) => mentioned.has(channelId));
  const others = reads.slice(0, lastMention).filter(({ channelId }) => !mentioned.has(channelId));
  note(`outage.${kind}.before`, others.length);
}

/** The process stands still, as on a laptop that sleeps, and the server has forgotten it when it goes on. */
async function loseConnection({ place, daemon }: Stage, meanwhile: () => Promise<void>): Promise<void> {
  process.kill(daemon.pid, "SIGSTOP");
  try {
    place.inside?.faults.dropSockets();
    place.inside?.faults.forgetResumable();
    await meanwhile();
  } finally {
    process.kill(daemon.pid, "SIGCONT");
  }
}

interface Said {
  readonly mentions: readonly { readonly root: string; readonly turn: number }[];
  readonly replies: readonly { readonly root: string; readonly turn: number }[];
  /** The channels with a mention. */
  readonly mentioned: ReadonlySet<string>;
}

/** In each channel some posts for nobody, in some a mention among them; and a message in each session. */
async function speakInAll(stage: Stage, live: readonly Live[]): Promise<Said> {
  const { place } = stage;
  const { people, person, rooms } = place;
  const mentions: { root: string; turn: number }[] = [];
  const mentioned = new Set<string>();
  for (const [at, room] of rooms.entries()) {
    const by = people[at % people.length] ?? person;
    for (let post = 0; post < POSTS_A_CHANNEL; post++) {
      const isMention = at % MENTION_EVERY === MENTION_EVERY - 1 && post === POSTS_A_CHANNEL / 2;
      if (isMention) {
        const turn = nextTurn();
        const { id } = await stage.say(`TINY ${turn} 3 50 50`, undefined, by, room);
        mentions.push({ root: id, turn });
        mentioned.add(room.channelId);
      } else {
        await place.say(room, `Nothing for a bot, ${post}.`, "", by);
      }
    }
  }
  const replies: { root: string; turn: number }[] = [];
  for (const { root, owner, room } of live) {
    const turn = nextTurn();
    await stage.say(`TINY ${turn} 3 50 50`, root, owner, room);
    replies.push({ root, turn });
  }
  return { mentions, replies, mentioned };
}

interface Read {
  readonly channelId: string;
  readonly at: number;
}

/** Resolves when each channel has been read; the first time that each was, in that order. */
async function readsOf(inside: Inside, before: number, rooms: readonly NamedRoom[]): Promise<Read[]> {
  const deadline = now() + PATIENCE_MS;
  for (;;) {
    const reads = new Map<string, Read>();
    for (const { method, path, at } of inside.sent.slice(before)) {
      const channelId = /\/channels\/(\w+)\/posts$/.exec(path)?.[1];
      if (method === "GET" && channelId && !reads.has(channelId)) reads.set(channelId, { channelId, at });
    }
    if (reads.size === rooms.length) return [...reads.values()];
    if (now() > deadline) throw new Error(`${reads.size} of ${rooms.length} channels have been read.`);
    await sleep(100);
  }
}
