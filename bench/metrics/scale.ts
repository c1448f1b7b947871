// The figures of one daemon with many sessions.

import { type Metric, named } from "./metric.ts";

/** How many sessions at a time. */
export const CROWDS = ["1", "20", "100", "300"] as const;
export type Crowd = (typeof CROWDS)[number];
/** Many sessions of one daemon: of one channel by themselves, and spread over many channels beside as many in one. */
export type CrowdSeries = `scale.${Crowd}` | "channels.one" | "channels.many";
/** Whose words are looked at on their way. */
export type Streaming = CrowdSeries | `bare.${Crowd}` | "limited";

export const delays = (group: string, limit?: string, aim?: Metric["aim"]) =>
  ({
    tokens: { unit: "tokens/s", group, title: "tokens that came to be shown, of each session" },
    "own.p50": {
      unit: "ms",
      group,
      title: "newest word → in the thread, p50",
      ...(limit === undefined ? {} : { limit: `${limit}.own.p50` }),
    },
    "own.p99": {
      unit: "ms",
      group,
      title: "newest word → in the thread, p99",
      ...(limit === undefined ? {} : { limit: `${limit}.own.p99` }),
      ...(aim === undefined ? {} : { aim }),
    },
    "waited.p50": { unit: "ms", group, title: "oldest word that was not shown → in the thread, p50" },
    "waited.p99": { unit: "ms", group, title: "oldest word that was not shown → in the thread, p99" },
  }) as const satisfies Record<string, Metric>;

interface Aims {
  readonly rss?: number;
  readonly cpu?: number;
  readonly own?: number;
  readonly saves?: number;
}

const crowd = (count: Crowd, { rss, cpu, own, saves }: Aims = {}) => {
  const group = count === "1" ? "Scale: 1 session" : `Scale: ${count} sessions`;
  const bare = `bare.${count}`;
  return {
    "turn.p50": { unit: "ms", group, title: "a short turn in a new thread, ten at a time, p50" },
    "turn.p99": { unit: "ms", group, title: "a short turn in a new thread, ten at a time, p99" },
    "rss.idle": {
      unit: "MB",
      group,
      title: "memory, idle after a turn each",
      limit: `${bare}.rss`,
      ...(rss === undefined ? {} : { aim: rss }),
    },
    "rss.streaming": { unit: "MB", group, title: "memory, after 10 s of streaming", limit: `${bare}.rss` },
    heap: { unit: "MB", group, title: "heap that is alive after it" },
    "cpu.idle": { unit: "%", group, title: "processor, idle" },
    "cpu.streaming": {
      unit: "%",
      group,
      title: "processor, all streaming 50 tokens/s",
      limit: `${bare}.cpu`,
      ...(cpu === undefined ? {} : { aim: cpu }),
    },
    saves: {
      unit: "%",
      group,
      title: "of the loop's time, for saves on the disk",
      ...(saves === undefined ? {} : { aim: saves }),
    },
    machine: { unit: "%", group, title: "the whole machine meanwhile, of all its cores" },
    rate: { unit: "requests/s", group, title: "requests of the daemon meanwhile" },
    ...delays(group, bare, own),
  } as const satisfies Record<string, Metric>;
};

const BARE = "Limits: the least that reads as many streams and edits a post of each every 2 s";

const bareCrowd = (count: Crowd) =>
  ({
    rss: { unit: "MB", group: BARE, title: `${count}: memory` },
    cpu: { unit: "%", group: BARE, title: `${count}: processor` },
    tokens: { unit: "tokens/s", group: BARE, title: `${count}: tokens that came to be shown, of each` },
    "own.p50": { unit: "ms", group: BARE, title: `${count}: newest word → in the thread, p50` },
    "own.p99": { unit: "ms", group: BARE, title: `${count}: newest word → in the thread, p99` },
    "waited.p50": { unit: "ms", group: BARE, title: `${count}: oldest word that was not shown, p50` },
    "waited.p99": { unit: "ms", group: BARE, title: `${count}: oldest word that was not shown, p99` },
  }) as const satisfies Record<string, Metric>;

/** For the end of the table. */
export const bareScaleFigures = {
  ...named("bare.1", bareCrowd("1")),
  ...named("bare.20", bareCrowd("20")),
  ...named("bare.100", bareCrowd("100")),
  ...named("bare.300", bareCrowd("300")),
};

const LIMITED = "Scale: 100 sessions, a server that allows 10 requests/s and bursts of 100";

export const scaleFigures = {
  "rss.ready": { unit: "MB", group: "Scale: 1 session", title: "memory, no session yet", limit: "bare.rss" },
  ...named("scale.1", crowd("1")),
  ...named("scale.20", crowd("20", { rss: 80 })),
  ...named("scale.100", crowd("100")),
  ...named("scale.300", crowd("300", { rss: 200, cpu: 20, own: 150, saves: 5 })),
  "limited.requests": {
    unit: "requests",
    group: LIMITED,
    title: "requests that were taken, from the start to the last words",
    limit: "limited.allowed",
    aim: { times: 1 },
  },
  "limited.refusals": { unit: "requests", group: LIMITED, title: "requests refused with 429", aim: 0 },
  "limited.rate": {
    unit: "requests/s",
    group: LIMITED,
    title: "requests, all streaming 50 tokens/s",
    aim: 10,
  },
  ...named("limited", delays(LIMITED, "bare.100")),
  "limited.allowed": { unit: "requests", group: LIMITED, title: "requests the server allows in that time" },
} as const satisfies Record<string, Metric>;
