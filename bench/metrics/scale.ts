// The figures of one daemon with many sessions.

import { type Metric, named } from "./metric.ts";

/** How many sessions at a time. */
export const CROWDS = ["1", "20", "100", "300"] as const;
export type Crowd = (typeof CROWDS)[number];

const delays = (group: string, aim?: number) =>
  ({
    tokens: { unit: "tokens/s", group, title: "tokens that came to be shown, of each session" },
    "own.p50": { unit: "ms", group, title: "newest word → in the thread, p50", limit: "bare.post" },
    "own.p99": {
      unit: "ms",
      group,
      title: "newest word → in the thread, p99",
      limit: "bare.post",
      ...(aim === undefined ? {} : { aim }),
    },
    "waited.p50": { unit: "ms", group, title: "oldest word that was not shown → in the thread, p50" },
    "waited.p99": { unit: "ms", group, title: "oldest word that was not shown → in the thread, p99" },
  }) as const satisfies Record<string, Metric>;

interface Aims {
  readonly rss?: number;
  readonly cpu?: number;
  readonly own?: number;
}

const crowd = (count: Crowd, { rss, cpu, own }: Aims = {}) => {
  const group = count === "1" ? "Scale: 1 session" : `Scale: ${count} sessions`;
  const limit = "bare.rss";
  return {
    "rss.idle": {
      unit: "MB",
      group,
      title: "memory, idle after a turn each",
      limit,
      ...(rss === undefined ? {} : { aim: rss }),
    },
    "rss.streaming": { unit: "MB", group, title: "memory, after 10 s of streaming", limit },
    heap: { unit: "MB", group, title: "heap that is alive after it" },
    "cpu.idle": { unit: "%", group, title: "processor, idle" },
    "cpu.streaming": {
      unit: "%",
      group,
      title: "processor, all streaming 50 tokens/s",
      ...(cpu === undefined ? {} : { aim: cpu }),
    },
    machine: { unit: "%", group, title: "the whole machine meanwhile, of all its cores" },
    rate: { unit: "requests/s", group, title: "requests of the daemon meanwhile" },
    ...delays(group, own),
  } as const satisfies Record<string, Metric>;
};

const LIMITED = "Scale: 100 sessions, a server that allows 10 requests/s and bursts of 100";

export const scaleFigures = {
  "rss.ready": { unit: "MB", group: "Scale: 1 session", title: "memory, no session yet", limit: "bare.rss" },
  ...named("scale.1", crowd("1")),
  ...named("scale.20", crowd("20", { rss: 80 })),
  ...named("scale.100", crowd("100")),
  ...named("scale.300", crowd("300", { rss: 200, cpu: 100, own: 2000 })),
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
  ...named("limited", delays(LIMITED)),
  "limited.allowed": { unit: "requests", group: LIMITED, title: "requests the server allows in that time" },
} as const satisfies Record<string, Metric>;
