// What was used, as sums that can be kept: in whole millionths of a dollar, so that many small turns add up to what Claude
// reports. Pure.

import type { Usage } from "../../claude/types.ts";

export interface Spent {
  readonly microUsd: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export const NOTHING: Spent = { microUsd: 0, inputTokens: 0, outputTokens: 0 };

export const spentOf = ({ costUsd, inputTokens, outputTokens }: Omit<Usage, "turnOutputTokens">): Spent => ({
  microUsd: Math.round(costUsd * 1_000_000),
  inputTokens,
  outputTokens,
});

export const plus = (one: Spent, other: Spent): Spent => ({
  microUsd: one.microUsd + other.microUsd,
  inputTokens: one.inputTokens + other.inputTokens,
  outputTokens: one.outputTokens + other.outputTokens,
});

/** What `now` has more than `before`. */
export const since = (before: Spent, now: Spent): Spent => ({
  microUsd: Math.max(0, now.microUsd - before.microUsd),
  inputTokens: Math.max(0, now.inputTokens - before.inputTokens),
  outputTokens: Math.max(0, now.outputTokens - before.outputTokens),
});

export const isNothing = ({ microUsd, inputTokens, outputTokens }: Spent): boolean =>
  microUsd === 0 && inputTokens === 0 && outputTokens === 0;

/** What all sessions of a project have used, and what they may. Days are those of the machine's time zone. */
export interface ProjectCosts {
  /** Of the day that moment is in. `limitMicroUsd`: where somebody is asked; undefined: nowhere. */
  readonly dayOf: (now: number) => ProjectDay;
  /** Of the channel, with its other projects; `since`: the first day that is counted, such as 2026-11-28. */
  readonly channel: (now: number) => { readonly today: Spent; readonly inAll: Spent; readonly since: string };
  /** `now`: when it was used, or allowed. */
  readonly change: (change: CostChange, now: number) => void;
}

export interface ProjectDay {
  readonly spent: Spent;
  readonly limitMicroUsd: number | undefined;
  /** By how much the limit grows when somebody lets it go on. */
  readonly stepMicroUsd: number | undefined;
  /** Milliseconds since the epoch. */
  readonly endsAt: number;
}

export type CostChange = { readonly type: "spent"; readonly spent: Spent } | { readonly type: "limitRaised" };

/** `more`: what is not in the sum yet. */
export function isOverLimit({ spent, limitMicroUsd }: ProjectDay, more: Spent = NOTHING): boolean {
  return limitMicroUsd !== undefined && spent.microUsd + more.microUsd >= limitMicroUsd;
}
