// What Claude, or a guest, waits for somebody to decide: opening the card, who may decide, taking the decision to
// Claude, and saying on the card what became of it. Never waits: an open ask is data.

import type { ClaudeEvent, PermissionAnswer, RequestId } from "../claude/types.ts";
import type { PostId } from "../mattermost/types.ts";
import {
  closedCard,
  DIGITS,
  guestCard,
  oneLine,
  openCard,
  permissionCard,
  planCard,
  questionCard,
  questionTitle,
} from "../render/cards.ts";
import { truncate } from "../render/markdown.ts";
import { type ToolUse, toolInFull } from "../render/tools.ts";
import { may, type Person, roleOf } from "./access.ts";
import { holdOtherTools } from "./cadence.ts";
import { breakPage, newKey, takeUpWork, updateHeader } from "./state.ts";
import type { Ask, GuestAsk, Message, PermissionAsk, PlanAsk, QuestionAsk, Signal, Step } from "./types.ts";

type Reaction = Signal & { readonly type: "reaction" };

const CHOICES: Readonly<Record<"permission" | "plan" | "guest", readonly string[]>> = {
  permission: ["+1", "white_check_mark", "-1"],
  plan: ["+1", "-1"],
  guest: ["+1", "white_check_mark", "-1"],
};

const DENIAL = /^\s*(?:no|deny)\b[\s,.:;!-]*([\s\S]*)$/i;

export function askPermission(
  step: Step,
  event: ClaudeEvent & { type: "permissionAsked" },
  fileBefore?: string,
): void {
  const { state } = step;
  if (state.isAuto) {
    answer(step, event.requestId, { behavior: "allow", updatedInput: event.input });
    if (event.toolUseId) {
      state.turn.transcript.releaseTool(event.toolUseId);
    }
    return;
  }
  // The card stands for the tool's line: the same tool twice in a row would be noise.
  const isCarded = event.toolUseId !== undefined && state.turn.transcript.withdrawUnseenTool(event.toolUseId);
  const use: ToolUse = { name: event.toolName, input: event.input, fileBefore };
  const card = permissionCard(toolInFull(use, step.context), state.owner.name);
  open(step, {
    kind: "permission",
    key: newKey(step, "ask"),
    postId: undefined,
    card,
    requestId: event.requestId,
    toolUseId: isCarded ? event.toolUseId : undefined,
    use,
  });
}

export function askPlan(step: Step, event: ClaudeEvent & { type: "planAsked" }): void {
  const { state } = step;
  const card = planCard(event.plan, state.owner.name);
  if (state.isPlanApproved) {
    answer(step, event.requestId, { behavior: "allow", updatedInput: event.input });
    breakPage(step);
    const verdict = "📋 **Plan** *(goes on by itself: a plan was approved before)*\n";
    const key = newKey(step, "plan");
    step.emit({
      type: "put",
      key,
      markdown: closedCard(card, step.context.postLimit, verdict),
      isFinal: true,
    });
    return;
  }
  const { requestId, plan, input } = event;
  open(step, { kind: "plan", key: newKey(step, "ask"), postId: undefined, card, requestId, plan, input });
}

export function askQuestions(step: Step, event: ClaudeEvent & { type: "questionAsked" }): void {
  if (event.questions.length === 0) {
    answer(step, event.requestId, { behavior: "allow", updatedInput: { ...event.input, answers: {} } });
    return;
  }
  openQuestion(step, event, 0, {});
}

function openQuestion(
  step: Step,
  { requestId, questions, input }: Pick<QuestionAsk, "requestId" | "questions" | "input">,
  index: number,
  answers: Readonly<Record<string, string>>,
): void {
  const question = questions[index];
  if (!question) {
    answer(step, requestId, { behavior: "allow", updatedInput: { ...input, answers } });
    return;
  }
  const card = questionCard(question, questionTitle(index, questions.length), step.state.owner.name);
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
    selected: new Set(),
  });
}

export function askGuest(step: Step, message: Message): void {
  const files = message.attachments.map((file) => file.name);
  const card = guestCard(message.by.name, message.text, files, step.state.owner.name);
  open(step, { kind: "guest", key: newKey(step, "ask"), postId: undefined, card, message });
}

function open(step: Step, ask: Ask): void {
  breakPage(step);
  step.state.asks.push(ask);
  putCard(step, ask);
  if (ask.kind !== "guest") {
    holdOtherTools(step);
    step.emit({ type: "typing", isOn: false });
  }
}

function putCard(step: Step, ask: Ask): void {
  const posts = openCard(ask.card, step.context.postLimit);
  posts.forEach((markdown, index) => {
    const isLast = index === posts.length - 1;
    const key = isLast ? ask.key : newKey(step, ask.key);
    step.emit({ type: "put", key, markdown, isFinal: !isLast });
  });
  reactWithChoices(step, ask);
}

function reactWithChoices(step: Step, ask: Ask): void {
  for (const emojiName of choicesOf(ask)) {
    step.emit({ type: "react", target: { key: ask.key }, emojiName });
  }
}

