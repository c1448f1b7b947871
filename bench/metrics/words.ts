// The figures of what people wait for words: four kinds of message, each with a short answer and one of ten seconds.

import { type Metric, named } from "./metric.ts";

export type Kind = "cold" | "started" | "warm" | "resumed";
export type AnswerKind = "short" | "ten";

interface KindOf {
  readonly group: string;
  readonly from: "mention" | "message";
  /** Which of the CLI's own turns stands beside it. */
  readonly limit: Kind;
  readonly plus: number;
}

const COLD = { group: "First message of a thread (cold)", from: "mention", limit: "cold", plus: 80 } as const;
const STARTED = {
  group: "First message of a thread (a Claude is waiting: PREWARM=1)",
  from: "mention",
  limit: "started",
  plus: 120,
} as const;
const WARM = { group: "Second message (warm)", from: "message", limit: "warm", plus: 120 } as const;
const RESUMED = {
  group: "Message to a sleeping session (resumed)",
  from: "message",
  limit: "resumed",
  plus: 80,
} as const;

const ms = { unit: "ms" } as const;

const header = ({ group, from }: KindOf) =>
  ({
    "short.header": { ...ms, group, title: `${from} → header`, limit: "bare.reply", aim: 50 },
  }) as const satisfies Record<string, Metric>;

const figures = ({ group, from, limit, plus }: KindOf) =>
  ({
    "short.typing": { ...ms, group, title: `${from} → typing shows at another client` },
    "short.asked": { ...ms, group, title: `${from} → model is asked`, limit: `alone.${limit}.asked` },
    "short.first": {
      ...ms,
      group,
      title: `${from} → first words`,
      limit: `alone.${limit}.first`,
      aim: { plus },
    },
    "short.token": {
      ...ms,
      group,
      title: "model's first token → first words",
      limit: `alone.${limit}.token`,
    },
    "short.lag": { ...ms, group, title: "model's last token → last words", limit: `alone.${limit}.lag` },
    "short.last": { ...ms, group, title: `${from} → last words`, limit: `alone.${limit}.last` },
    "ten.token": {
      ...ms,
      group,
      title: "10 s answer: first token → first words",
      limit: `alone.${limit}.token`,
      aim: 500,
    },
    "ten.edits": { unit: "edits", group, title: "10 s answer: edits of the growing post", aim: 9 },
    "ten.posts": { unit: "posts", group, title: "10 s answer: posts it came in" },
    "ten.lag": {
      ...ms,
      group,
      title: "10 s answer: last token → last words",
      limit: `alone.${limit}.lag`,
    },
  }) as const satisfies Record<string, Metric>;

export const wordFigures = {
  ...named("cold", { ...header(COLD), ...figures(COLD) }),
  ...named("started", { ...header(STARTED), ...figures(STARTED) }),
  ...named("warm", figures(WARM)),
  ...named("resumed", figures(RESUMED)),
};
