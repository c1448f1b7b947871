// The list of a channel's sessions. Pure; names nobody so that they are notified.

import { type Notice, notice } from "./attachments.ts";
import { cell, inlineCode } from "./markdown.ts";

export interface ListedSession {
  readonly title: string | undefined;
  /** To its thread. */
  readonly link: string | undefined;
  readonly project: string | undefined;
  readonly by: string;
  readonly state: SessionStateInWords;
  readonly model: string | undefined;
  /** When something last happened in it. */
  readonly at: number;
}

export type SessionStateInWords =
  | { readonly kind: "waits"; readonly names: readonly string[] }
  | { readonly kind: "works" | "background" | "idle" | "asleep" | "terminal" };

const STATES = {
  works: "⏳ works",
  background: "⏳ runs something in the background",
  idle: "💬 idle",
  asleep: "💤 asleep",
  terminal: "💻 in a terminal",
} as const;

const MOST = 30;

function sessionList(sessions: readonly ListedSession[], now: number): string {
  const newest = [...sessions].sort((one, other) => other.at - one.at);
  const isOfProjects = new Set(newest.map(({ project }) => project)).size > 1;
  const head = ["Session", ...(isOfProjects ? ["Project"] : []), "Who", "State", "Model", "Last"];
  const rows = newest
    .slice(0, MOST)
    .map((one) => [
      linked(one),
      ...(isOfProjects ? [inlineCode(one.project ?? "")] : []),
      inlineCode(`@${one.by}`),
      stateOf(one.state),
      one.model === undefined ? "" : inlineCode(one.model, 60),
      age(now - one.at),
    ]);
  const table = [head, head.map(() => ":--"), ...rows].map((row) => `| ${row.map(cell).join(" | ")} |`);
  const more = newest.length - MOST;
  return [...table, ...(more > 0 ? ["", `… and ${more} older`] : [])].join("\n");
}

export function sessionsNotice(sessions: readonly ListedSession[], now: number): Notice {
  return sessions.length === 0
    ? notice("There is no session in this channel. Mention me with your request to start one.")
    : notice("The sessions of this channel that you may take part in.", sessionList(sessions, now));
}

/** Somebody's words, in which no mark means anything. */
export function titleInWords(title: string): string {
  return inlineCode(title, 60);
}

function linked({ link, title }: ListedSession): string {
  const name = title === undefined ? "(nothing said yet)" : titleInWords(title);
  return link === undefined ? name : `[🧵](${link}) ${name}`;
}

function stateOf(state: SessionStateInWords): string {
  if (state.kind !== "waits") {
    return STATES[state.kind];
  }
  const names = state.names.map((name) => inlineCode(`@${name}`));
  return `⚠️ waits for ${names.length === 0 ? "a decision" : names.join(", ")}`;
}

function age(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) {
    return "just now";
  }
  const [count, unit] =
    minutes < 60
      ? [minutes, "min"]
      : minutes < 1440
        ? [Math.floor(minutes / 60), "h"]
        : [Math.floor(minutes / 1440), "d"];
  return `${count} ${unit} ago`;
}
