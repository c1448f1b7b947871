// Every figure of the bench: what it is, what stands beside it as the limit, and what we aim at. Measures nothing.

import { channelFigures, type Missed, type OutageKind } from "./channels.ts";
import { bareFarFigures, farFigures } from "./far.ts";
import { type Metric, named } from "./metric.ts";
import {
  bareScaleFigures,
  CROWDS,
  type Crowd,
  type CrowdSeries,
  type Streaming,
  scaleFigures,
} from "./scale.ts";
import { type AnswerKind, type Kind, wordFigures } from "./words.ts";

export type { AnswerKind, Crowd, CrowdSeries, Kind, Missed, OutageKind, Streaming };
export { CROWDS };

const STEERING = "Steering";
const TRAFFIC = "REST traffic of one turn";
const START = "Start";
const SAVE = "A session is saved";
const SIZE = "On the disk";
const LIMITS = "Limits: the same with nothing between";

const ms = { unit: "ms" } as const;

const steering = {
  decision: { ...ms, group: STEERING, title: "👍 → Claude has the answer", limit: "bare.reaction" },
  "stop.idle": { ...ms, group: STEERING, title: "stop → process gone (idle)", limit: "alone.exit" },
  "stop.working": { ...ms, group: STEERING, title: "stop → process gone (in a turn)", limit: "alone.exit" },
  "drop.resumed": {
    ...ms,
    group: STEERING,
    title: "socket drop → missed mention has its header (resumed)",
    limit: "bare.drop",
  },
  "drop.lost": {
    ...ms,
    group: STEERING,
    title: "socket drop → the same, read over REST",
    limit: "bare.drop",
  },
} as const satisfies Record<string, Metric>;

const TURNS = {
  plain: { title: "short answer, second message", aim: 4 },
  short: { title: "short answer, new thread", aim: 4 },
  paced: { title: "40 words in 0.8 s, new thread" },
  long: { title: "60,000 characters, new thread" },
  tools: { title: "ten tools, new thread" },
  permit: { title: "one permission ask, new thread", aim: 7 },
  again: { title: "one permission ask, second message", aim: 6 },
} as const satisfies Record<string, { readonly title: string; readonly aim?: number }>;

/** The turns whose traffic is counted. */
export type Turn = keyof typeof TURNS;

function trafficOf({ title, aim }: { readonly title: string; readonly aim?: number }) {
  return {
    requests: {
      unit: "requests",
      group: TRAFFIC,
      title: `${title}: requests`,
      ...(aim === undefined ? {} : { aim }),
    },
    bytes: { unit: "kB", group: TRAFFIC, title: `${title}: on the wire` },
  } as const satisfies Record<string, Metric>;
}

const traffic = Object.fromEntries(
  Object.entries(TURNS).flatMap(([turn, of]) =>
    Object.entries(trafficOf(of)).map(([what, metric]) => [`${what}.${turn}`, metric]),
  ),
) as Readonly<Record<`${"requests" | "bytes"}.${Turn}`, Metric>>;

const start = {
  "start.ready": {
    ...ms,
    group: START,
    title: "start → Ready!",
    limit: "start.roundTrips",
    aim: { plus: 250 },
  },
  "start.version": {
    ...ms,
    group: START,
    title: "mm-claude --version",
    limit: "bare.node",
    aim: { times: 2.5 },
  },
  "start.roundTrips": { ...ms, group: START, title: "the requests of a start, one after the other" },
  "save.p50": { ...ms, group: SAVE, title: "changed → on the disk, p50", limit: "bare.save", aim: 2 },
  "save.p99": { ...ms, group: SAVE, title: "changed → on the disk, p99", limit: "bare.save" },
  "size.packages": { unit: "packages", group: SIZE, title: "packages, our own among them" },
  "size.installed": { unit: "MB", group: SIZE, title: "installed, all of them" },
  "size.own": { unit: "MB", group: SIZE, title: "installed, our own alone" },
} as const satisfies Record<string, Metric>;

const aloneOf = (kind: string, from: string) =>
  ({
    asked: { ...ms, group: LIMITS, title: `claude alone, ${kind}: ${from} → model is asked` },
    first: { ...ms, group: LIMITS, title: `claude alone, ${kind}: ${from} → first delta` },
    token: { ...ms, group: LIMITS, title: `claude alone, ${kind}: token → delta on stdout` },
    lag: { ...ms, group: LIMITS, title: `claude alone, ${kind}: last token → result` },
    last: { ...ms, group: LIMITS, title: `claude alone, ${kind}: ${from} → result` },
  }) as const satisfies Record<string, Metric>;

const limits = {
  "bare.post": { ...ms, group: LIMITS, title: "one POST of a reply" },
  "bare.reply": { ...ms, group: LIMITS, title: "mention → reply of a bot of 40 lines" },
  "bare.reaction": { ...ms, group: LIMITS, title: "reaction → its frame at that bot" },
  "bare.drop": { ...ms, group: LIMITS, title: "socket drop → that bot's reply (it reconnects at once)" },
  "bare.rss": { unit: "MB", group: LIMITS, title: "that bot's memory" },
  "bare.save": { ...ms, group: LIMITS, title: "as many bytes added to a file, and synced" },
  "bare.node": { ...ms, group: LIMITS, title: "node -e 0" },
  "alone.version": { ...ms, group: LIMITS, title: "claude --version" },
  ...named("alone.cold", aloneOf("new", "spawn")),
  ...named("alone.started", aloneOf("new, started before", "message")),
  ...named("alone.warm", aloneOf("warm", "message")),
  ...named("alone.resumed", aloneOf("--resume", "spawn")),
  "alone.exit": { ...ms, group: LIMITS, title: "claude alone, idle: stdin end → gone" },
} as const satisfies Record<string, Metric>;

const table = {
  ...wordFigures,
  ...farFigures,
  ...steering,
  ...traffic,
  ...scaleFigures,
  ...channelFigures,
  ...start,
  ...limits,
  ...bareFarFigures(LIMITS),
  ...bareScaleFigures,
};

export type MetricId = keyof typeof table;

export const METRICS: Readonly<Record<MetricId, Metric>> = table;

/** Takes one sample of a figure; one that could not be taken is NaN and counts for nothing. */
export type Note = (id: MetricId, value: number) => void;
