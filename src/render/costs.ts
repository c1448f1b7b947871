// What was used, how full Claude's context is, and how much of its plan's limits is used: tables for people. Pure.

import { limitName } from "./limits.ts";
import { cell, inlineCode } from "./markdown.ts";
import { count, money } from "./money.ts";
import { moment } from "./usage-limit.ts";

interface Spent {
  readonly microUsd: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface Costs {
  readonly session: Spent;
  /** `since`: the first day that is counted, such as 2026-11-28. */
  readonly channel: { readonly today: Spent; readonly inAll: Spent; readonly since: string } | undefined;
  /** Its day. */
  readonly project: { readonly spent: Spent; readonly limitMicroUsd: number | undefined } | undefined;
  /** Of the project; undefined: it is the only one there is. */
  readonly name: string | undefined;
  readonly timeZone: string;
}

export function renderCosts({ session, channel, project, name, timeZone }: Costs): string {
  const limit = project?.limitMicroUsd;
  const isProjectShown = project !== undefined && (name !== undefined || limit !== undefined);
  const called = name === undefined ? "This project" : `Project ${inlineCode(name)}`;
  const rows = [
    row("This session", session),
    ...(isProjectShown ? [row(`${called} today`, project.spent, limit)] : []),
    ...(channel ? [row("This channel today", channel.today)] : []),
    ...(channel ? [row(`This channel since ${channel.since}`, channel.inAll)] : []),
  ];
  return [
    "| | Cost | Tokens in | Tokens out |",
    "|:--|--:|--:|--:|",
    ...rows,
    "",
    `*Days in ${timeZone}*`,
  ].join("\n");
}

function row(what: string, { microUsd, inputTokens, outputTokens }: Spent, limit?: number): string {
  const of = limit === undefined ? "" : ` of ${money(limit)}`;
  return `| ${cell(what)} | ${money(microUsd)}${of} | ${count(inputTokens)} | ${count(outputTokens)} |`;
}

export interface ContextUse {
  readonly totalTokens: number;
  readonly maxTokens: number;
  readonly percentage: number;
  readonly categories: readonly { readonly name: string; readonly tokens: number; readonly kind: string }[];
}

/** `table`: what it is used for, if anything. */
export function renderContext({ totalTokens, maxTokens, percentage, categories }: ContextUse) {
  const used = categories.filter(({ kind, tokens }) => kind === "used" && tokens > 0);
  const rows = used.map(({ name, tokens }) => `| ${cell(inlineCode(name, 60))} | ${count(tokens)} |`);
  return {
    text: `🧠 **Context**: ${Math.round(percentage)} % used, ${count(totalTokens)} of ${count(maxTokens)} tokens`,
    table: rows.length === 0 ? "" : ["| For | Tokens |", "|:--|--:|", ...rows].join("\n"),
  };
}

export interface PlanUse {
  /** Undefined where no plan's limits apply, as with an API key. */
  readonly windows:
    | readonly {
        readonly window: string;
        /** From 0 to 100. */
        readonly percentage: number;
        /** Milliseconds since the epoch. */
        readonly resetsAt: number | undefined;
      }[]
    | undefined;
}

export function renderUsage({ windows }: PlanUse, now: number, timeZone: string) {
  if (windows === undefined || windows.length === 0) {
    const text =
      windows === undefined
        ? "📊 No limits of a plan apply to this Claude: it has an API key, or can't see them. `!cost` tells what was used."
        : "📊 Claude knows of no limits of its plan yet. Ask again after its next answer.";
    return { text, table: "" };
  }
  const rows = windows.map(({ window, percentage, resetsAt }) => {
    const reset = resetsAt === undefined ? "" : moment(resetsAt, now, timeZone);
    return `| ${cell(limitName(window))} | ${Math.floor(percentage)} % | ${reset} |`;
  });
  return {
    text: `📊 **Limits of Claude's plan**, times in ${timeZone}`,
    table: ["| Limit | Used | Resets |", "|:--|--:|:--|", ...rows].join("\n"),
  };
}
