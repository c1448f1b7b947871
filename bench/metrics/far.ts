// The figures of a server that is far away: every answer to the bots comes so much later.

import { type Metric, named } from "./metric.ts";

/** In ms. */
export const LATENCIES = [0, 50, 200] as const;
export type Latency = (typeof LATENCIES)[number];

const far = (latency: Latency) => {
  const of = { unit: "ms", group: `A server whose answers take ${latency} ms more` } as const;
  return {
    first: {
      ...of,
      title: "mention → first words (new thread, a Claude is waiting)",
      limit: "alone.started.first",
      // The header's post comes before them.
      aim: { plus: 2 * latency + 60 },
    },
    second: {
      ...of,
      title: "message → first words (second message)",
      limit: "alone.warm.first",
      aim: { plus: latency + 60 },
    },
    card: {
      ...of,
      title: "👍 → the card says who decided",
      limit: `bare.far.${latency}`,
      aim: { plus: 60 },
    },
  } as const satisfies Record<string, Metric>;
};

export const farFigures = {
  ...named("far.0", far(0)),
  ...named("far.50", far(50)),
  ...named("far.200", far(200)),
};

/** For the end of the table. */
export const bareFarFigures = (group: string) =>
  ({
    "bare.far.0": { unit: "ms", group, title: "mention → that bot's reply, answers 0 ms later" },
    "bare.far.50": { unit: "ms", group, title: "mention → that bot's reply, answers 50 ms later" },
    "bare.far.200": { unit: "ms", group, title: "mention → that bot's reply, answers 200 ms later" },
  }) as const satisfies Record<string, Metric>;