function choicesOf(ask: Ask): readonly string[] {
  if (ask.kind !== "question") {
    return CHOICES[ask.kind];
  }
  const question = ask.questions[ask.index];
  const digits = DIGITS.slice(0, question?.options.length ?? 0).map((digit) => digit.name);
  return question?.multiSelect ? [...digits, "white_check_mark"] : digits;
}

/** A card that somebody deleted is posted again: the decision is still needed. */
export function cardDeleted(step: Step, postId: PostId): void {
  const ask = step.state.asks.find((candidate) => candidate.postId === postId);
  if (ask) {
    ask.postId = undefined;
    step.emit({ type: "repost", key: ask.key });
    reactWithChoices(step, ask);
  }
}

/** True when the reaction was about an open ask, whether it decided anything or not. */
export function reactToAsk(step: Step, reaction: Reaction): boolean {
  const { state } = step;
  const ask = state.asks.find((candidate) => candidate.postId === reaction.postId);
  if (!ask || !choicesOf(ask).includes(reaction.emojiName)) {
    return false;
  }
  const role = roleOf(reaction.by, state);
  if (ask.kind === "question") {
    if (may(role, "answer")) {
      chooseOption(step, ask, reaction);
    }
    return true;
  }
  if (reaction.isRemoval || !may(role, ask.kind === "guest" ? "steer" : "approve")) {
    return true;
  }
  switch (ask.kind) {
    case "permission":
      decidePermission(step, ask, reaction.by, reaction.emojiName);
      break;
    case "plan":
      decidePlan(step, ask, reaction.by, reaction.emojiName === "+1" ? undefined : "");
      break;
    case "guest":
      decideGuest(step, ask, reaction.by, reaction.emojiName);
      break;
  }
  return true;
}

/** Takes a message as the answer to an open ask, if it is one. */
export function answerInWords(step: Step, message: Message): boolean {
  const { state } = step;
  if (message.attachments.length > 0 || message.isSlashCommand || message.text.trim() === "") {
    return false;
  }
  const role = roleOf(message.by, state);
  const text = message.text.trim();
  const question = state.asks.find((ask) => ask.kind === "question");
  if (question && may(role, "answer")) {
    answerQuestion(step, question, message.by, text);
    return true;
  }
  if (!may(role, "approve")) {
    return false;
  }
  const plan = state.asks.find((ask) => ask.kind === "plan");
  if (plan) {
    decidePlan(step, plan, message.by, text);
    return true;
  }
  const permission = state.asks.find((ask) => ask.kind === "permission");
  const denial = permission && DENIAL.exec(text);
  if (permission && denial) {
    decidePermission(step, permission, message.by, "-1", denial[1]?.trim());
    return true;
  }
  return false;
}

function decidePermission(step: Step, ask: PermissionAsk, by: Person, emojiName: string, reason = ""): void {
  if (emojiName === "-1") {
    const why = reason === "" ? "They gave no reason; ask what to do instead." : `Their reason: ${reason}`;
    answer(step, ask.requestId, { behavior: "deny", message: `@${by.name} denied this. ${why}` });
    close(
      step,
      ask,
      `👎 **Denied** by @${by.name}${reason === "" ? "" : `: ${oneLine(truncate(reason, 300))}`}`,
    );
    goOn(step);
    return;
  }
  allow(
    step,
    ask,
    emojiName === "+1" ? `✅ **Allowed** by @${by.name}` : `✅ **Allowed for this session** by @${by.name}`,
  );
  if (emojiName === "white_check_mark") {
    step.state.isAuto = true;
    for (const other of step.state.asks.filter((candidate) => candidate.kind === "permission")) {
      allow(step, other, `✅ **Allowed for this session** by @${by.name}`);
    }
    updateHeader(step);
  }
  goOn(step);
}

function allow(step: Step, ask: PermissionAsk, verdict: string): void {
  answer(step, ask.requestId, { behavior: "allow", updatedInput: ask.use.input });
  close(step, ask, verdict);
}

/** `changes`: undefined approves; "" asks for changes without saying which. */
function decidePlan(step: Step, ask: PlanAsk, by: Person, changes: string | undefined): void {
  if (changes === undefined) {
    step.state.isPlanApproved = true;
    answer(step, ask.requestId, { behavior: "allow", updatedInput: ask.input });
    close(step, ask, `✅ **Plan approved** by @${by.name}\n`);
  } else {
    const message =
      changes === ""
        ? `@${by.name} wants changes to this plan. Ask them which.`
        : `@${by.name} wants changes to this plan: ${changes}`;
    answer(step, ask.requestId, { behavior: "deny", message });
    const what = changes === "" ? "" : `: ${oneLine(truncate(changes, 300))}`;
    close(step, ask, `✏️ **Changes requested** by @${by.name}${what}\n`);
  }
  goOn(step);
}

