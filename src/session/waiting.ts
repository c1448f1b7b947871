// Messages that are not Claude's yet, and what becomes of them when their writers, or somebody who may interrupt, think
// again: what Claude has not got is withdrawn or changed, what it has got stays.

import type { PostId } from "../mattermost/types.ts";
import { askGuest } from "./guests.ts";
import { notWaiting, say, takeUpWork } from "./state.ts";
import { finishTurn } from "./turn.ts";
import type { Message, Step } from "./types.ts";

/** The message of that post, while Claude has nothing of it. */
function unsent({ state }: Step, postId: PostId): Message | undefined {
  const { inFlight, isPreparing, queue } = state;
  return isPreparing && inFlight?.postId === postId
    ? inFlight
    : queue.find((message) => message.postId === postId);
}

/** A message that waited was deleted by who wrote it. */
export function messageDeleted(step: Step, postId: PostId): void {
  const message = unsent(step, postId);
  if (message) {
    withdraw(step, message);
    takeUpWork(step);
  }
}

/** The words of a message that waits are other ones now. */
export function messageEdited(step: Step, postId: PostId, text: string): void {
  const { state } = step;
  const message = unsent(step, postId);
  if (!message || message.text === text) {
    return;
  }
  if (text.trim() === "" && message.attachments.length === 0) {
    messageDeleted(step, postId);
  } else if (message.isSlashCommand || /^\s*[!/]/.test(text)) {
    // What a command is, and who may give it, was decided when it came.
    withdraw(step, message);
    say(step, "✏️ A command that waited was edited, so it was withdrawn. Send it again as a new message.");
    takeUpWork(step);
  } else if (message.vouchedBy) {
    // These are not the words that somebody has let in.
    withdraw(step, message);
    const { vouchedBy: _, ...asked } = message;
    askGuest(step, { ...asked, text });
    takeUpWork(step);
  } else if (message === state.inFlight) {
    withdraw(step, message);
    state.queue.unshift({ ...message, text });
    takeUpWork(step);
  } else {
    state.queue.splice(state.queue.indexOf(message), 1, { ...message, text });
  }
}

/** The message under way is withdrawn, when Claude has nothing of it yet; true when it was. */
export function withdrawUnsent(step: Step): boolean {
  const { inFlight, isPreparing } = step.state;
  if (!inFlight || !isPreparing) {
    return false;
  }
  withdraw(step, inFlight);
  return true;
}

function withdraw(step: Step, message: Message): void {
  const { state } = step;
  if (message === state.inFlight) {
    state.inFlight = undefined;
    state.isPreparing = false;
    finishTurn(step);
  } else {
    state.queue.splice(state.queue.indexOf(message), 1);
    notWaiting(step, message);
  }
}
