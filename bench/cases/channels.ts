// One daemon and very many channels: what they cost beside one channel while their sessions stream, at a start, and when
// all of them are caught up on.

import { now, sleep } from "../clock.ts";
import type { Missed, Note, OutageKind } from "../metrics/table.ts";
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
/** One in so many posts is a mention. */
const MENTION_EVERY = 100;
/** One in so many channels had one before. */
const HEARD_EVERY = 4;
const LIVE = 5;
const PATIENCE_MS = 120_000;

export const outage: Case = {
  name: "channels-outage",
  every: 6,
  needs: ["inside"],
  async run(bench, note) {
    const many = channelsIn(bench);
    for (const missed of ["limited", "spread", "single"] as const) {
      const channels = missed === "single" ? 1 : many;
      const limit = missed === "limited" ? { rateLimit: LIMIT } : {};
      const stage = await openCrowded(bench, many, `outage-${missed}`, { channels, ...limit });
      const live = await speakBefore(stage, Math.floor(many / HEARD_EVERY));
      for (const kind of ["lost", "restart"] as const) {
        await measureOutage(stage, { missed, kind, live, posts: many * POSTS_A_CHANNEL }, note);
      }
      await stage.close();
    }
  },
};

/** So many sessions were there, and a few are still: those. */
async function speakBefore(stage: Stage, count: number): Promise<readonly Live[]> {
  const { sessions } = await startSessions(stage, count);
  for (const { root, owner, room } of sessions.slice(LIVE)) {
    await stage.say("!stop", root, owner, room);
    await stage.seen(root, ({ words }) => words.includes("Session cancelled"), PATIENCE_MS);
  }
  return sessions.slice(0, LIVE);
}

type Live = Awaited<ReturnType<typeof startSessions>>["sessions"][number];

interface Outage {
  readonly missed: Missed;
  readonly kind: OutageKind;
  readonly live: readonly Live[];
  /** How many there are, over all channels. */
  readonly posts: number;
}

/** Ends with everything said and heard. */
async function measureOutage(stage: Stage, { missed, kind, live, posts }: Outage, note: Note): Promise<void> {
  const { inside } = stage.place;
  if (inside === undefined) return;
  await stage.quiet();
  // As after an hour: all of a limit's burst is there again.
  if (missed === "limited") await sleep((LIMIT.burst / LIMIT.perSecond) * 1000);
  const before = inside.sent.length;
  const refusedBefore = inside.traffic().refusals;
  let said: Said | undefined;
  let from = 0;
  const speak = async (): Promise<void> => {
    said = await speakInAll(stage, posts, live);
    from = now();
  };
  if (kind === "lost") await loseConnection(stage, speak);
  else await stage.restart(speak);
  const { mentions = [], replies = [], mentioned = new Set<string>() } = said ?? {};

  const takenUp = await Promise.all(
    mentions.map(async ({ root }) => (await stage.seen(root, () => true, PATIENCE_MS)).at - from),
  );
  const answered = async ({ root, turn }: Asked): Promise<number> =>
    (await stage.seen(root, ({ words }) => words.includes(lastWords(turn)), PATIENCE_MS)).at - from;
  const mentionsAnswered = await Promise.all(mentions.map(answered));
  const repliesAnswered = await Promise.all(replies.map(answered));
  await allRead(inside, before, stage.place.rooms);
  await stage.quiet();
  const reads = readsSince(inside, before);
  const series = `outage.${missed}.${kind}` as const;
  note(`${series}.first`, Math.min(...takenUp));
  note(`${series}.firstAnswered`, Math.min(...mentionsAnswered));
  note(`${series}.median`, quantile(takenUp, 0.5));
  note(`${series}.last`, Math.max(...takenUp));
  note(`${series}.all`, Math.max(...reads.map(({ at }) => at)) - from);
  note(`${series}.answered`, Math.max(...mentionsAnswered, ...repliesAnswered));
  note(`${series}.requests`, inside.sent.length - before);
  note(`${series}.refusals`, inside.traffic().refusals - refusedBefore);
  const lastMention = firstOfEach(reads).findLastIndex(({ channelId }) => mentioned.has(channelId));
  const others = firstOfEach(reads).slice(0, lastMention);
  note(`${series}.before`, others.filter(({ channelId }) => !mentioned.has(channelId)).length);
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

interface Asked {
  readonly root: string;
  readonly turn: number;
}

interface Said {
  readonly mentions: readonly Asked[];
  readonly replies: readonly Asked[];
  /** The channels with a mention. */
  readonly mentioned: ReadonlySet<string>;
}

/** As many posts in each channel, for nobody but in some a mention among them; and a message in each session. */
async function speakInAll(stage: Stage, posts: number, live: readonly Live[]): Promise<Said> {
  const { place } = stage;
  const { people, person, rooms } = place;
  const mentions: Asked[] = [];
  const mentioned = new Set<string>();
  for (let post = 0; post < posts; post++) {
    // One channel after the other; the last of those with a mention is among the last.
    const room = rooms[Math.floor((post * rooms.length) / posts)] ?? place.bot;
    const by = people[Math.floor(post / POSTS_A_CHANNEL) % people.length] ?? person;
    if (post % MENTION_EVERY === MENTION_EVERY - POSTS_A_CHANNEL / 2) {
      const turn = nextTurn();
      const { id } = await stage.say(`TINY ${turn} 3 50 50`, undefined, by, room);
      mentions.push({ root: id, turn });
      mentioned.add(room.channelId);
    } else {
      await place.say(room, `Nothing for a bot, ${post}.`, "", by);
    }
  }
  const replies: Asked[] = [];
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

/** Resolves when each channel has been read. */
async function allRead(inside: Inside, before: number, rooms: readonly NamedRoom[]): Promise<void> {
  const deadline = now() + PATIENCE_MS;
  for (;;) {
    const { length } = firstOfEach(readsSince(inside, before));
    if (length === rooms.length) return;
    if (now() > deadline) throw new Error(`${length} of ${rooms.length} channels have been read.`);
    await sleep(100);
  }
}

/** Each page of a channel's posts that was asked for, in that order. */
function readsSince(inside: Inside, before: number): Read[] {
  return inside.sent.slice(before).flatMap(({ method, path, at }) => {
    const channelId = /\/channels\/(\w+)\/posts$/.exec(path)?.[1];
    return method === "GET" && channelId ? [{ channelId, at }] : [];
  });
}

const firstOfEach = (reads: readonly Read[]): Read[] =>
  reads.filter(({ channelId }, at) => reads.findIndex((read) => read.channelId === channelId) === at);
