// `!undo`, and ↩️ on a message: Claude's file tools put back what they have changed since that message. First it is said
// what that would change; it is done when somebody who may approve says so, and only if that is still what it would do.

import type { ClaudeReply, RequestOf } from "../../claude/requests.ts";
import type { PostId } from "../../mattermost/types.ts";
import { openCard, settledCard } from "../../render/cards.ts";
import { oneLine } from "../../render/markdown.ts";
import { withoutLabels } from "../../render/speaker-labels.ts";
import { undoCard } from "../../render/undo.ts";
import type { PostKey } from "../../thread/writes.ts";
import type { Person } from "../authorization.ts";
import { refuse } from "../refusal.ts";
import { takeUpWork } from "../sending.ts";
import type { Signal } from "../signals.ts";
import { audit, breakPage, may, newKey, say } from "../state.ts";
import type { SessionState, Step } from "../types.ts";
import { madeWorktreeOf } from "../worktree-state.ts";
import { tellUnanswered } from "./refusals.ts";
import type { HeardMessage, OpenUndo } from "./types.ts";

type Reaction = Signal & { readonly type: "reaction" };

const BACK = "leftwards_arrow_with_hook";

/** Another conversation has begun, which knows nothing of what was before. */
export function forgetHeard(step: Step): void {
  step.state.steering.heard = [];
  voidUndo(step, "the conversation is another one");
}

export function onUndoCommand(step: Step, by: Person): void {
  beginUndo(step, by, undefined);
}

/** ↩️ on a message of one's own; 👍 and 👎 on the card. True when it was about either. */
export function takeUndoReaction(step: Step, { by, postId, emojiName, isRemoval }: Reaction): boolean {
  const { heard, undo } = step.state.steering;
  if (undo?.postId === postId && (emojiName === "+1" || emojiName === "-1")) {
    // While it is being done there is nothing left to decide.
    if (!isRemoval && undo.underWay !== step.state.generation && may(step, "approve", by)) {
      decide(step, undo, by, emojiName);
    }
    return true;
  }
  const message = heard.find((one) => one.postId === postId);
  if (!message || emojiName !== BACK || isRemoval || by.id !== message.by.id) {
    return false;
  }
  beginUndo(step, by, message);
  return true;
}

/** Without a message: the newest since which anything has changed. */
function beginUndo(step: Step, by: Person, since: HeardMessage | undefined): void {
  const { state } = step;
  if (!may(step, "approve", by)) {
    refuse(step, "approve", by);
  } else if (state.phase.name === "working") {
    say(step, "⚠️ Claude is at work. Wait until it is done, or `!interrupt` it first.");
  } else if (state.steering.heard.length === 0 || state.conversation.progress !== "begun") {
    say(step, "ℹ️ There is nothing to undo: Claude has not worked on anything in this conversation.");
  } else {
    state.steering.wanted = { request: { kind: "canPreviewUndo", since: since?.uuid }, by };
    takeUpWork(step);
  }
}

export function canPreviewUndoReplied(
  step: Step,
  reply: ClaudeReply<"canPreviewUndo">,
  { since }: RequestOf<"canPreviewUndo">,
  by: Person | undefined,
): void {
  const last = step.state.steering.heard.at(-1)?.uuid;
  if (reply.type === "refused" || reply.type === "unknown") {
    tellUnanswered(step, { type: "unknown" }, "undo what it has changed in files");
  } else if (reply.type === "answered" && last !== undefined) {
    const purpose = since === undefined ? "search" : "show";
    step.emit({ type: "request", request: { kind: "previewUndo", uuid: since ?? last, purpose }, by });
  }
}

