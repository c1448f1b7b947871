import type { MessageBlock } from "../claude/types.ts";
import { attachment, type Tone } from "../render/attachments.ts";
import { inlineCode } from "../render/markdown.ts";
import { homePath } from "../render/paths.ts";
import { spokenBy, withoutLabels } from "../render/speaker-labels.ts";
import { callableNames } from "./bots.ts";
import { askForSlot, beginWork, type InFlight, inFlightOf, wake } from "./phases.ts";
import type { Message, Signal } from "./signals.ts";
import { may, newTurn, say, updateHeader } from "./state.ts";
import { isAway } from "./steering/away.ts";
import { noteTitle, takeNote } from "./steering/heard.ts";
import { isHeld } from "./steering/hold.ts";
import { changesSettings, slashNameIn } from "./steering/slash-rights.ts";
import { judgeMode, noteGiven, requestChoices } from "./steering/start.ts";
import type { SessionState, Step } from "./types.ts";
import { isPlaceReady } from "./worktree-state.ts";

/** A Claude that says nothing at all about a message for this long is not going to. */
export const SILENT_START_MS = 120_000;

/** Gives Claude the next message, or asks for a place to run in; does nothing while a turn runs. */
export function takeUpWork(step: Step): void {
  const { state } = step;
  dropUnauthorized(step);
  const { phase } = state;
  if (phase.name === "working" || phase.name === "ended") {
    return;
  }
  if (state.queue.length === 0 && !state.steering.wanted) {
    return;
  }
  if (isHeld(step) && !state.steering.wanted) {
    return;
  }
  if (phase.name === "asleep") {
    if (!isPlaceReady(step)) {
      return;
    }
    if (typeof phase.slot !== "number") {
      if (!isAway(state)) {
        askForSlot(step);
      }
      return;
    }
    leaveLostDirectory(step);
    startProcess(step, phase.slot);
  }
  askWanted(step);
  if (!isHeld(step)) {
    sendNext(step);
  }
}

function askWanted({ state: { steering }, emit }: Step): void {
  if (steering.wanted) {
    emit({ type: "request", ...steering.wanted });
    steering.wanted = undefined;
  }
}

/** A message may have waited for long, and who wrote it may have lost the right to by now. */
export function dropUnauthorized(step: Step): void {
  const { state } = step;
  const dropped = state.queue.filter((message) => !maySend(step, message));
  if (dropped.length === 0 || state.phase.name === "ended") {
    return;
  }
  state.queue.splice(0, state.queue.length, ...state.queue.filter((message) => !dropped.includes(message)));
  for (const message of dropped) {
    notWaiting(step, message);
    const name = inlineCode(`@${message.by.name}`);
    const why = may(step, "message", message.by) ? "change Claude's settings" : "take part any more";
    say(step, `🔒 A message of ${name} waited, and Claude did not get it: they may not ${why}`);
  }
}

/** As things stand now. A slash command that changes settings is for those who may approve. */
function maySend(step: Step, { by, approvedBy, isSlashCommand, text }: Message): boolean {
  if (isSlashCommand && changesSettings(slashNameIn(text), step.state.commands)) {
    return may(step, "approve", by);
  }
  return may(step, "message", by) || (approvedBy !== undefined && may(step, "steer", approvedBy));
}

/** What was said there can't be taken up where Claude works now. */
function leaveLostDirectory(step: Step): void {
  const { state, context } = step;
  const { progress } = state.conversation;
  if (typeof progress === "string") {
    return;
  }
  const gone = inlineCode(homePath(progress.lostDirectory, context.home));
  const here = inlineCode(homePath(context.directory, context.home));
  say(step, `ℹ️ The directory ${gone} is gone: Claude starts afresh in ${here}, with this thread as context.`);
  updateHeader(step);
  startAfresh(state);
}

/**
 * What was said is lost: the next message begins a new conversation, with the thread as context unless that was
 * cleared.
 */
export function startAfresh({ conversation, queue }: SessionState): void {
  conversation.progress = "new";
  const [first, ...rest] = queue;
  if (first && !conversation.isCleared) {
    queue.splice(0, queue.length, { ...first, withThread: true }, ...rest);
  }
}

