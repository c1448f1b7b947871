// How a session sleeps, wakes and ends: its slot, its process, the words people are told.

import type { ClaudeEvent } from "../claude/types.ts";
import { fence, inlineCode, showHidden, truncate } from "../render/markdown.ts";
import { voidAsks } from "./asks.ts";
import type { Person } from "./authorization.ts";
import { busyReasonOf } from "./busy.ts";
import { leaveProcess } from "./leaving.ts";
import { loseConnection, showWhatWasLost } from "./lost-connection.ts";
import {
  claudeOf,
  endSession,
  inFlightOf,
  isUnderWay,
  markStopped,
  setSlot,
  takeInFlight,
} from "./phases.ts";
import { dropUnauthorized, notWaiting, showCutOff, startAfresh, takeUpWork } from "./sending.ts";
import type { SavedTurn } from "./signals.ts";
import { audit, breakPage, newKey, say, updateHeader } from "./state.ts";
import { callAfterTurn } from "./steering/calling.ts";
import { heardOfOthers, isTakenElsewhere } from "./steering/elsewhere.ts";
import { GO_ON, isWaitingForLimit } from "./steering/hold.ts";
import { voidHold, waitForPlace } from "./steering/limits.ts";
import { forgetAway, keepsTrying, machineIsBack, machineOf, tellTaken } from "./steering/machine.ts";
import type { Elsewhere } from "./steering/origin.ts";
import { voidUndo } from "./steering/undo.ts";
import type { Conversation, SessionState, Step } from "./types.ts";

export function slotGranted(
  step: Step,
  slot: number,
  saved: SavedTurn | undefined,
  elsewhere: Elsewhere | undefined,
): void {
  const { state, context } = step;
  if (state.phase.name !== "asleep") {
    return;
  }
  machineIsBack(step);
  if (elsewhere && isTakenElsewhere(step, elsewhere)) {
    return;
  }
  const isWaking = state.queue.length > 0 || state.steering.wanted !== undefined;
  if (elsewhere && isWaking) {
    heardOfOthers(step, elsewhere, true);
  }
  showWhatWasLost(step, saved);
  const wasTaken = dropSavedMessage(step, saved);
  dropUnauthorized(step);
  const isOver = state.queue.length === 0 && !state.steering.wanted;
  // Also where something of it stands there now: it looks like an answer, and may be Claude's words about its end.
  if (wasTaken && context.machine !== undefined) {
    tellTaken(step, isOver);
  }
  if (isOver) {
    setSlot(state, undefined);
    step.emit({ type: "releaseSlot" });
    return;
  }
  setSlot(state, slot);
  updateHeader(step);
  takeUpWork(step);
}

/** A message that Claude has saved is never sent again, though nobody told us that it was taken. */
export function dropSavedMessage(step: Step, saved: SavedTurn | undefined): boolean {
  const { state } = step;
  if (!saved?.holdsMessage) {
    return false;
  }
  const message = takeInFlight(state) ?? state.queue.shift();
  if (message) {
    notWaiting(step, message);
  }
  return message !== undefined;
}

export function slotRefused(step: Step): void {
  const { state, context } = step;
  setSlot(state, undefined);
  const { wanted } = state.steering;
  state.steering.wanted = undefined;
  if (keepsTrying(step)) {
    return;
  }
  if (isWaitingForLimit(state) || waitForPlace(step)) {
    // What waits goes on later; what somebody has just asked for does not.
    if (wanted) {
      say(step, tooBusy(context.maxSessions));
    }
    return;
  }
  for (const message of state.queue.splice(0)) {
    notWaiting(step, message);
  }
  say(step, tooBusy(context.maxSessions));
}

export function tooBusy(maxSessions: number): string {
  return `⚠️ **Too busy** - ${maxSessions} sessions active. Please try again later.`;
}

