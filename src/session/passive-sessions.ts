// Sessions at rest: they sleep, nobody waits for anything, and to take them up again would cause nothing. Of these no more
// is in memory than what is said of them in lists; the rest is read from their documents when somebody turns to them.

import type { PostId, ThreadId, UserId } from "../mattermost/types.ts";
import type { ListedSession } from "../render/sessions.ts";
import type { SessionContext } from "./context.ts";
import { isCardOnItsWay, openCardsOf } from "./open-cards.ts";
import type { SessionSnapshot } from "./snapshot.ts";
import { type ListedState, listing } from "./steering/sessions.ts";
import type { SessionState } from "./types.ts";
import type { SessionView } from "./view.ts";
import { unsentMessages } from "./waiting.ts";

export interface PassiveSession {
  readonly threadId: ThreadId;
  readonly conversationId: string;
  readonly state: ListedState;
}

/** What a start takes up: of a session at rest no more than it needs, or a thousand of them would be in memory at a time. */
export type KeptSession =
  | SessionSnapshot
  | (Pick<SessionSnapshot, "threadId" | "project" | "directory" | "process"> & {
      readonly passive: PassiveSession;
    });

export function keptOf(snapshot: SessionSnapshot): KeptSession {
  const { threadId, project, directory, process, state } = snapshot;
  return isAtRest(snapshot)
    ? {
        threadId,
        ...(project === undefined ? {} : { project }),
        directory,
        process,
        passive: passiveOf(threadId, state),
      }
    : snapshot;
}

export function passiveOf(threadId: ThreadId, state: SessionState): PassiveSession {
  const { owner, participants, lastActivityAt, conversation } = state;
  const { title, lastModel } = state.steering;
  return {
    threadId,
    conversationId: conversation.id,
    state: { owner, participants, lastActivityAt, steering: { title, lastModel } },
  };
}

/** `writer`: nothing is left to write either. */
export function isAtRest({ state, writer }: Pick<SessionSnapshot, "state" | "writer">): boolean {
  return (
    writer.writes.length === 0 &&
    writer.entries.every(([, { quarantined }]) => quarantined === undefined) &&
    sleepsUnmarked(state) &&
    !isAwaited(state) &&
    // What people have let through is judged, with those who did, before anything else of a start.
    state.auto === undefined &&
    state.steering.modeBy === undefined &&
    state.steering.rules.length === 0 &&
    state.worktree === undefined &&
    typeof state.conversation.progress === "string"
  );
}

const sleepsUnmarked = ({ phase }: SessionState): boolean =>
  phase.name === "asleep" && phase.slot === undefined && !phase.isMarkedStopped;

/** Somebody, or mm-claude itself, comes back to something in it. */
function isAwaited(state: SessionState): boolean {
  const { asked, away, calls = [], handover, limits, undo, wanted } = state.steering;
  const posts: readonly PostId[] = [
    ...openCardsOf(state).map(({ postId }) => postId),
    ...unsentMessages(state).map(({ postId }) => postId),
    ...state.waiting,
  ];
  return (
    posts.length > 0 ||
    isCardOnItsWay(state) ||
    state.asks.length > 0 ||
    state.cutOff !== undefined ||
    state.earlyReactions.length > 0 ||
    state.background.length > 0 ||
    asked.length > 0 ||
    calls.length > 0 ||
    (away ?? handover ?? undo ?? wanted ?? limits.hold) !== undefined ||
    limits.goesOn !== "no"
  );
}

export class PassiveSessions {
  readonly #sessions = new Map<ThreadId, PassiveSession>();

  add(session: PassiveSession): void {
    this.#sessions.set(session.threadId, session);
  }

  /** False when there is none of that thread. */
  take(threadId: ThreadId): boolean {
    return this.#sessions.delete(threadId);
  }

  holds(conversationId: string): boolean {
    return this.#all().some((session) => session.conversationId === conversationId);
  }

  views({ project, machine }: Pick<SessionContext, "project" | "machine">): SessionView[] {
    return this.#all().map(({ threadId, state }) => ({
      threadId,
      ...(project === undefined ? {} : { project }),
      by: state.owner.name,
      phase: "asleep",
      slot: undefined,
      asks: [],
      queued: 0,
      lastActivityAt: state.lastActivityAt,
      ...(machine === undefined ? {} : { machine: { name: machine, isAway: false } }),
    }));
  }

  listedFor(by: UserId, context: SessionContext): ListedSession[] {
    return this.#all().flatMap(
      ({ threadId, state }) => listing(by, threadId, state, { kind: "asleep" }, context) ?? [],
    );
  }

  #all(): PassiveSession[] {
    return [...this.#sessions.values()];
  }
}