function chooseOption(step: Step, ask: QuestionAsk, { emojiName, isRemoval, by }: Reaction): void {
  const question = ask.questions[ask.index];
  const at = DIGITS.findIndex((digit) => digit.name === emojiName);
  const chosen = question?.options[at];
  if (!question?.multiSelect) {
    if (chosen && !isRemoval) {
      answerQuestion(step, ask, by, chosen.label);
    }
    return;
  }
  if (chosen) {
    isRemoval ? ask.selected.delete(at) : ask.selected.add(at);
  } else if (!isRemoval && ask.selected.size > 0) {
    const labels = question.options
      .filter((_, index) => ask.selected.has(index))
      .map((option) => option.label);
    answerQuestion(step, ask, by, labels.join(", "));
  }
}

function answerQuestion(step: Step, ask: QuestionAsk, by: Person, text: string): void {
  const question = ask.questions[ask.index];
  const title = questionTitle(ask.index, ask.questions.length);
  close(step, ask, `${title} · ✅ **${oneLine(truncate(text, 300))}** (@${by.name})`);
  openQuestion(step, ask, ask.index + 1, { ...ask.answers, [question?.question ?? ""]: text });
  goOn(step);
}

function decideGuest(step: Step, ask: GuestAsk, by: Person, emojiName: string): void {
  const { state } = step;
  const guest = ask.message.by;
  if (emojiName === "-1") {
    close(step, ask, `👎 Message of @${guest.name} denied by @${by.name}`);
    return;
  }
  if (emojiName === "white_check_mark") {
    state.participants.set(guest.id, guest.name);
    updateHeader(step);
    close(step, ask, `✅ @${guest.name} invited to this session by @${by.name}`);
  } else {
    close(step, ask, `✅ Message of @${guest.name} allowed by @${by.name}`);
  }
  enqueue(step, ask.message);
}

/** Queues an authorised message for Claude; 👀 shows that it waits. */
export function enqueue(step: Step, message: Message): void {
  const { state } = step;
  state.queue.push(message);
  takeUpWork(step);
  if (state.queue.includes(message) && state.phase === "working") {
    state.waiting.add(message.postId);
    step.emit({ type: "react", target: { postId: message.postId }, emojiName: "eyes" });
  }
}

/** Claude took an ask back. */
export function cancelAsk(step: Step, requestId: RequestId): void {
  for (const ask of step.state.asks.filter(
    (candidate) => "requestId" in candidate && candidate.requestId === requestId,
  )) {
    close(step, ask, `⚪ **No longer needed**: Claude took this back\n`);
  }
  goOn(step);
}

/** The asks of a turn or a process that is over: nobody waits for the answer any more. Guests' messages stay open. */
export function voidAsks(step: Step, reason: string, guestsToo = false): void {
  for (const ask of step.state.asks.filter((candidate) => guestsToo || candidate.kind !== "guest")) {
    close(step, ask, `⚪ **No longer open**: ${reason}\n`);
  }
}

function close(step: Step, ask: Ask, verdict: string): void {
  const { state, context } = step;
  state.asks = state.asks.filter((other) => other !== ask);
  const markdown = closedCard(ask.card, context.postLimit, verdict);
  const toolUseId = ask.kind === "permission" ? ask.toolUseId : undefined;
  step.emit({ type: "put", key: ask.key, markdown, isFinal: toolUseId === undefined });
  if (ask.kind === "permission" && toolUseId !== undefined) {
    state.cardedTools.set(toolUseId, { key: ask.key, use: ask.use, card: ask.card, verdict });
  }
}

/** A card that stood for its tool's line says how the tool went. */
export function setCardOutcome(step: Step, toolUseId: PermissionAsk["toolUseId"], outcome: string): boolean {
  const carded = toolUseId && step.state.cardedTools.get(toolUseId);
  if (!carded) {
    return false;
  }
  step.state.cardedTools.delete(toolUseId);
  const markdown = closedCard(carded.card, step.context.postLimit, `${carded.verdict} ${outcome}`);
  step.emit({ type: "put", key: carded.key, markdown, isFinal: true });
  return true;
}

function answer(step: Step, requestId: RequestId, decision: PermissionAnswer): void {
  step.emit({ type: "answer", requestId, answer: decision });
}

/** Claude works on, unless it still waits for somebody. */
function goOn(step: Step): void {
  const { asks, phase } = step.state;
  holdOtherTools(step);
  if (phase === "working" && asks.every((ask) => ask.kind === "guest")) {
    step.emit({ type: "typing", isOn: true });
  }
}

/** A reaction that came before the card's id was known is looked at again. */
export function cardPosted(step: Step, key: string, postId: PostId): readonly Reaction[] {
  const { state } = step;
  const ask = state.asks.find((candidate) => candidate.key === key);
  if (!ask) {
    return [];
  }
  ask.postId = postId;
  const waiting = state.early.filter((reaction) => reaction.postId === postId);
  state.early = state.early.filter((reaction) => reaction.postId !== postId);
  return waiting;
}