/** The idle timer fired: sleep, or wait for the rest of the time. */
export function idleTimer(step: Step): void {
  const { state, context } = step;
  if (!claudeOf(state)) {
    return;
  }
  const since = busyReasonOf(state) === undefined ? state.lastActivityAt : step.now;
  const leftMs = since + context.idleMs - step.now;
  if (leftMs > 0) {
    // No longer than that, also when the clock was set back in between.
    step.emit({ type: "setTimer", name: "idle", ms: Math.min(leftMs, context.idleMs) });
    return;
  }
  fallAsleep(step, "the session timed out", false);
  say(
    step,
    `⏰ **Session timed out** after ${duration(context.idleMs)} without activity. Reply in this thread to resume.`,
  );
}

/** Another session needs the slot. */
export function slotWithdrawn(step: Step): void {
  fallAsleep(step, "the session went to sleep", false);
}

export function fallAsleep(step: Step, why: string, isTurnCut: boolean): void {
  leaveProcess(step, why);
  step.emit({ type: "closeClaude", now: isTurnCut });
  updateHeader(step, { kind: "asleep" });
}

/** The process died without being told to. */
export function sleepAfterExit(
  step: Step,
  exit: ClaudeEvent & { readonly type: "exited" },
  saved: SavedTurn | undefined,
): void {
  const { conversation } = step.state;
  if (exit.lost) {
    loseConnection(step, exit.lost, exit.stderr);
    return;
  }
  if (inFlightOf(step.state)) {
    dropSavedMessage(step, saved);
  }
  leaveProcess(step, "Claude stopped");
  const retry = retryOf(step, exit.stderr);
  if (retry) {
    conversation.hasRetriedStart = true;
    conversation.progress = retry.progress;
    if (retry.notice) {
      say(step, retry.notice);
    }
    takeUpWork(step);
    return;
  }
  updateHeader(step, { kind: "asleep" });
  const words = exit.stderr.trim();
  const how = exit.signal ? `signal ${exit.signal}` : `exit code ${exit.code}`;
  const last = words === "" ? "" : fence(showHidden(truncate(words, 1500)));
  const what = exit.isMissing
    ? `💥 **Claude could not be started on ${machineOf(step)}**. Reply in this thread to try again.`
    : `💥 **Claude stopped unexpectedly** (${how}). Reply in this thread to resume.`;
  say(step, what, last);
  callAfterTurn(step, "stopped");
}

/** 1.0.128 can't give the copy an id; 2.0.76 and 2.1.330 name the conversation, or the line of it, that is not there. */
const CANT_FORK = /--session-id cannot be used with|No conversation found|No message found/i;

const whyNoFork = (stderr: string): string =>
  /cannot be used/i.test(stderr)
    ? "This version of Claude Code can't fork a conversation; 2.0.76 can"
    : "The conversation that this thread was to begin with is gone";

/** A start that failed over what is saved and what is not is tried once the other way. */
function retryOf(
  { state }: Step,
  stderr: string,
): { readonly progress: Conversation["progress"]; readonly notice?: string } | undefined {
  const { conversation } = state;
  if (conversation.hasRetriedStart || state.queue.length === 0) {
    return undefined;
  }
  if (conversation.fork && CANT_FORK.test(stderr)) {
    conversation.fork = undefined;
    return { progress: "new", notice: `ℹ️ ${whyNoFork(stderr)}. Claude starts afresh.` };
  }
  if (/No conversation found/i.test(stderr)) {
    startAfresh(state);
    const context = conversation.isCleared ? "" : ", with this thread as context";
    const notice = `ℹ️ Claude had not saved this conversation: it starts afresh${context}.`;
    return { progress: "new", notice };
  }
  if (/already in use/i.test(stderr)) {
    return { progress: "begun" };
  }
  // 2.0.76 ends at the first message after a background command has ended, and takes it when it is started again.
  return /only prompt commands are supported in streaming mode/i.test(stderr)
    ? { progress: conversation.progress }
    : undefined;
}

