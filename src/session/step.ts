// The whole of a session's behaviour: one signal in, the state changed in place, effects out. Reaches nothing else:
// no clock, no socket, no process.

import type { PostId } from "../mattermost/types.ts";
import { cardDeleted, cardPosted, fileRefused } from "./asks.ts";
import { askPeople } from "./bots.ts";
import type { SessionContext } from "./context.ts";
import { onFault } from "./fault.ts";
import { flush } from "./flush-schedule.ts";
import { guestDeleted, guestEdited } from "./guests.ts";
import { leftProcessEnded } from "./leaving.ts";
import {
  channelArchived,
  idleTimer,
  shutDown,
  slotGranted,
  slotRefused,
  slotWithdrawn,
  threadLost,
  watchdog,
} from "./lifecycle.ts";
import type { Hear } from "./listeners.ts";
import { unprepared } from "./lost-connection.ts";
import { onToolReport, takeOwnToolEvent } from "./own-tools.ts";
import { onCommand, onMessage, onReaction } from "./people.ts";
import { cardQuarantined } from "./quarantined-cards.ts";
import { offerDeleted, restored } from "./recovery.ts";
import { cardStands, filesSaved } from "./replies.ts";
import { prepared } from "./sending.ts";
import type { Signal, TimerName } from "./signals.ts";
import { audit, say, updateHeader } from "./state.ts";
import { callsDue, isHere, onAvailability } from "./steering/calling.ts";
import { heardOfOthers } from "./steering/elsewhere.ts";
import { onForked, tellOrigin } from "./steering/fork.ts";
import { leftForTerminal } from "./steering/handover.ts";
import { holdDeleted, limitTimer } from "./steering/limits.ts";
import { machineTimer, unreached } from "./steering/machine.ts";
import { beginFrom, type Origin } from "./steering/origin.ts";
import { outputPosted } from "./steering/output-state.ts";
import { onOutputs } from "./steering/outputs.ts";
import { onReply } from "./steering/replies.ts";
import { judgeRules, takeKeptRules } from "./steering/rules.ts";
import { noteTurn } from "./steering/sessions.ts";
import { takeHeldStops } from "./steering/task-commands.ts";
import { watchTasks } from "./steering/task-progress.ts";
import { taskPosted } from "./steering/tasks.ts";
import { undoDeleted } from "./steering/undo.ts";
import { onClaudeEvent } from "./turn.ts";
import type { Effect, SessionState, Step } from "./types.ts";
import { messageDeleted, messageEdited } from "./waiting.ts";
import { beginWorktree, placeQuestionPosted } from "./worktree.ts";
import { onWorktreeOutcome } from "./worktree-commands.ts";
import type { WantedWorktree } from "./worktree-state.ts";

/** `hear`: for who listens besides the thread. */
export function step(
  state: SessionState,
  signal: Signal,
  context: SessionContext,
  now: number,
  hear?: Hear,
): Effect[] {
  const effects: Effect[] = [];
  if (state.phase.name !== "ended") {
    take({ state, context, now, emit: (effect) => effects.push(effect), hear }, signal);
  }
  return effects;
}

/**
 * It need not be kept by itself: text on its way is found again in what Claude saves, and what a process can do is told by
 * the next one as well.
 */
export function isToldAgain(signal: Signal): boolean {
  return signal.type === "claude" && TOLD_AGAIN.includes(signal.event.type);
}

const TOLD_AGAIN = ["textDelta", "thinkingDelta", "messageStarted", "ready"];

const FROM_PEOPLE: readonly Signal["type"][] = [
  "opened",
  "message",
  "command",
  "reaction",
  "postDeleted",
  "postEdited",
];

export function isFromPeople({ type }: Signal): boolean {
  return FROM_PEOPLE.includes(type);
}

