// What a session looks like from outside: for the terminal, the status and the figures. Says no words of anybody's.

import type { ThreadId } from "../mattermost/types.ts";
import type { Ask } from "./ask-types.ts";
import type { SessionContext } from "./context.ts";
import { type Phase, slotOf } from "./phases.ts";
import type { Signal } from "./signals.ts";
import type { SessionState } from "./types.ts";

export interface SessionView {
  readonly threadId: ThreadId;
  /** Of projects.yaml; absent: the one of the settings. */
  readonly project?: string;
  /** Who began it. */
  readonly by: string;
  readonly phase: Phase["name"];
  /** Of those that run: counted from 1. */
  readonly slot: number | undefined;
  /** What somebody is asked; the subject is such as "permission for Bash". */
  readonly asks: readonly { readonly key: string; readonly subject: string }[];
  /** Messages that wait for Claude. */
  readonly queued: number;
  /** Milliseconds since the epoch. */
  readonly lastActivityAt: number;
  /** Where Claude works; absent: on this one. `isAway`: it is tried again and again. */
  readonly machine?: { readonly name: string; readonly isAway: boolean };
}

/** How a Claude ended that was not told to: by itself, or for us, with the way to its machine. */
export type ClaudesEnd = "crashed" | "unreached" | "cut";

export function claudesEnd(signal: Signal): ClaudesEnd | undefined {
  return signal.type === "claude" && signal.event.type === "exited"
    ? (signal.event.lost ?? "crashed")
    : undefined;
}

export function viewOf(
  threadId: ThreadId,
  state: SessionState,
  { project, machine }: Pick<SessionContext, "project" | "machine">,
): SessionView {
  return {
    threadId,
    ...(project === undefined ? {} : { project }),
    by: state.owner.name,
    phase: state.phase.name,
    slot: slotOf(state),
    asks: state.asks.map((ask) => ({ key: ask.key, subject: subjectOf(ask) })),
    queued: state.queue.length,
    lastActivityAt: state.lastActivityAt,
    ...(machine === undefined
      ? {}
      : { machine: { name: machine, isAway: state.steering.away !== undefined } }),
  };
}

export function subjectOf(ask: Ask): string {
  switch (ask.kind) {
    case "permission":
      return `permission for ${ask.use.name}`;
    case "plan":
      return "a decision about a plan";
    case "question":
      return "an answer";
    case "guest":
      return "a decision about a guest's message";
  }
}
