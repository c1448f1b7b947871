// Coming back after mm-claude was stopped or killed: what is found out, and what people are told, once.

import { dropSavedMessage, GO_ON, leaveProcess, offerToGoOn } from "./lifecycle.ts";
import { may, takeUpWork, updateHeader } from "./state.ts";
import { recoverTexts } from "./texts.ts";
import type { Message, SavedTurn, Signal, Step } from "./types.ts";

/** mm-claude was started again: the processes it had are gone, what it had not done yet is done now. */
export function restored(step: Step, saved: SavedTurn, lostDirectory: string | undefined): void {
  const { state } = step;
  const wasLive = state.phase !== "asleep";
  recoverTexts(step, saved);
  const wasTaken = dropSavedMessage(step, saved);
  const wasCutOff = wasTaken || (state.phase === "working" && state.inFlight === undefined);
  // Slots are given out anew.
  state.slot = undefined;
  state.isSlotAsked = false;
  leaveProcess(step, "mm-claude was started again");
  judgeRights(step);
  state.lostDirectory ??= state.hasConversation ? lostDirectory : undefined;
  if (wasLive || state.isMarkedStopped) {
    state.isMarkedStopped = false;
    updateHeader(step, { kind: "asleep" });
  }
  if (wasCutOff && state.queue.length === 0) {
    offerToGoOn(step);
  }
  takeUpWork(step);
}

/**
 * A restart never raises a right: what runs unasked is what today's settings let run so, or a person who may still
 * decide; what somebody has made interactive stays so.
 */
function judgeRights(step: Step): void {
  const { state, context } = step;
  const { autoGrantedBy: by } = state;
  if (state.isAuto && !context.isAuto && !(by && may(step, "approve", by))) {
    state.isAuto = false;
    state.autoGrantedBy = undefined;
    updateHeader(step);
  }
}

/** The message that 🔄 on the notice of a cut-off turn stands for. */
export function goOnMessage(
  step: Step,
  reaction: Signal & { readonly type: "reaction" },
): Message | undefined {
  const { by, postId, emojiName, isRemoval, uuid } = reaction;
  if (emojiName !== GO_ON || isRemoval || postId !== step.state.cutOffPostId) {
    return undefined;
  }
  const text = "Go on where you were cut off.";
  return { uuid, postId, by, text, attachments: [], isSlashCommand: false, withThread: false };
}
