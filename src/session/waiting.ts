// Messages that Claude has not got yet. Their writers may edit or delete them, and whoever may interrupt may withdraw
// them. What Claude has got stays.

import type { PostId } from "../mattermost/types.ts";
import type { Ask } from "./ask-types.ts";
import { slashText, withoutAside } from "./commands.ts";
import { askGuest } from "./guests.ts";
import { inFlightOf, takeInFlight } from "./phases.ts";
import { notWaiting, takeUpWork } from "./sending.ts";
import type { Message } from "./signals.ts";
import { say } from "./state.ts";
import { finishTurn } from "./turn.ts";
import type { SessionState, Step } from "./types.ts";

/**
 * Messages that Claude has not got: the one whose files are being fetched, and those that wait for their turn, for a
 * card's files, to be let in, or to be answered beside the work, which Claude may not be able to.
 */
export function unsentMessages(state: SessionState): Message[] {
  const { asks, queue, steering } = state;
  const inFlight = inFlightOf(state);
  const withAsks = asks.flatMap((ask) => [...(ask.reply ? [ask.reply] : []), ...guestMessage(ask)]);
  return [...(inFlight?.isPreparing ? [inFlight.message] : []), ...queue, ...withAsks, ...steering.asides];
}

const guestMessage = (ask: Ask): Message[] => (ask.kind === "guest" ? [ask.message] : []);

/** The message of that post, while Claude has nothing of it; those of guests have their cards. */
function unsent({ state }: Step, postId: PostId): Message | undefined {
  const guests = state.asks.flatMap(guestMessage);
  return unsentMessages(state).find((message) => message.postId === postId && !guests.includes(message));
}

/** After a restart each message that waits is told again as its post has it. */
function isUnchanged(message: Message, text: string): boolean {
  return message.text === (message.isSlashCommand ? slashText(text) : text);
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
export function messageEdited(step: Step, postId: PostId, edited: string): void {
  const { state } = step;
  const message = unsent(step, postId);
  const text = withoutAside(edited);
  if (!message || isUnchanged(message, text)) {
    return;
  }
  if (text.trim() === "" && message.files.length === 0) {
    messageDeleted(step, postId);
  } else if (message.isSlashCommand || /^\s*[!/]/.test(text)) {
    // What a command is, and who may give it, was decided when it came.
    withdraw(step, message);
    say(step, "✏️ A command that waited was edited, so it was withdrawn. Send it again as a new message.");
    takeUpWork(step);
  } else if (message.approvedBy) {
    // These are not the words that somebody has let in.
    withdraw(step, message);
    const { approvedBy: _, ...asked } = message;
    askGuest(step, { ...asked, text });
    takeUpWork(step);
  } else if (message === inFlightOf(state)?.message) {
    withdraw(step, message);
    state.queue.unshift({ ...message, text });
    takeUpWork(step);
  } else if (state.steering.asides.includes(message)) {
    state.steering.asides = state.steering.asides.map((one) => (one === message ? { ...one, text } : one));
  } else if (!changeReply(step, message, text)) {
    state.queue.splice(state.queue.indexOf(message), 1, { ...message, text });
  }
}

/** The files of a reply are on their way, and go with the new words. False when it is none. */
function changeReply({ state }: Step, message: Message, text: string): boolean {
  const ask = state.asks.find(({ reply }) => reply === message);
  if (ask) {
    ask.reply = { ...message, text };
  }
  return ask !== undefined;
}

/** The message under way is withdrawn, when Claude has nothing of it yet; true when it was. */
export function withdrawUnsent(step: Step): boolean {
  const inFlight = inFlightOf(step.state);
  if (!inFlight?.isPreparing) {
    return false;
  }
  withdraw(step, inFlight.message);
  return true;
}

function withdraw(step: Step, message: Message): void {
  const { state } = step;
  const ask = state.asks.find(({ reply }) => reply === message);
  if (ask) {
    ask.reply = undefined;
    notWaiting(step, message);
  } else if (message === inFlightOf(state)?.message) {
    takeInFlight(state);
    finishTurn(step);
  } else if (state.steering.asides.includes(message)) {
    state.steering.asides = state.steering.asides.filter((one) => one !== message);
    notWaiting(step, message);
  } else {
    state.queue.splice(state.queue.indexOf(message), 1);
    notWaiting(step, message);
  }
}
