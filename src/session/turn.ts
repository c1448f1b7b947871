// What Claude does: every event of its process, as text, lines, cards and lists in the thread, and the end of the
// turn or of the process.

import type { ClaudeEvent } from "../claude/types.ts";
import { fence, harmless, inlineCode, oneLine, showHidden, truncate } from "../render/markdown.ts";
import { usageLimitInWords } from "../render/usage-limit.ts";
import { askPermission, askPlan, askQuestions, cancelAsk, voidAsksOfTurn } from "./asks.ts";
import { turnBeganIn } from "./conversation.ts";
import { scheduleLines, scheduleText } from "./flush-schedule.ts";
import { sleepAfterExit } from "./lifecycle.ts";
import { turnHeard } from "./listeners.ts";
import { beginWork, claudeOf, endWork, inFlightOf, takeInFlight } from "./phases.ts";
import { beginTurn, SILENT_START_MS, takeUpWork } from "./sending.ts";
import type { Message, SavedTurn } from "./signals.ts";
import { writePages } from "./state.ts";
import { callAfterTurn } from "./steering/calling.ts";
import { account } from "./steering/cost-state.ts";
import { noteHeard } from "./steering/heard.ts";
import { holdRefusedTurn, limitToTell } from "./steering/limits.ts";
import { modeTold } from "./steering/mode.ts";
import { askContext, modelTold } from "./steering/model.ts";
import { restartIfHeld } from "./steering/rules.ts";
import { taskProgressed } from "./steering/task-progress.ts";
import { backgroundChanged, commandEnded, isTakenUp, taskStarted, tellCause } from "./steering/tasks.ts";
import { streamThinking } from "./steering/thinking.ts";
import { subagentEnded, subagentWentOn } from "./subagents.ts";
import { completeText, recoverTexts } from "./texts.ts";
import { forgetVerdicts } from "./tool-decisions.ts";
import { toolReturned, useTool } from "./turn-tools.ts";
import type { Step } from "./types.ts";
import { countChanges } from "./worktree.ts";

type EventOf<Type extends ClaudeEvent["type"]> = ClaudeEvent & { readonly type: Type };

/** Retries are normal; they are shown once they last. */
const SHOWN_RETRY = 3;

export function onClaudeEvent(
  step: Step,
  event: ClaudeEvent,
  fileBefore: string | undefined,
  saved: SavedTurn | undefined,
): void {
  const { state } = step;
  const claude = claudeOf(state);
  if (!claude) {
    return;
  }
  state.lastActivityAt = step.now;
  switch (event.type) {
    case "ready":
      state.commands = event.commands;
      state.steering.models = event.models ?? [];
      break;
    case "turnStarted":
      step.emit({ type: "clearTimer", name: "watchdog" });
      state.conversation.hasRetriedStart = false;
      tellCause(step, wakeUp(step), claude.hasTaskNotification);
      state.turn.mayBeOwn = claude.hasTaskNotification;
      claude.hasTaskNotification = false;
      turnBeganIn(step, event.conversationId);
      modelTold(step, event.model);
      if (event.mode !== undefined) {
        modeTold(step, event.mode);
      }
      break;
    case "modeChanged":
      modeTold(step, event.mode);
      break;
    case "messageStarted":
      wakeUp(step);
      state.turn.transcript.endText();
      state.turn.streaming = { messageId: event.messageId, blocks: [], confirmed: 0 };
      break;
    case "textDelta":
      streamText(step, event);
      break;
    case "thinkingDelta":
      streamThinking(step, event);
      break;
    case "text":
      confirmText(step, event);
      break;
    case "toolUse":
      useTool(step, event, fileBefore);
      break;
    case "toolResult":
      toolReturned(step, event);
      break;
    case "replayed":
      if (inFlightOf(state)?.message.uuid === event.uuid) {
        const message = takeInFlight(state);
        if (message) {
          noteHeard(state, message);
        }
      }
      break;
    case "permissionAsked":
      askPermission(step, event, fileBefore);
      break;
    case "planAsked":
      askPlan(step, event);
      break;
    case "questionAsked":
      askQuestions(step, event);
      break;
    case "askCancelled":
      cancelAsk(step, event.requestId);
      break;
    case "apiRetry":
      apiRetry(step, event);
      break;
    case "compacting":
      notice(step, "compaction", "🗜️ **Compacting the conversation** …");
      break;
    case "compacted":
      notice(
        step,
        "compaction",
        event.error ? `🗜️ Not compacted: ${oneLine(event.error)}` : "🗜️ **Conversation compacted**",
      );
      break;
    case "taskStarted":
      taskStarted(step, event);
      subagentWentOn(step, event);
      break;
    case "taskProgressed":
      taskProgressed(step, event);
      break;
    case "taskEnded":
      subagentEnded(step, event);
      commandEnded(step, event);
      claude.hasTaskNotification ||= isTakenUp(state, event);
      break;
    case "conversationReset":
      // The turn that begins next names the new conversation; until then the old one is to be resumed.
      claude.isClearing = true;
      state.steering.contextPercent = undefined;
      break;
    case "promptRefused":
      promptRefused(step, event.reason);
      break;
    case "backgroundTasks":
      backgroundChanged(step, event.tasks);
      break;
    case "rateLimit":
      tellLimit(step, event);
      break;
    case "turnEnded":
      account(step, event.used);
      endTurn(step, event);
      break;
    case "malformed":
      notice(
        step,
        "malformed",
        `⚠️ Claude sent something mm-claude can't read: ${inlineCode(truncate(event.detail, 200))}`,
      );
      break;
    case "exited":
      recoverTexts(step, saved);
      sleepAfterExit(step, event, saved);
      break;
  }
}