export function previewUndoReplied(
  step: Step,
  reply: ClaudeReply<"previewUndo">,
  { uuid, purpose }: RequestOf<"previewUndo">,
  by: Person | undefined,
): void {
  const { heard, undo } = step.state.steering;
  if (reply.type !== "answered") {
    tellUnanswered(step, reply, "say what an undo would change");
    return;
  }
  if (purpose === "confirm" && (undo?.uuid !== uuid || !by || !may(step, "approve", by))) {
    // Somebody has decided otherwise meanwhile, or it is not theirs to decide any more: Claude may have had to wake first.
    return;
  }
  if (purpose === "confirm" && step.state.phase.name === "working") {
    say(step, AT_WORK);
    return;
  }
  const { files = [], added = 0, removed = 0 } = reply.answer.change ?? {};
  const at = heard.findIndex((one) => one.uuid === uuid);
  const since = heard[at];
  const isSame = undo?.uuid === uuid && undo.added === added && undo.removed === removed;
  if (purpose === "confirm" && isSame && String(undo.files) === String(files)) {
    undo.underWay = step.state.generation;
    step.emit({ type: "request", request: { kind: "undo", uuid }, by });
  } else if (files.length > 0 && since) {
    const why = purpose === "confirm" ? "the files have changed" : "somebody asked anew";
    voidUndo(step, `${why}: the card below says what it would do now`);
    ask(step, since, { files, added, removed });
  } else if (purpose === "search" && at > 0) {
    const before = heard[at - 1]?.uuid ?? uuid;
    step.emit({ type: "request", request: { kind: "previewUndo", uuid: before, purpose }, by });
  } else {
    voidUndo(step, "the files are as they were");
    const where = purpose === "search" ? "in this conversation" : "since that message";
    say(
      step,
      `ℹ️ There is nothing to undo: no file that Claude's file tools wrote ${where} is different now.`,
    );
  }
}

function ask(step: Step, since: HeardMessage, change: Pick<OpenUndo, "files" | "added" | "removed">): void {
  const { state, context } = step;
  const key = newKey(step, "undo");
  const directory = madeWorktreeOf(state)?.directory ?? context.directory;
  const card = undoCard(since.by.name, since.text, change, { directory, home: context.home });
  state.steering.undo = { key, postId: undefined, uuid: since.uuid, card, ...change };
  breakPage(step);
  for (const post of openCard(card, context.postLimit).slice(-1)) {
    step.emit({ type: "put", key, ...post });
  }
  for (const emojiName of ["+1", "-1"]) {
    step.emit({ type: "react", target: { key }, emojiName });
  }
}

const AT_WORK = "⚠️ Claude is at work. Wait until it is done, then react again.";

function decide(step: Step, undo: OpenUndo, by: Person, emojiName: "+1" | "-1"): void {
  const { state } = step;
  if (emojiName === "-1") {
    settle(step, undo, `👎 Left as it is, by @${by.name}`, "bad");
  } else if (state.phase.name === "working") {
    say(step, AT_WORK);
  } else {
    state.steering.wanted = { request: { kind: "previewUndo", uuid: undo.uuid, purpose: "confirm" }, by };
    takeUpWork(step);
  }
}

export function undoReplied(
  step: Step,
  reply: ClaudeReply<"undo">,
  { uuid }: RequestOf<"undo">,
  by: Person | undefined,
): void {
  const { steering } = step.state;
  const { undo } = steering;
  if (undo?.uuid !== uuid || !by || reply.type === "exited") {
    return;
  }
  const problem =
    reply.type === "answered" ? reply.answer.problem : reply.type === "refused" ? reply.reason : "no answer";
  if (problem !== undefined) {
    settle(step, undo, `⚠️ **Not undone**: ${oneLine(problem)}`, "bad");
    return;
  }
  const { files } = undo;
  const since = steering.heard.find((one) => one.uuid === uuid)?.text ?? "";
  audit(step, "undone", by, { since, files });
  settle(step, undo, `↩️ **Undone** by @${by.name}`, "good");
  const what = `what you changed in these files since the message "${since}": ${files.join(", ")}`;
  steering.note = withoutLabels(`(@${by.name} has undone ${what}. Read them again before you change them.)`);
}

/** Whoever asked, nobody can decide it any more. */
export function voidUndo(step: Step, why: string): void {
  const { undo } = step.state.steering;
  if (undo) {
    settle(step, undo, `⚪ **Void**: ${why}`, "void");
  }
}

export function undoDeleted(step: Step, postId: PostId): void {
  const { steering } = step.state;
  if (steering.undo?.postId === postId) {
    step.emit({ type: "forget", keys: [steering.undo.key] });
    steering.undo = undefined;
  }
}

/** It is known by which post it is asked. */
export function undoPosted(state: SessionState, key: PostKey, postId: PostId): boolean {
  const { undo } = state.steering;
  if (undo?.key !== key) {
    return false;
  }
  undo.postId = postId;
  return true;
}

function settle(step: Step, { key, card }: OpenUndo, verdict: string, tone: "good" | "bad" | "void"): void {
  step.state.steering.undo = undefined;
  const post = settledCard(card, step.context.postLimit, verdict, tone);
  step.emit({ type: "put", key, ...post, isFinal: true });
}
