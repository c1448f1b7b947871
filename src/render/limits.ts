// What people read of a limit: of a project's money for a day, and of Claude's plan. Pure.

import { nameOf } from "./cards.ts";
import { inlineCode, oneLine, truncate } from "./markdown.ts";
import { money } from "./money.ts";
import { moment } from "./usage-limit.ts";

interface PlanLimit {
  /** As Claude names it (2.1.330). */
  readonly window: string;
  /** Milliseconds since the epoch. */
  readonly resetsAt: number | undefined;
}

const WINDOWS: Readonly<Record<string, string>> = {
  five_hour: "five-hour limit",
  seven_day: "weekly limit",
  seven_day_opus: "weekly limit of Opus",
  seven_day_sonnet: "weekly limit of Sonnet",
  seven_day_oauth_apps: "weekly limit of other apps",
  seven_day_overage_included: "weekly limit with extra usage",
  overage: "limit of extra usage",
};

export function limitName(window: string): string {
  if (Object.hasOwn(WINDOWS, window)) {
    return WINDOWS[window] ?? "";
  }
  return window === "" ? "usage limit" : `limit ${inlineCode(oneLine(truncate(window, 60)))}`;
}

/** `utilization` from 0 to 1. */
export function limitWarning(
  { window, resetsAt }: PlanLimit,
  utilization: number | undefined,
  now: number,
  timeZone: string,
): string {
  // 0.29 times 100 is a little less than 29.
  const part = utilization === undefined ? "Most" : `${Math.floor(utilization * 100 + 1e-6)} %`;
  const reset = resetsAt === undefined ? "" : `; it resets ${zoned(resetsAt, now, timeZone)}`;
  return `⏳ ${part} of the ${limitName(window)} is used${reset}`;
}

export function planLimitText(limit: PlanLimit, now: number, timeZone: string): string {
  const { window, resetsAt } = limit;
  const name = `⏳ **The ${limitName(window)} is reached**`;
  return resetsAt === undefined
    ? `${name}. Claude does not say when it resets, so this waits until somebody lets it go on.\n${CHOICES}`
    : `${name}; it resets ${zoned(resetsAt, now, timeZone)}. This goes on by itself then.\n${CHOICES}`;
}

const CHOICES = "🔄 go on now · ❌ forget it";

/** `limit`: what the messages wait for that came since. */
export function forgottenPlanText(
  by: string,
  limit: PlanLimit | undefined,
  now: number,
  timeZone: string,
): string {
  const forgotten = `❌ @${by} let it be forgotten.`;
  if (!limit) {
    return forgotten;
  }
  const { resetsAt } = limit;
  const when = resetsAt === undefined ? "" : `; it resets ${zoned(resetsAt, now, timeZone)}`;
  return `${forgotten} What was said since waits for the ${limitName(limit.window)}${when}.\n🔄 go on now`;
}

const zoned = (at: number, now: number, timeZone: string): string =>
  `${moment(at, now, timeZone)} (${timeZone})`;

interface Day {
  readonly spent: { readonly microUsd: number };
  readonly limitMicroUsd: number | undefined;
  readonly stepMicroUsd: number | undefined;
}

/** `project` undefined: the only one there is. */
export function costReached(
  { spent, limitMicroUsd = 0 }: Day,
  project: string | undefined,
  timeZone: string,
): string {
  const whose = project === undefined ? "This project" : `Project ${inlineCode(project)}`;
  const used = `${money(spent.microUsd)} of ${money(limitMicroUsd)} today (${timeZone})`;
  return `💰 **The day's limit is reached.** ${whose} has used ${used}, so what you wrote waits.`;
}

/** `names`: who is called. */
export function costCard(
  about: string,
  { stepMicroUsd = 0 }: Day,
  names: readonly string[],
): { readonly markdown: string; readonly choices: string } {
  const called = names.slice(0, 5).map(nameOf).join(" ");
  return {
    markdown: called === "" ? about : `${about} · ${called}`,
    choices: `👍 go on, up to ${money(stepMicroUsd)} more today · 👎 forget what waits · it goes on by itself tomorrow`,
  };
}
