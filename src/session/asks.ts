// What Claude, or a guest, waits for somebody to decide: the card that asks, and what it says once it is settled, which
// means decided or void. Nothing waits here: an open ask is data.

import type { ClaudeEvent, PermissionAnswer, RequestId, ToolUseId } from "../claude/types.ts";
import type { PostId } from "../mattermost/types.ts";
import { attachment, type Tone } from "../render/attachments.ts";
import {
  DIGITS,
  openCard,
  permissionCard,
  planCard,
  questionCard,
  questionTitle,
  settledCard,
} from "../render/cards.ts";
import { offering } from "../render/rules.ts";
import { type ToolUse, toolInFull } from "../render/tools.ts";
import type { PostFile, PostKey } from "../thread/writes.ts";
import type { Ask, CardPiece, PermissionAsk, QuestionAsk } from "./ask-types.ts";
import { holdOtherTools, scheduleVerdicts } from "./flush-schedule.ts";
import { takeUpWork } from "./sending.ts";
import type { Signal } from "./signals.ts";
import { audit, breakPage, newKey } from "./state.ts";
import { remindOf } from "./steering/calling.ts";
import { unfoldTool } from "./steering/folding.ts";
import { holdPostOf, setHoldPostId } from "./steering/hold.ts";
import { undoPosted } from "./steering/undo.ts";
import { holdVerdict, likelyToolUse, showVerdictOf } from "./tool-decisions.ts";
import type { Step } from "./types.ts";
import { whomToCall } from "./whom-to-call.ts";

type Reaction = Signal & { readonly type: "reaction" };

const CHOICES: Readonly<Record<"permission" | "plan" | "guest", readonly string[]>> = {
  permission: ["+1", "white_check_mark", "-1"],
  plan: ["+1", "-1"],
  guest: ["+1", "white_check_mark", "-1"],
};

/** 🔁: this one, and all others that the card's rules let through. */
export const ALWAYS = "repeat";

/** Asked about by 2.0.76 alone: planning changes nothing, and the plan itself will be asked about. */
const HARMLESS = "EnterPlanMode";

export function askPermission(
  step: Step,
  event: ClaudeEvent & { type: "permissionAsked" },
  fileBefore?: string,
  reason?: string,
): void {
  const { state, context } = step;
  if (state.auto || event.toolName === HARMLESS) {
    audit(step, "tool-allowed-automatically", undefined, { tool: event.toolName, input: event.input });
    answer(step, event.requestId, { behavior: "allow", updatedInput: event.input });
    return;
  }
  // The card stands for the tool's line: the same tool twice in a row would be noise.
  const toolUseId = event.toolUseId ?? likelyToolUse(step, event);
  const hasCard =
    toolUseId !== undefined &&
    (state.turn.transcript.withdrawUnseenTool(toolUseId) || unfoldTool(step, toolUseId));
  const use: ToolUse = { name: event.toolName, input: event.input, fileBefore };
  const names = whomToCall(step, "approve");
  const whole = permissionCard(toolInFull(use, context, reason), names, context.postLimit);
  const { card, file } = offering(whole, event.rules ?? []);
  const ask: PermissionAsk = {
    kind: "permission",
    key: newKey(step, "ask"),
    postId: undefined,
    card,
    requestId: event.requestId,
    toolUseId: hasCard ? toolUseId : undefined,
    use,
    isFromSubagent: isFromSubagent(step, event.toolUseId),
    ...(event.rules === undefined ? {} : { rules: event.rules }),
  };
  open(step, ask, file);
}

/** 2.1.330 names the tool use; if this turn does not know it, it is a subagent's. */
function isFromSubagent({ state }: Step, id: ToolUseId | undefined): boolean {
  return id !== undefined && !state.turn.tools.has(id);
}

export function askPlan(step: Step, event: ClaudeEvent & { type: "planAsked" }): void {
  const { requestId, plan, input, toolUseId } = event;
  const { card, file } = planCard(plan, whomToCall(step, "approve"), step.context.postLimit);
  if (!step.state.isPlanApproved) {
    const key = newKey(step, "ask");
    const ask = { kind: "plan", key, postId: undefined, card, requestId, plan, input } as const;
    open(step, { ...ask, isFromSubagent: isFromSubagent(step, toolUseId) }, file);
    return;
  }
  audit(step, "plan-approved-automatically", undefined, { plan });
  answer(step, requestId, { behavior: "allow", updatedInput: input });
  breakPage(step);
  const head = "📋 **Plan** *(goes on by itself: a plan was approved before)*";
  putPosts(step, { key: newKey(step, "plan"), card: { ...card, head, choices: "" } }, true, file);
}

