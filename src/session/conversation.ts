// The conversation a session resumes, by Claude's name for it. This is the only place that changes the name: when a
// process begins one, and when Claude has cleared it and names the one that begins.

import { claudeOf, inFlightOf } from "./phases.ts";
import { audit, say } from "./state.ts";
import { forgetHeard } from "./steering/undo.ts";
import type { SessionState, Step } from "./types.ts";

/** It names a file as well. */
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A process begins a conversation of that name: a waiting process brings one along. */
export function beginConversation(state: SessionState, id: string): void {
  state.conversation.id = id;
}

/**
 * A turn began in the conversation `id`. This id is followed only after a reset (`/clear`, or a plan that is carried
 * out in a conversation of its own, 2.1.330), because after a plain resume it may be any id.
 */
export function turnBeganIn(step: Step, id: string | undefined): void {
  const { state } = step;
  const { conversation } = state;
  const claude = claudeOf(state);
  // One that was just cleared is saved with the command's own message (2.1.330), and so it can be resumed as well.
  conversation.progress = "begun";
  conversation.fork = undefined;
  if (!claude?.isClearing) {
    return;
  }
  claude.isClearing = false;
  if (id === undefined || !UUID.test(id)) {
    return;
  }
  // Claude clears by itself as well: after a plan, for instance.
  const message = inFlightOf(state)?.message;
  const by = message?.isSlashCommand ? message.by : undefined;
  audit(step, "cleared", by, { before: conversation.id, now: id });
  conversation.id = id;
  conversation.isCleared = true;
  state.taskList = undefined;
  forgetHeard(step);
  state.turn.hasShown = true;
  say(step, `🧹 **Conversation cleared**${by ? ` by @${by.name}` : ""}`);
}