function take(step: Step, signal: Signal): void {
  const { state } = step;
  switch (signal.type) {
    case "opened":
      opened(step, signal.worktree, signal.origin);
      break;
    case "worktree":
      onWorktreeOutcome(step, signal.outcome);
      break;
    case "message":
      if (isNew(step, signal.message.postId)) {
        isHere(step, signal.message.by);
        onMessage(step, signal.message);
      }
      break;
    case "command":
      if (isNew(step, signal.postId)) {
        isHere(step, signal.by);
        onCommand(step, signal.by, signal.command);
      }
      break;
    case "reaction":
      isHere(step, signal.by);
      onReaction(step, signal);
      break;
    case "postDeleted":
      cardDeleted(step, signal.postId);
      messageDeleted(step, signal.postId);
      guestDeleted(step, signal.postId);
      offerDeleted(step, signal.postId);
      undoDeleted(step, signal.postId);
      holdDeleted(step, signal.postId);
      break;
    case "postEdited":
      messageEdited(step, signal.postId, signal.text);
      guestEdited(step, signal.postId, signal.text);
      break;
    case "claude":
      // An earlier process may still speak while it ends.
      if (signal.generation !== state.generation) {
        if (signal.event.type === "exited" && signal.generation === state.generation - 1) {
          if (signal.elsewhere) {
            heardOfOthers(step, signal.elsewhere, false);
          }
          leftProcessEnded(step, signal.saved);
          leftForTerminal(step);
        }
      } else if (!takeOwnToolEvent(step, signal.event)) {
        if (signal.elsewhere) {
          heardOfOthers(step, signal.elsewhere, false);
        }
        onClaudeEvent(step, signal.event, signal.fileBefore, signal.saved);
        noteTurn(step, signal.event);
      }
      break;
    case "replied":
      if (signal.generation === state.generation) {
        onReply(step, signal);
      }
      break;
    case "availability":
      onAvailability(step, signal.availability);
      break;
    case "tool":
      onToolReport(step, signal.report);
      break;
    case "output":
      onOutputs(step, signal.outcome);
      break;
    case "posted":
      placeQuestionPosted(step.state, signal.key, signal.postId);
      outputPosted(state, signal.key, signal.postId);
      for (const reaction of cardPosted(step, signal.key, signal.postId, signal.at)) {
        onReaction(step, reaction);
      }
      if (taskPosted(state, signal.key, signal.postId)) {
        judgeHeldStops(step);
      }
      cardStands(step, signal.key);
      break;
    case "fileRefused":
      fileRefused(step, signal.key);
      break;
    case "filesSaved":
      filesSaved(step, signal.uuid, signal.paths);
      break;
    case "replaced":
      // Nothing but to be saved.
      break;
    case "quarantined":
      cardQuarantined(step, signal.key);
      break;
    case "channelArchived":
      channelArchived(step);
      break;
    case "threadLost":
      threadLost(step);
      break;
    case "slotGranted":
      slotGranted(step, signal.slot, signal.saved, signal.elsewhere);
      break;
    case "slotRefused":
      slotRefused(step);
      break;
    case "unreached":
      unreached(step, signal.said);
      break;
    case "slotWithdrawn":
      slotWithdrawn(step);
      break;
    case "timer":
      TIMERS[signal.name](step);
      break;
    case "restored":
      restored(step, signal.saved, signal.lostDirectory);
      leftForTerminal(step);
      break;
    case "forked":
      onForked(step, signal.by, signal.outcome);
      break;
    case "fileProblem":
      say(step, `⚠️ ${signal.detail}`);
      break;
    case "prepared":
      prepared(step, signal);
      break;
    case "unprepared":
      unprepared(step, signal);
      break;
    case "fault":
      onFault(step, signal.what, signal.detail);
      break;
    case "judgeRules":
      judgeRules(step);
      break;
    case "shutdown":
      shutDown(step);
      break;
  }
}

const TIMERS = {
  flush,
  idle: idleTimer,
  watchdog,
  limit: limitTimer,
  tasks: tasksTimer,
  call: callsDue,
  machine: machineTimer,
} as const satisfies Record<TimerName, (step: Step) => void>;

function tasksTimer(step: Step): void {
  judgeHeldStops(step);
  watchTasks(step);
}

/** Whose posts they are on may be known by now. */
function judgeHeldStops(step: Step): void {
  for (const reaction of takeHeldStops(step)) {
    onReaction(step, reaction);
  }
}

function opened(step: Step, worktree: WantedWorktree | undefined, origin: Origin | undefined): void {
  const { state, context } = step;
  if (origin) {
    beginFrom(state, origin);
  }
  askPeople(step);
  audit(step, "started", state.owner, { directory: context.directory, isAuto: state.auto !== undefined });
  takeKeptRules(step);
  updateHeader(step);
  if (origin) {
    tellOrigin(step, origin);
  } else {
    beginWorktree(step, worktree);
  }
}

/** How many posts are remembered: more than any gap after a crash can hold. */
const MAX_TAKEN = 200;

/** After a crash the server's posts since then come again. */
function isNew({ state }: Step, postId: PostId): boolean {
  if (state.taken.includes(postId)) {
    return false;
  }
  state.taken = [...state.taken, postId].slice(-MAX_TAKEN);
  return true;
}