export function askQuestions(step: Step, event: ClaudeEvent & { type: "questionAsked" }): void {
  if (event.questions.length === 0) {
    answer(step, event.requestId, { behavior: "allow", updatedInput: { ...event.input, answers: {} } });
    return;
  }
  openQuestion(step, { ...event, isFromSubagent: isFromSubagent(step, event.toolUseId) }, 0, {});
}

export function openQuestion(
  step: Step,
  asked: Pick<QuestionAsk, "requestId" | "questions" | "input" | "isFromSubagent">,
  index: number,
  answers: Readonly<Record<string, string>>,
): void {
  const { requestId, questions, input, isFromSubagent } = asked;
  const question = questions[index];
  if (!question) {
    answer(step, requestId, { behavior: "allow", updatedInput: { ...input, answers } });
    return;
  }
  const card = questionCard(question, questionTitle(index, questions.length), whomToCall(step, "answer"));
  const key = newKey(step, "ask");
  open(step, {
    kind: "question",
    key,
    postId: undefined,
    card,
    requestId,
    questions,
    input,
    index,
    answers,
    selected: new Map(),
    ...(isFromSubagent === undefined ? {} : { isFromSubagent }),
  });
}

export function open(step: Step, ask: Ask, file?: PostFile): void {
  if (ask.kind !== "guest") {
    // What Claude said before it asked is said; a guest may come in the middle of a sentence.
    step.state.turn.transcript.endText();
  }
  breakPage(step);
  step.state.asks.push(ask);
  putCard(step, ask, file);
  remindOf(step, ask);
  if (ask.kind !== "guest") {
    holdOtherTools(step);
    step.emit({ type: "typing", isOn: false });
  }
}

function putCard(step: Step, ask: Ask, file?: PostFile): void {
  ask.pieces = putPosts(step, ask, false, file);
  reactWithChoices(step, ask);
}

/** Gives the posts above the last one, which is the card's own. */
function putPosts(
  step: Step,
  { key, card }: Pick<Ask, "key" | "card">,
  isFinal: boolean,
  file?: PostFile,
): CardPiece[] {
  const posts = openCard(card, step.context.postLimit);
  step.state.turn.hasShown = true;
  return posts.flatMap((post, index) => {
    if (index === posts.length - 1) {
      step.emit({ type: "put", key, ...post, isFinal, ...(file ? { file } : {}) });
      return [];
    }
    const piece = { key: newKey(step, key), postId: undefined };
    step.emit({ type: "put", key: piece.key, ...post, isFinal: true });
    return [piece];
  });
}

function reactWithChoices(step: Step, ask: Ask): void {
  for (const emojiName of choicesOf(ask)) {
    step.emit({ type: "react", target: { key: ask.key }, emojiName });
  }
}

export function choicesOf(ask: Ask): readonly string[] {
  if (ask.kind !== "question") {
    const always = ask.kind === "permission" && ask.rules ? [ALWAYS] : [];
    return isIncomplete(ask) ? ["-1"] : [...CHOICES[ask.kind], ...always];
  }
  const { options = [], multiSelect } = ask.questions[ask.index] ?? {};
  const digits = DIGITS.slice(0, options.length).map((digit) => digit.name);
  return multiSelect && digits.length > 0 ? [...digits, "white_check_mark"] : digits;
}

export function isIncomplete(ask: Ask): boolean {
  return ask.kind === "permission" && ask.isIncomplete === true;
}

/** All that the card promises is in the thread: before that nobody can have seen what they would allow. */
export function isAllowable(ask: Ask): boolean {
  const posts = [ask, ...(ask.pieces ?? [])];
  return !isIncomplete(ask) && posts.every(({ postId }) => postId !== undefined);
}

/** The server takes no file for a card, which is not posted yet: posts say all of it, or it can't be allowed. */
export function fileRefused(step: Step, key: PostKey): void {
  const { state, context } = step;
  const ask = state.asks.find((candidate) => candidate.key === key);
  if (ask?.kind !== "permission" && ask?.kind !== "plan") {
    withoutFile(step, key);
    return;
  }
  const names = whomToCall(step, "approve");
  const whole =
    ask.kind === "plan"
      ? planCard(ask.plan, names, context.postLimit, false)
      : offering(
          permissionCard(toolInFull(ask.use, context), names, context.postLimit, false),
          ask.rules ?? [],
        );
  const isWhole = ask.kind === "permission" ? { isIncomplete: false } : {};
  const anew = { ...ask, ...isWhole, ...whole, postId: undefined, isHinted: false };
  state.asks = state.asks.map((other) => (other === ask ? anew : other));
  putCard(step, anew);
}

/** Nobody waits for that card any more, but it is to be told what became of it, and of a file that was no card's. */
function withoutFile(step: Step, key: PostKey): void {
  const [kind] = key.split(".", 1);
  // What Claude sends is Claude's to tell of.
  if (kind === "file" || showVerdictOf(step, key)) {
    return;
  }
  const text =
    kind === "ask"
      ? "⚪ **No longer open**: it was over before its card could be shown"
      : "⚠️ The server takes no such file, and it is too long for posts. An administrator of the server can allow files " +
        "(`FileSettings.EnableFileAttachments`) and larger ones (`FileSettings.MaxFileSize`).";
  step.emit({ type: "put", key, markdown: "", attachment: attachment("void", text), isFinal: true });
}

