// What a session does after mm-claude was stopped or killed: what it finds out, and what people are told, once.

import type { PostId } from "../mattermost/types.ts";
import { leaveProcess } from "./leaving.ts";
import { dropSavedMessage, forgetOffer, tellCutOff } from "./lifecycle.ts";
import { isUnderWay } from "./phases.ts";
import { showCutOff, takeUpWork } from "./sending.ts";
import type { Message, SavedTurn, Signal } from "./signals.ts";
import { audit, may, updateHeader } from "./state.ts";
import { scheduleCalls } from "./steering/calling.ts";
import { GO_ON } from "./steering/hold.ts";
import { resumeHold } from "./steering/limits.ts";
import { resumeTrying } from "./steering/machine.ts";
import { judgeMode } from "./steering/start.ts";
import { recoverTexts } from "./texts.ts";
import type { Step } from "./types.ts";
import { restoreWorktree } from "./worktree.ts";

/** mm-claude was started again: the processes it had are gone, what it had not done yet is done now. */
export function restored(step: Step, saved: SavedTurn, lostDirectory: string | undefined): void {
  const { state } = step;
  const { phase } = state;
  const isHeaderOld = phase.name !== "asleep" || phase.isMarkedStopped;
  recoverTexts(step, saved);
  const wasTaken = dropSavedMessage(step, saved);
  const wasCutOff = wasTaken || isUnderWay(state);
  leaveProcess(step, "mm-claude was started again");
  judgeRights(step);
  if (state.conversation.progress === "begun" && lostDirectory !== undefined) {
    state.conversation.progress = { lostDirectory };
  }
  if (isHeaderOld) {
    updateHeader(step, { kind: "asleep" });
  }
  if (wasCutOff) {
    tellCutOff(step);
  }
  restoreWorktree(step);
  resumeHold(step);
  resumeTrying(step);
  scheduleCalls(step);
  takeUpWork(step);
}

/**
 * A restart never gives more rights. Tools run unasked only if today's settings say so, or if the person who allowed it
 * may still decide. What somebody has made interactive stays interactive.
 */
function judgeRights(step: Step): void {
  const { state, context } = step;
  const by = state.auto?.grantedBy;
  const isLowered = judgeMode(step);
  if (state.auto && !context.isAuto && !(by && may(step, "approve", by))) {
    state.auto = undefined;
    updateHeader(step);
  } else if (isLowered) {
    updateHeader(step);
  }
}

/**
 * The message that 🔄 on the notice of a cut-off turn stands for. The reaction may be heard after a message that ended
 * the offer: what counts is which of the two was first on the server.
 */
export function takeOffer(step: Step, reaction: Signal & { readonly type: "reaction" }): Message | undefined {
  const { cutOff } = step.state;
  const { at, by, postId, emojiName, isRemoval, uuid } = reaction;
  const isOffered = emojiName === GO_ON && !isRemoval && cutOff?.postId === postId;
  const isInTime = cutOff?.until === undefined || (at !== undefined && at <= cutOff.until);
  if (!isOffered || !isInTime || !may(step, "message", by)) {
    return undefined;
  }
  audit(step, "resumed-turn", by);
  showCutOff(step, `@${by.name} let it go on.`, "good");
  forgetOffer(step);
  const text = "Go on where you were cut off.";
  return { uuid, postId, by, text, files: [], isSlashCommand: false, withThread: false };
}

/** Somebody deleted the post that offered it. */
export function offerDeleted(step: Step, postId: PostId): void {
  if (step.state.cutOff?.postId === postId) {
    forgetOffer(step);
  }
}
