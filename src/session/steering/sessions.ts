// `!sessions`: what the sessions of the channel are about and what they wait for, for those who may take part in them.

import type { ClaudeEvent } from "../../claude/types.ts";
import type { ThreadId, UserId } from "../../mattermost/types.ts";
import { type ListedSession, type SessionStateInWords, sessionsNotice } from "../../render/sessions.ts";
import { authorize, type Person } from "../authorization.ts";
import { isBot } from "../bots.ts";
import { busyReasonOf } from "../busy.ts";
import type { SessionContext } from "../context.ts";
import { isAsleep } from "../phases.ts";
import { say } from "../state.ts";
import type { SessionState, Step } from "../types.ts";

export function onSessionsCommand(step: Step, by: Person): void {
  const list = step.context.sessionsFor?.(by.id) ?? [];
  const { attachment, markdown } = sessionsNotice(list, step.now);
  say(step, attachment.text, markdown);
}

/** As much of a session's state as a list tells of it. */
export type ListedState = Pick<SessionState, "owner" | "participants" | "lastActivityAt"> & {
  readonly steering: Pick<SessionState["steering"], "title" | "lastModel">;
};

export const listedFor = (
  by: UserId,
  threadId: ThreadId,
  state: SessionState,
  context: SessionContext,
): ListedSession | undefined => listing(by, threadId, state, stateOf(state, context), context);

/** Undefined for who may not take part in it: it is not named to them. */
export function listing(
  by: UserId,
  threadId: ThreadId,
  listed: ListedState,
  inWords: SessionStateInWords,
  context: SessionContext,
): ListedSession | undefined {
  const { owner, steering, lastActivityAt } = listed;
  return authorize("message", by, listed, context.rightsOf)
    ? {
        title: steering.title,
        link: context.linkTo?.(threadId),
        project: context.project,
        by: owner.name,
        state: inWords,
        model: steering.lastModel,
        at: lastActivityAt,
      }
    : undefined;
}

function stateOf(state: SessionState, context: SessionContext): SessionStateInWords {
  const ask = state.asks[0];
  if (ask) {
    const approvers = ask.kind === "permission" || ask.kind === "plan" ? context.approvers() : [];
    const { owner } = state;
    if (isBot(context, owner.id)) {
      return { kind: "waits", names: approvers.length > 0 ? approvers : (context.listed?.() ?? []) };
    }
    const isOwners = approvers.length === 0 || context.rightsOf(owner.id)?.isApprover === true;
    return { kind: "waits", names: isOwners ? [owner.name] : approvers };
  }
  if (isAsleep(state)) {
    return { kind: state.steering.handover ? "terminal" : "asleep" };
  }
  const busy = busyReasonOf(state);
  return { kind: busy === undefined ? "idle" : busy === "turn" ? "works" : "background" };
}

/** A turn tells its model, and after the first one there is a conversation to be named. */
export function noteTurn(step: Step, event: ClaudeEvent): void {
  if (event.type === "turnStarted") {
    step.state.steering.lastModel = event.model;
  } else if (event.type === "turnEnded") {
    nameConversation(step);
  }
}

/** Claude is told what a terminal's list is to call the conversation; one that doesn't know how goes on without. */
function nameConversation({ state, emit }: Step): void {
  const { conversation, steering } = state;
  if (
    steering.title !== undefined &&
    steering.titled !== conversation.id &&
    conversation.progress === "begun"
  ) {
    steering.titled = conversation.id;
    emit({ type: "request", request: { kind: "rename", title: steering.title }, by: undefined });
  }
}