function startProcess(step: Step, slot: number): void {
  const { state } = step;
  wake(state, slot);
  state.steering.cannot = [];
  if (step.context.machine !== undefined) {
    // What Claude is told from now on is not followed there: only once it has ended, it is known again how far it goes.
    state.steering.seen = undefined;
  }
  const resume = state.conversation.progress === "begun";
  const isOtherMode = judgeMode(step);
  if (noteGiven(step) || isOtherMode) {
    updateHeader(step);
  }
  step.emit({ type: "startClaude", generation: state.generation, resume });
  requestChoices(step);
  step.emit({ type: "setTimer", name: "idle", ms: step.context.idleMs });
}

function sendNext(step: Step): void {
  const { state } = step;
  const message = state.queue.shift();
  if (!message) {
    return;
  }
  const isPreparing = message.withThread || message.files.length > 0;
  beginWork(state, { message, isPreparing });
  state.speakers.set(message.by.id, message.by.name);
  noteTitle(state, message);
  beginTurn(step, message);
  notWaiting(step, message);
  step.emit({ type: "typing", isOn: true });
  const text = wordsFor(step, message);
  if (isPreparing) {
    step.emit({ type: "prepare", generation: state.generation, message, text });
  } else {
    send(step, message.uuid, [{ type: "text", text }]);
  }
}

/** What goes along with the message under way is there. */
export function prepared(step: Step, signal: Signal & { readonly type: "prepared" }): void {
  const inFlight = preparing(step, signal);
  if (inFlight) {
    inFlight.isPreparing = false;
    for (const problem of signal.problems ?? []) {
      say(step, `⚠️ ${problem}`);
    }
    send(step, signal.uuid, signal.content);
  }
}

/** Undefined when it was withdrawn meanwhile, or waits again, or is prepared for another process. */
export function preparing(
  { state }: Step,
  { uuid, generation }: Signal & { readonly type: "prepared" | "unprepared" },
): InFlight | undefined {
  const inFlight = inFlightOf(state);
  const isThis = inFlight?.isPreparing && inFlight.message.uuid === uuid && generation === state.generation;
  return isThis ? inFlight : undefined;
}

function send(step: Step, uuid: string, content: readonly MessageBlock[]): void {
  step.emit({ type: "send", uuid, content });
  step.emit({ type: "setTimer", name: "watchdog", ms: SILENT_START_MS });
}

export function beginTurn(step: Step, message?: Message): void {
  const { state, context } = step;
  step.emit({ type: "forget", keys: state.turn.transcript.keys });
  const previousMessageId = state.turn.streaming?.messageId ?? state.turn.previousMessageId;
  state.turn = {
    ...newTurn(state.postsMade++, context, callableNames(context, state), message),
    ...(message ? { beganAt: message.begunAt ?? step.now } : {}),
    previousMessageId,
  };
  if (state.cutOff && state.cutOff.until === undefined) {
    state.cutOff.until = message?.at ?? 0;
    showCutOff(step, "What was said since goes on.");
  }
}

/** What becomes of a turn that was cut off, on the post that says so. */
export function showCutOff({ state, emit }: Step, whatNext: string, tone: Tone = "void"): void {
  if (state.cutOff) {
    const text = `✂️ **This turn was cut off** when mm-claude stopped. ${whatNext}`;
    emit({
      type: "put",
      key: state.cutOff.key,
      markdown: "",
      attachment: attachment(tone, text),
      ifFrozen: "drop",
    });
  }
}

/** Who spoke matters once there is more than one speaker; a text that begins with "/" would be a command to Claude. */
function wordsFor({ state }: Step, message: Message): string {
  const text = withoutLabels(message.text);
  if (message.isSlashCommand) {
    return text;
  }
  const isNamed = state.speakers.size > 1 || text.trimStart().startsWith("/");
  return `${takeNote(state)}${isNamed ? spokenBy(message.by.name, message.text) : text}`;
}

/** The mark of a message that goes nowhere. */
export function markNotTaken(step: Step, { postId }: Message): void {
  step.emit({ type: "react", target: { postId }, emojiName: "no_entry_sign" });
}

/** 👀 on a message that is kept for later. */
export function showWaiting({ state, emit }: Step, { postId }: Pick<Message, "postId">): void {
  if (!state.waiting.has(postId)) {
    state.waiting.add(postId);
    emit({ type: "react", target: { postId }, emojiName: "eyes" });
  }
}

export function notWaiting(step: Step, message: Message): void {
  if (step.state.waiting.delete(message.postId)) {
    step.emit({ type: "unreact", target: { postId: message.postId }, emojiName: "eyes" });
  }
}