/** True when Claude began to work without a message of ours, when a background task ended for instance. */
function wakeUp(step: Step): boolean {
  const isOwn = step.state.phase.name === "idle";
  if (isOwn) {
    beginWork(step.state);
    beginTurn(step);
    step.emit({ type: "typing", isOn: true });
  }
  return isOwn;
}

function promptRefused(step: Step, reason: string): void {
  const why = reason.trim() === "" ? "; it gave no reason" : quoted(reason.trim());
  notice(step, "refused", `🚫 **A hook refused this message**, so Claude did not get it${why}`);
}

function streamText(step: Step, { blockIndex, text }: EventOf<"textDelta">): void {
  const { turn } = step.state;
  const blocks = turn.streaming?.blocks;
  const block = blocks?.at(-1);
  const isNewBlock = block?.index !== blockIndex;
  step.hear?.({ type: "words", turn: turnHeard(step.state), text, isNewBlock });
  if (block && !isNewBlock) {
    block.text += text;
  } else {
    turn.transcript.endText();
    blocks?.push({ index: blockIndex, text });
  }
  turn.transcript.appendText(text);
  turn.hasShown = true;
  scheduleText(step);
}

/** A block is whole: what people have not seen of it yet is shown soon. */
function confirmText(step: Step, { messageId, text }: EventOf<"text">): void {
  if (completeText(step, messageId, text)) {
    step.state.turn.hasShown = true;
    scheduleText(step);
  }
}

function apiRetry(step: Step, { attempt, maxRetries, reason }: EventOf<"apiRetry">): void {
  if (attempt >= SHOWN_RETRY) {
    notice(
      step,
      "retry",
      `🔁 The API does not answer (${inlineCode(reason)}): try ${attempt} of ${maxRetries}`,
    );
  }
}

function tellLimit(step: Step, event: EventOf<"rateLimit">): void {
  const text = limitToTell(step, event);
  if (text !== undefined) {
    notice(step, `limit ${event.window} ${event.resetsAt}`, text);
  }
}

function notice(step: Step, name: string, text: string): void {
  step.state.turn.transcript.notice(name, text);
  step.state.turn.hasShown = true;
  scheduleLines(step);
}

function endTurn(step: Step, { isError, reason: told, wasAborted }: EventOf<"turnEnded">): void {
  const reason = usageLimitInWords(told, step.now, step.context.timeZone);
  const { state } = step;
  const { turn } = state;
  step.emit({ type: "clearTimer", name: "watchdog" });
  const inFlight = inFlightOf(state);
  if (inFlight && (turn.mayBeOwn || inFlight.isPreparing)) {
    endOwnTurn(step, inFlight.message);
    return;
  }
  takeInFlight(state);
  voidAsksOfTurn(step);
  forgetVerdicts(step);
  turn.transcript.endText();
  if (wasAborted || turn.interruptedBy) {
    turn.transcript.notice(
      "end",
      `⏸️ **Interrupted**${turn.interruptedBy ? ` by @${turn.interruptedBy.name}` : ""}`,
    );
  } else if (isError && turn.lastText.trim() !== reason.trim()) {
    turn.transcript.notice("end", `❌ ${failure(reason)}`);
  } else if (isError) {
    turn.transcript.notice("end", "❌ **The turn failed**, for the reason above.");
  } else if (!turn.hasShown && turn.messageUuid !== undefined) {
    turn.transcript.notice("end", "ℹ️ **Claude ended this turn without a word.**");
  }
  state.faults = 0;
  state.steering.limits.goesOn = "no";
  finishTurn(step);
  askContext(step);
  restartIfHeld(step);
  if (isError && !wasAborted && !turn.interruptedBy) {
    holdRefusedTurn(step, turn, told);
  }
  const how = wasAborted || turn.interruptedBy ? "interrupted" : isError ? "failed" : "done";
  callAfterTurn(step, how);
  step.hear?.({ type: "turnEnded", turn: turn.messageUuid, how, why: reason });
  takeUpWork(step);
}

/** Claude ended a turn that it began by itself: it has not taken the message that is on its way to it. */
function endOwnTurn(step: Step, message: Message): void {
  const { state } = step;
  const { interruptedBy } = state.turn;
  voidAsksOfTurn(step);
  forgetVerdicts(step);
  state.turn.transcript.endText();
  writePages(step, true);
  beginTurn(step, message);
  step.emit({ type: "setTimer", name: "watchdog", ms: SILENT_START_MS });
  if (interruptedBy) {
    // It was the turn of the message that was to be interrupted.
    state.turn.interruptedBy = interruptedBy;
    step.emit({ type: "interruptClaude" });
  }
}

function failure(reason: string): string {
  const said = reason.trim() === "" ? "Claude gave no reason." : reason.trim();
  return `**The turn failed**${quoted(said)}`;
}

/** Somebody's words as they are, after a colon; several lines in a block. */
function quoted(words: string): string {
  const shown = showHidden(words);
  return shown.includes("\n") ? `\n${fence(truncate(shown, 2000))}` : `: ${harmless(truncate(shown, 500))}`;
}

/** Everything this turn has to show is written; what comes next is another turn's. */
export function finishTurn(step: Step): void {
  const { state } = step;
  writePages(step, true);
  step.emit({ type: "clearTimer", name: "flush" });
  const claude = claudeOf(state);
  if (claude) {
    claude.flushAt = undefined;
  }
  state.turn.transcript.breakPage();
  endWork(state);
  countChanges(step);
  step.emit({ type: "typing", isOn: false });
}
