// Where a session comes from that begins with a conversation: what is asked of whoever makes it, and what comes back.

import type { Person } from "../authorization.ts";
import type { SessionContext } from "../context.ts";
import type { OtherPrograms } from "../dependencies.ts";
import type { SessionState } from "../types.ts";

export type Origin =
  | {
      readonly kind: "fork";
      /** The line of the conversation `from` up to which this one knows it. */
      readonly conversation: { readonly from: string; readonly at: string };
      /** To the thread that it comes from. */
      readonly link: string | undefined;
      readonly title: string | undefined;
      /** Where Claude works there. */
      readonly directory: string;
      readonly mode: string | undefined;
      readonly isAuto: boolean;
    }
  /** It was begun in a terminal. */
  | {
      readonly kind: "terminal";
      readonly conversationId: string;
      /** How far it goes now. */
      readonly bytes: number;
      /** How many messages people have written there. */
      readonly prompts: number;
    };

export interface ForkRequest {
  readonly by: Person;
  /** The message that Claude works on: the new conversation ends before it. */
  readonly before: string | undefined;
  readonly title: string | undefined;
  readonly conversationId: string;
  /** What Claude may do here: there it may do no more than that, and no more than in a new session. */
  readonly mode: string | undefined;
  readonly isAuto: boolean;
}

/** `problem`: a sentence or two for people. */
export type ForkOutcome = { readonly link: string | undefined } | { readonly problem: string };

/** What others have done with the conversation, as far as that can be seen. */
export interface Elsewhere {
  readonly conversationId: string;
  /** What was written to Claude in it since it was last looked at; undefined: nothing is saved. */
  readonly news: { readonly bytes: number; readonly uuids: readonly string[] } | undefined;
  /** A process of somebody else that has it open. */
  readonly pid?: number | undefined;
}

export function placeFrom(origin: Origin | undefined, context: SessionContext): SessionContext {
  return origin?.kind === "fork" ? { ...context, directory: origin.directory } : context;
}

/** `isStart`: Claude is about to be started, and must be the only one. `own`: our process, which may still be ending. */
export function elsewhereOf(
  { conversation, steering }: SessionState,
  others: OtherPrograms | undefined,
  { isStart, own }: { readonly isStart: boolean; readonly own: number | undefined },
): Elsewhere | undefined {
  const { id, progress } = conversation;
  if (!others || progress !== "begun") {
    return undefined;
  }
  const bytes = steering.seen?.id === id ? steering.seen.bytes : undefined;
  return {
    conversationId: id,
    news: others.promptsSince(id, bytes),
    pid: isStart ? others.runsElsewhere(id, own) : undefined,
  };
}

/** Nothing of what somebody has allowed there is taken along. */
export function beginFrom(state: SessionState, origin: Origin): void {
  const { conversation, steering } = state;
  if (origin.kind === "fork") {
    conversation.fork = origin.conversation;
    state.auto = origin.isAuto ? state.auto : undefined;
    steering.mode = origin.mode;
    steering.title = origin.title && `fork: ${origin.title}`;
  } else {
    conversation.id = origin.conversationId;
    conversation.progress = "begun";
    // It has a name that somebody there may have given it.
    steering.titled = origin.conversationId;
    steering.seen = { id: origin.conversationId, bytes: origin.bytes };
  }
}
