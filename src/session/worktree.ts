// The git worktree of a session: whether it is to have one, making it before Claude starts, and what the header says of
// it. What people ask of it is in worktree-commands.ts.

import type { MadeWorktree } from "../git/make-worktree.ts";
import type { EmojiName } from "../mattermost/emoji.ts";
import type { PostId } from "../mattermost/types.ts";
import { attachment, type Tone } from "../render/attachments.ts";
import { inlineCode } from "../render/markdown.ts";
import type { PostKey } from "../thread/writes.ts";
import { end } from "./lifecycle.ts";
import { setSlot, slotOf } from "./phases.ts";
import { notWaiting, takeUpWork } from "./sending.ts";
import type { Signal } from "./signals.ts";
import { may, newKey, say, updateHeader } from "./state.ts";
import { unreached } from "./steering/machine.ts";
import type { SessionState, Step } from "./types.ts";
import { type ChangeCount, requestWorktree, type WantedWorktree } from "./worktree-state.ts";

export function beginWorktree(step: Step, wanted: WantedWorktree | undefined): void {
  const { state } = step;
  if (!wanted) {
    return;
  }
  const { branch, isAsked } = wanted;
  if (!isAsked) {
    requestWorktree(step, branch);
    updateHeader(step);
    return;
  }
  const key = newKey(step, "worktree");
  state.worktree = { status: "asked", branch, key, postId: undefined };
  giveSlotBack(step);
  updateHeader(step);
  putQuestion(
    step,
    key,
    `🌿 **A branch of its own?** React 🌿 to work on ${inlineCode(branch)} in a git worktree, or 📂 to work right in the directory.`,
    "ask",
  );
  for (const emojiName of Object.keys(CHOICES)) {
    step.emit({ type: "react", target: { key }, emojiName });
  }
}

const CHOICES: Partial<Readonly<Record<EmojiName, "worktree" | "directory">>> = {
  herb: "worktree",
  open_file_folder: "directory",
};

function putQuestion({ emit }: Step, key: PostKey, text: string, tone: Tone): void {
  emit({ type: "put", key, markdown: "", attachment: attachment(tone, text), ifFrozen: "repeat" });
}

/** True when it answers the question. */
export function takePlaceChoice(step: Step, reaction: Signal & { readonly type: "reaction" }): boolean {
  const { worktree } = step.state;
  if (worktree?.status !== "asked" || worktree.postId !== reaction.postId || reaction.isRemoval) {
    return false;
  }
  const choice = CHOICES[reaction.emojiName as EmojiName];
  if (choice === undefined || !may(step, "answer", reaction.by)) {
    return false;
  }
  const name = `@${reaction.by.name}`;
  const { key, branch } = worktree;
  if (choice === "worktree") {
    putQuestion(step, key, `🌿 ${name} chose a branch of its own: ${inlineCode(branch)}.`, "good");
    requestWorktree(step, branch);
    updateHeader(step);
  } else {
    putQuestion(step, key, `📂 ${name} chose to work right in the directory.`, "good");
    step.state.worktree = undefined;
    takeUpWork(step);
  }
  return true;
}

/** It is known by which post it is asked. */
export function placeQuestionPosted(state: SessionState, key: PostKey, postId: PostId): void {
  if (state.worktree?.status === "asked" && state.worktree.key === key) {
    state.worktree = { ...state.worktree, postId };
  }
}

/** What was being made when mm-claude ended is made now, or once its machine is tried again. */
export function restoreWorktree(step: Step): void {
  const { worktree, steering } = step.state;
  if (worktree?.status === "making" && !steering.away) {
    requestWorktree(step, worktree.branch, worktree.made);
  }
}

export function countChanges({ state, emit }: Step): void {
  if (state.worktree?.status === "made") {
    emit({ type: "worktree", request: { act: "count", made: state.worktree.made } });
  }
}

export function worktreeMade(step: Step, { warnings, ...made }: MadeWorktree): void {
  const { state } = step;
  if (state.worktree?.status !== "making" || state.phase.name === "ended") {
    return;
  }
  state.worktree = { status: "made", made, isChecked: true, changes: undefined };
  updateHeader(step);
  for (const warning of warnings) {
    say(step, `⚠️ ${warning}`);
  }
  countChanges(step);
  takeUpWork(step);
}

/** What waits would be for a Claude that works somewhere else: it goes to none. */
export function worktreeNotMade(step: Step, problem: string): void {
  const { state } = step;
  if (state.worktree?.status !== "making") {
    return;
  }
  const { made } = state.worktree;
  if (!made) {
    state.worktree = undefined;
    end(step, "its worktree could not be made");
    say(step, `⚠️ ${problem}\n\nThe session could not begin. Mention me to start another.`);
    step.emit({ type: "ended" });
    return;
  }
  state.worktree = { status: "made", made, isChecked: false, changes: undefined };
  for (const message of state.queue.splice(0)) {
    notWaiting(step, message);
  }
  giveSlotBack(step);
  say(step, `⚠️ ${problem}\n\nReply in this thread to try again.`);
  updateHeader(step, { kind: "asleep" });
}

/** Nobody knows whether it is there: it is made once its machine is back. */
export function worktreeAway(step: Step, said: string): void {
  if (step.state.worktree?.status === "making" && step.state.phase.name !== "ended") {
    unreached(step, said);
  }
}

export function changesCounted(step: Step, { added, removed, ahead }: ChangeCount): void {
  const { worktree } = step.state;
  if (worktree?.status !== "made") {
    return;
  }
  const before = worktree.changes;
  step.state.worktree = { ...worktree, changes: { added, removed, ahead } };
  if (before?.added !== added || before.removed !== removed || before.ahead !== ahead) {
    updateHeader(step);
  }
}

function giveSlotBack(step: Step): void {
  if (slotOf(step.state) !== undefined) {
    setSlot(step.state, undefined);
    step.emit({ type: "releaseSlot" });
  }
}
