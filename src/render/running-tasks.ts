// The words of what runs beside Claude's turns: its post while it runs and when it has ended, the line of its end, the
// list. Pure.

import { inlineCode } from "./markdown.ts";

export type TaskKind = "command" | "subagent";

/** What people are told it is. A subagent's is its label already. */
export interface TaskName {
  readonly kind: TaskKind;
  readonly number: number;
  readonly what: string;
}

export interface TaskUsage {
  readonly tools: number;
  readonly tokens: number;
  readonly lastTool?: string | undefined;
}

/** What became of it. `by`: who stopped it. */
export interface TaskEnd {
  /** `completed`, `failed`, `stopped`; undefined where nobody tells. */
  readonly status: string | undefined;
  /** As Claude Code says it. */
  readonly summary: string;
  readonly by: string | undefined;
}

function taskName(name: TaskName): string {
  return name.kind === "subagent" ? name.what : `⚙️ ${taskInSentence(name)}`;
}

/** In a sentence that has a sign of its own. */
export function taskInSentence({ kind, number, what }: TaskName): string {
  return kind === "subagent" ? what : `**Task ${number}** ${inlineCode(what, 100)}`;
}

export function runningCommand(
  name: TaskName,
  since: number,
  timeZone: string,
  printed: string,
  hint: string,
): string {
  const at = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  return `${taskName(name)} ⏳ since ${at.format(since)} (${timeZone})${hint}${below(printed)}`;
}

export function endedCommand(name: TaskName, end: TaskEnd, ms: number, printed: string): string {
  const how = [sign(end), exitCode(end), after(ms)].filter((part) => part !== "").join(" ");
  return `${taskName(name)} ${how}${below(printed)}`;
}

const below = (printed: string): string => (printed === "" ? "" : `\n↳ ${printed}`);

export function runningSubagent(label: string, ms: number, usage: TaskUsage | undefined): string {
  const parts = [ms < SHORT_MS ? "" : duration(ms), ...used(usage)].filter((part) => part !== "");
  return `${label} ⏳${parts.length === 0 ? "" : ` ${parts.join(" · ")}`}`;
}

export function endedSubagent(
  label: string,
  signOfEnd: string,
  ms: number,
  usage: TaskUsage | undefined,
): string {
  const told = usage && { ...usage, lastTool: undefined };
  const parts = [ms < SHORT_MS ? "" : duration(ms), ...used(told)].filter((part) => part !== "");
  return `${label} ${signOfEnd}${parts.length === 0 ? "" : ` ${parts.join(" · ")}`}`;
}

function used(usage: TaskUsage | undefined): string[] {
  if (!usage || usage.tools + usage.tokens === 0) {
    return [];
  }
  const { tools, tokens, lastTool } = usage;
  const last = lastTool === undefined ? "" : `, last ${inlineCode(lastTool, 40)}`;
  return [
    tools === 0 ? "" : `${tools} ${tools === 1 ? "tool" : "tools"}${last}`,
    tokens === 0 ? "" : `${count(tokens)} tokens`,
  ];
}

/** The line in the thread that tells of its end, which is why Claude goes on. */
export function endLine(name: TaskName, end: TaskEnd): string {
  const { status = "", by } = end;
  if (by !== undefined) {
    return `🛑 ${taskInSentence(name)} was stopped by @${by}`;
  }
  const how = [VERBS[status] ?? "has ended", SIGNS[status] ?? "", exitCode(end)];
  return [taskName(name), ...how].filter((part) => part !== "").join(" ");
}

const VERBS: Readonly<Record<string, string>> = { failed: "has failed", stopped: "was stopped" };
const SIGNS: Readonly<Record<string, string>> = { completed: "✅", failed: "❌", stopped: "🛑" };

function sign({ status, by }: TaskEnd): string {
  const shown = status === undefined ? "⚪ has ended" : (SIGNS[status] ?? "❌");
  return by === undefined ? shown : `${shown} stopped by @${by}`;
}

/** 2.1.330: `Background command "…" completed (exit code 0)`. */
function exitCode({ summary }: TaskEnd): string {
  const code = /\(exit code (-?\d{1,10})\)$/.exec(summary.trimEnd().slice(-40))?.[1];
  return code === undefined ? "" : `exit code ${code}`;
}

/** For less than that nobody wants to know how long it took. */
const SHORT_MS = 5_000;

const after = (ms: number): string => (ms < SHORT_MS ? "" : `after ${duration(ms)}`);

/** 40 s, 3 min, 2 h 5 min. */
function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) {
    return `${seconds} s`;
  }
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const count = (tokens: number): string => (tokens < 1000 ? String(tokens) : `${Math.round(tokens / 1000)}k`);

/** How terminals are told of colours and places. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what they begin with
const ESCAPES = /\u001b\[[0-9;?]{0,40}[@-~]/g;

/** What the CLI itself writes below what a command has printed (2.1.330). */
const EXIT = /\[exited with code -?\d{1,10}\]\s{0,9}$/;

/** The last line that a command printed; where people have not seen what runs, only how much there is. */
export function lastPrinted(output: string, bytes: number, mayQuote: boolean): string {
  if (bytes === 0) {
    return "";
  }
  if (!mayQuote) {
    return `${size(bytes)} printed`;
  }
  // A bar that grows in place is written over and over in one line.
  const lines = output
    .replace(ESCAPES, "")
    .replace(EXIT, "")
    .split(/[\r\n]/);
  const last = lines.findLast((line) => line.trim() !== "")?.trim() ?? "";
  return last === "" ? "" : inlineCode(last, 120);
}

const size = (bytes: number): string =>
  bytes < 1000
    ? `${bytes} bytes`
    : bytes < 1e6
      ? `${Math.round(bytes / 1000)} kB`
      : `${Math.round(bytes / 1e6)} MB`;

export interface ListedTask extends TaskName {
  /** How long it has run. */
  readonly ms: number;
  readonly printed: string;
  readonly usage: TaskUsage | undefined;
}

export function taskList(tasks: readonly ListedTask[]): string {
  return tasks.map((task) => listed(task)).join("\n");
}

function listed(task: ListedTask): string {
  const { kind, number, what, ms, printed, usage } = task;
  const name = kind === "subagent" ? `**${number}** ${what}` : `**${number}** ⚙️ ${inlineCode(what, 100)}`;
  return [name, duration(ms), ...used(usage), printed].filter((part) => part !== "").join(" · ");
}