export function stop(step: Step, by: Person): void {
  audit(step, "stopped", by);
  end(step, "the session was cancelled");
  say(step, `🛑 **Session cancelled** by @${by.name}${keptWorktree(step.state)}`);
  step.emit({ type: "ended" });
}

/** What is left of it is somebody's to decide about. */
function keptWorktree({ worktree }: SessionState): string {
  const made = worktree?.status === "made" ? worktree.made : undefined;
  if (!made) {
    return "";
  }
  const { branch } = made;
  return `. 🌿 ${inlineCode(branch)} is kept. To remove its worktree: mention me with ${inlineCode(`worktree remove ${branch}`)}`;
}

/** Nobody sees what Claude does, or could answer it. What is said here stands in the thread once it can be written to. */
export function channelArchived(step: Step): void {
  forgetAway(step, "the channel was archived");
  if (step.state.phase.name !== "asleep") {
    fallAsleep(step, "the channel was archived", true);
    say(step, "💥 **Claude was ended** because this channel was archived. Reply in this thread to resume.");
  }
}

/** The thread can't be written to any more: nobody would see what Claude does. */
export function threadLost(step: Step): void {
  end(step, "the thread is gone");
  step.emit({ type: "ended" });
}

/** mm-claude stops; the session goes on when it is started again. */
export function shutDown(step: Step): void {
  const { state } = step;
  if (state.phase.name === "asleep") {
    return;
  }
  const wasCutOff = isUnderWay(state);
  leaveProcess(step, "mm-claude was shut down");
  step.emit({ type: "closeClaude", now: true });
  updateHeader(step, { kind: "stopped" });
  markStopped(state);
  if (wasCutOff) {
    tellCutOff(step);
  }
}

/** A turn has ended without its answer: it can go on, unless what waits goes first. */
export function tellCutOff(step: Step): void {
  if (step.state.queue.length === 0) {
    offerToGoOn(step);
  } else {
    say(step, "✂️ **This turn was cut off** when mm-claude stopped. What was said since goes on.");
  }
}

function offerToGoOn(step: Step): void {
  const { state } = step;
  breakPage(step);
  forgetOffer(step);
  const key = newKey(step, "cut-off");
  state.cutOff = { key, postId: undefined, until: undefined };
  showCutOff(step, "React 🔄 to go on, or reply.", "ask");
  step.emit({ type: "react", target: { key }, emojiName: GO_ON });
}

/** Nobody can take it up any more. */
export function forgetOffer(step: Step): void {
  const { state } = step;
  if (state.cutOff) {
    step.emit({ type: "forget", keys: [state.cutOff.key] });
    state.cutOff = undefined;
  }
}

/** Claude reacts neither to a message nor to being interrupted. */
export function watchdog(step: Step): void {
  if (step.state.phase.name !== "working") {
    return;
  }
  fallAsleep(step, "Claude did not answer", true);
  say(step, "💥 **Claude did not answer** and was ended. Reply in this thread to resume.");
  callAfterTurn(step, "stopped");
}

/** Nothing of it goes on; people are told by whoever ends it. */
export function end(step: Step, why: string): void {
  const { state } = step;
  leaveProcess(step, why);
  voidAsks(step, why, true);
  voidUndo(step, why);
  voidHold(step, why);
  forgetAway(step, why);
  for (const message of state.queue.splice(0)) {
    notWaiting(step, message);
  }
  step.emit({ type: "closeClaude", now: true });
  updateHeader(step, { kind: "ended" });
  endSession(state);
}

function duration(ms: number): string {
  const units: readonly [number, string][] = [
    [3_600_000, "hour"],
    [60_000, "minute"],
    [1000, "second"],
  ];
  for (const [unit, name] of units) {
    if (ms >= unit && ms % unit === 0) {
      return `${ms / unit} ${name}${ms === unit ? "" : "s"}`;
    }
  }
  return `${ms / 1000} seconds`;
}
