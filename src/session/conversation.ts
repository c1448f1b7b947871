// The conversation a session resumes, by Claude's name for it. This is the only place that changes the name: when a
// process begins one, and when Claude has cleared it and names the one that begins.

import { audit, say } from "./state.ts";
import type { SessionState, Step } from "./types.ts";

/** It names a file as well. */
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A process begins a conversation of that name: a waiting process brings one along. */
export function beginConversation(state: SessionState, id: string): void {
  state.conversationId = id;
}

/** `/clear`, or a plan that is carried out in a conversation of its own (2.1.330): the turn that begins next names the new conversation; until then the old one is to be resumed. */
export function conversationReset({ state }: Step): void {
  state.isClearing = true;
}

/**
 * A turn began in the conversation `id`. Only after a reset is that followed: a plain resume shows whatever id it likes.
 * Nothing is saved of a conversation that was just begun, so there is nothing to resume yet.
 */
export function turnBeganIn(step: Step, id: string | undefined): void {
  const { state } = step;
  if (!state.isClearing) {
    state.hasConversation = true;
    return;
  }
  state.isClearing = false;
  if (id === undefined || !UUID.test(id)) {
    return;
  }
  // Claude clears by itself as well: after a plan, for instance.
  const by = state.inFlight?.isSlashCommand ? state.inFlight.by : undefined;
  audit(step, "cleared", by, { before: state.conversationId, now: id });
  state.conversationId = id;
  state.hasConversation = false;
  state.hasCleared = true;
  state.tasks = [];
  state.tasksKey = undefined;
  state.turn.hasShown = true;
  say(step, `🧹 **Conversation cleared**${by ? ` by @${by.name}` : ""}`);
}