/** A card that somebody deleted is posted again, and so is a piece of it: the decision is still needed. */
export function cardDeleted(step: Step, postId: PostId): void {
  for (const ask of step.state.asks) {
    if (ask.postId === postId) {
      ask.postId = undefined;
      step.emit({ type: "repost", key: ask.key });
      reactWithChoices(step, ask);
    }
    for (const [index, piece] of (ask.pieces ?? []).entries()) {
      if (piece.postId === postId) {
        piece.postId = undefined;
        const post = openCard(ask.card, step.context.postLimit)[index];
        step.emit({ type: "put", key: piece.key, markdown: post?.markdown ?? "", isFinal: true });
      }
    }
  }
}

/** Says above the choices, once, what becomes of words that decide nothing. */
export function hintAt(step: Step, ask: Ask, hint: string): void {
  if (!ask.isHinted) {
    ask.isHinted = true;
    const card = { ...ask.card, choices: `${hint}\n${ask.card.choices}` };
    const post = openCard(card, step.context.postLimit).at(-1);
    step.emit({ type: "put", key: ask.key, markdown: "", ...post, isFinal: false });
  }
}

/** Claude took an ask back. */
export function cancelAsk(step: Step, requestId: RequestId): void {
  for (const ask of step.state.asks.filter(
    (candidate) => "requestId" in candidate && candidate.requestId === requestId,
  )) {
    settle(step, ask, "⚪ **No longer needed**: Claude took this back", "void");
  }
  goOn(step);
}

/** The asks of a process that is over: nobody waits for the answer any more. Guests' messages stay open. */
export function voidAsks(step: Step, reason: string, guestsToo = false): void {
  for (const ask of step.state.asks.filter((candidate) => guestsToo || candidate.kind !== "guest")) {
    settle(step, ask, `⚪ **No longer open**: ${reason}`, "void");
  }
}

/** The asks of a turn that is over; what a subagent asks beside it, it still waits for. */
export function voidAsksOfTurn(step: Step): void {
  for (const ask of step.state.asks.filter(
    ({ kind, isFromSubagent: goesOn }) => kind !== "guest" && !goesOn,
  )) {
    settle(step, ask, "⚪ **No longer open**: the turn is over", "void");
  }
}

export function settle(step: Step, ask: Ask, verdict: string, tone: Tone, isToolToRun = false): void {
  const { state, context } = step;
  state.asks = state.asks.filter((other) => other !== ask);
  if (ask.reply) {
    // What it was to answer is over: it is a message as any other.
    state.queue.push(ask.reply);
    ask.reply = undefined;
    if (state.phase.name === "idle") {
      takeUpWork(step);
    }
  }
  if (isToolToRun && ask.kind === "permission" && ask.toolUseId !== undefined) {
    holdVerdict(step, ask.toolUseId, ask, verdict);
    scheduleVerdicts(step);
    return;
  }
  const post = settledCard(ask.card, context.postLimit, verdict, tone);
  step.emit({ type: "put", key: ask.key, ...post, isFinal: true });
}

export function answer(step: Step, requestId: RequestId, decision: PermissionAnswer): void {
  step.emit({ type: "answer", requestId, answer: decision });
}

/** Claude works on, unless it still waits for somebody. */
export function goOn(step: Step): void {
  const { asks, phase } = step.state;
  holdOtherTools(step);
  if (phase.name === "working" && asks.every((ask) => ask.kind === "guest")) {
    step.emit({ type: "typing", isOn: true });
  }
}

/** A reaction that came before the card's id was known is looked at again. */
export function cardPosted(step: Step, key: string, postId: PostId, at?: number): readonly Reaction[] {
  const { state } = step;
  const posts = state.asks.flatMap((ask) => [ask, ...(ask.pieces ?? [])]);
  const post = posts.find((candidate) => candidate.key === key);
  if (post) {
    post.postId = postId;
    post.postedAt = at;
  } else if (key === state.cutOff?.key) {
    state.cutOff.postId = postId;
  } else if (undoPosted(state, key, postId)) {
    // What was pressed on it meanwhile is looked at below.
  } else if (holdPostOf(state)?.key === key) {
    setHoldPostId(state, postId);
  } else if (state.worktree?.status !== "asked" || state.worktree.key !== key) {
    return [];
  }
  const waiting = state.earlyReactions.filter((reaction) => reaction.postId === postId);
  state.earlyReactions = state.earlyReactions.filter((reaction) => reaction.postId !== postId);
  return waiting;
}
