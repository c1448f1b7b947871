// The figures of one daemon with very many channels, each beside the same with one.

import { type Metric, named } from "./metric.ts";
import { delays } from "./scale.ts";

const SPREAD = "Channels: 300 sessions in 200 channels (limit: 300 in one)";
const START = "Channels: a start with 200 of them (limit: with one), server that allows 10 requests/s";

/** A tenth more than in one channel at most. */
const TENTH = { times: 1.1 } as const;

const spread = (which: "one" | "many") => {
  const isMany = which === "many";
  const group = isMany ? SPREAD : "Channels: 300 sessions in one channel";
  const beside = (figure: string): Pick<Metric, "limit" | "aim"> =>
    isMany ? { limit: `channels.one.${figure}`, aim: TENTH } : {};
  return {
    "turn.p50": {
      unit: "ms",
      group,
      title: "a short turn in a new thread, ten at a time, p50",
      ...beside("turn.p50"),
    },
    "turn.p99": {
      unit: "ms",
      group,
      title: "a short turn in a new thread, ten at a time, p99",
      ...beside("turn.p99"),
    },
    "rss.idle": { unit: "MB", group, title: "memory, idle after a turn each", ...beside("rss.idle") },
    "rss.streaming": {
      unit: "MB",
      group,
      title: "memory, after 10 s of streaming",
      ...beside("rss.streaming"),
    },
    heap: { unit: "MB", group, title: "heap that is alive after it", ...beside("heap") },
    "cpu.idle": { unit: "%", group, title: "processor, idle" },
    "cpu.streaming": {
      unit: "%",
      group,
      title: "processor, all streaming 50 tokens/s",
      ...beside("cpu.streaming"),
    },
    saves: { unit: "%", group, title: "of the loop's time, for saves on the disk", ...beside("saves") },
    machine: { unit: "%", group, title: "the whole machine meanwhile, of all its cores" },
    rate: { unit: "requests/s", group, title: "requests of the daemon meanwhile", ...beside("rate") },
    ...delays(group, isMany ? "channels.one" : undefined, isMany ? TENTH : undefined),
  } as const satisfies Record<string, Metric>;
};

const start = (which: "one" | "many", when: "first" | "again") => {
  const isMany = which === "many";
  const group = isMany ? START : "Channels: a start with one of them";
  const [words, one] = [when === "first" ? "the first start" : "a later start", `channelsStart.one.${when}`];
  return {
    ready: {
      unit: "ms",
      group,
      title: `${words} → Ready!`,
      ...(isMany ? { limit: `${one}.ready`, aim: { plus: 500 } } : {}),
    },
    requests: {
      unit: "requests",
      group,
      title: `${words}: requests`,
      ...(isMany ? { limit: `${one}.requests`, aim: { plus: 10 } } : {}),
    },
    rss: { unit: "MB", group, title: `${words}: memory`, ...(isMany ? { limit: `${one}.rss` } : {}) },
  } as const satisfies Record<string, Metric>;
};

const OUTAGES = {
  lost: "the connection was lost and can't be resumed",
  restart: "the daemon was stopped and is started again",
} as const;

export type OutageKind = keyof typeof OUTAGES;

const MISSED = {
  limited: {
    what: "posts in all 200 and mentions in 20",
    server: "10 requests/s, bursts of 100",
    withinMs: 30_000,
  },
  spread: {
    what: "2,000 posts in 200 channels and mentions in 20 of them",
    server: "no limit",
    withinMs: 5_000,
  },
  single: { what: "2,000 posts in one channel, 20 mentions among them", server: "no limit", withinMs: 5_000 },
} as const;

/** What was missed, and what the server allows. */
export type Missed = keyof typeof MISSED;

const outage = (missed: Missed, kind: OutageKind) => {
  const { what, server, withinMs } = MISSED[missed];
  const group = `Channels: ${what} while ${OUTAGES[kind]}; ${server}`;
  return {
    first: { unit: "ms", group, title: "until the first mention has its header" },
    firstAnswered: { unit: "ms", group, title: "until the first mention is answered" },
    median: { unit: "ms", group, title: "until half of the mentions have theirs" },
    last: { unit: "ms", group, title: "until all of them have theirs" },
    answered: { unit: "ms", group, title: "until all mentions and messages in sessions are answered" },
    all: { unit: "ms", group, title: "until all that was missed is read", aim: withinMs },
    requests: {
      unit: "requests",
      group,
      title: "requests, from the outage's end to the last of the answers",
    },
    refusals: { unit: "requests", group, title: "requests refused with 429", aim: 0 },
    before: {
      unit: "channels",
      group,
      title: "channels without a mention that are read before the last one with one",
    },
  } as const satisfies Record<string, Metric>;
};

export const channelFigures = {
  ...named("channels.one", spread("one")),
  ...named("channels.many", spread("many")),
  ...named("channelsStart.one.first", start("one", "first")),
  ...named("channelsStart.one.again", start("one", "again")),
  ...named("channelsStart.many.first", start("many", "first")),
  ...named("channelsStart.many.again", start("many", "again")),
  ...named("outage.limited.lost", outage("limited", "lost")),
  ...named("outage.limited.restart", outage("limited", "restart")),
  ...named("outage.spread.lost", outage("spread", "lost")),
  ...named("outage.spread.restart", outage("spread", "restart")),
  ...named("outage.single.lost", outage("single", "lost")),
  ...named("outage.single.restart", outage("single", "restart")),
} as const satisfies Record<string, Metric>;
