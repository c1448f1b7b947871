// Coming back after mm-claude was stopped or killed: what is found out, and what people are told, once.

import type { PostId } from "../mattermost/types.ts";
import { dropSavedMessage, forgetOffer, GO_ON, leaveProcess, tellCutOff } from "./lifecycle.ts";
import { audit, may, showCutOff, takeUpWork, updateHeader } from "./state.ts";
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
  if (wasCutOff) {
    tellCutOff(step);
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

/**
 * Takes 🔄 on the notice of a cut-off turn for the message it stands for. It may be heard only after the message that
 * went first instead: what counts is which was first on the server.
 */
export function takeOffer(step: Step, reaction: Signal & { readonly type: "reaction" }): Message | undefined {
  const { cutOffPostId, cutOffUntil } = step.state;
  const { at, by, postId, emojiName, isRemoval, uuid } = reaction;
  const isInTime = cutOffUntil === undefined || (at !== undefined && at <= cutOffUntil);
  if (emojiName !== GO_ON || isRemoval || postId !== cutOffPostId || !isInTime || !may(step, "message", by)) {
    return undefined;
  }
  audit(step, "resumed-turn", by);
  showCutOff(step, `@${by.name} let it go on.`, "good");
  forgetOffer(step);
  const text = "Go on where you were cut off.";
  return { uuid, postId, by, text, attachments: [], isSlashCommand: false, withThread: false };
}

/** Somebody deleted the post that offered it. */
export function offerDeleted(step: Step, postId: PostId): void {
  if (step.state.cutOffPostId === postId) {
    forgetOffer(step);
  }
}
