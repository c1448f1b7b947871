// What people decide about an open ask: by emoji, whether they may, and taking the decision to Claude.
// The first valid answer wins; an emoji that isn't a choice, and a late answer, do nothing.

import { DIGITS, nameOf } from "../render/cards.ts";
import { asWritten } from "../render/hidden-text.ts";
import { inlineCode } from "../render/markdown.ts";
import { rulesInWords } from "../render/rules.ts";
import { withoutLabels } from "../render/speaker-labels.ts";
import type { GuestAsk, PermissionAsk, PlanAsk, QuestionAsk } from "./ask-types.ts";
import { ALWAYS, answer, choicesOf, goOn, isAllowable, isIncomplete, openQuestion, settle } from "./asks.ts";
import { authorize, type Person } from "./authorization.ts";
import { markNotTaken, showWaiting, takeUpWork } from "./sending.ts";
import type { Message, Signal } from "./signals.ts";
import { audit, may, say, tryTakeNotice, updateHeader } from "./state.ts";
import { isAway } from "./steering/away.ts";
import { makeRules } from "./steering/rules.ts";
import type { Step } from "./types.ts";

type Reaction = Signal & { readonly type: "reaction" };

/** True when the reaction was about an open ask, whether it decided anything or not. */
export function reactToAsk(step: Step, reaction: Reaction): boolean {
  const { state } = step;
  const ask = state.asks.find((candidate) => candidate.postId === reaction.postId);
  if (!ask || !choicesOf(ask).includes(reaction.emojiName)) {
    return false;
  }
  if (ask.reply) {
    // Somebody has answered already.
    return true;
  }
  if (ask.kind === "question") {
    // A choice is taken off by whoever made it, whatever they may by then.
    if (reaction.isRemoval || may(step, "answer", reaction.by)) {
      chooseOption(step, ask, reaction);
    }
    return true;
  }
  if (reaction.isRemoval || !may(step, ask.kind === "guest" ? "steer" : "approve", reaction.by)) {
    return true;
  }
  if (reaction.emojiName !== "-1" && !isAllowable(ask)) {
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

export function decidePermission(
  step: Step,
  ask: PermissionAsk,
  by: Person,
  emojiName: string,
  reason = "",
): void {
  if (emojiName === "-1") {
    const why =
      reason === ""
        ? "They gave no reason; ask what to do instead."
        : `Their reason: ${withoutLabels(reason)}`;
    audit(step, "tool-denied", by, { tool: ask.use.name, input: ask.use.input, reason });
    answer(step, ask.requestId, { behavior: "deny", message: `@${by.name} denied this. ${why}` });
    const words = reason === "" ? "" : `: ${asWritten(reason)}`;
    settle(step, ask, `👎 **Denied** by @${by.name}${words}`, "bad");
    goOn(step);
    return;
  }
  if (emojiName === ALWAYS && ask.rules) {
    makeRules(step, ask, by);
    allow(step, ask, by, `🔁 **Always allowed here** by @${by.name}: ${rulesInWords(ask.rules)}`, ask.rules);
  } else if (emojiName === "+1") {
    allow(step, ask, by, `✅ **Allowed** by @${by.name}`);
  } else {
    step.state.auto = { grantedBy: by };
    audit(step, "session-allowed", by);
    for (const open of [ask, ...step.state.asks.filter((other) => other !== ask)]) {
      if (open.kind === "permission" && !isIncomplete(open) && !open.reply) {
        allow(step, open, by, `✅ **Allowed for this session** by @${by.name}`);
      }
    }
    updateHeader(step);
  }
  goOn(step);
}

function allow(
  step: Step,
  ask: PermissionAsk,
  by: Person,
  verdict: string,
  rules?: PermissionAsk["rules"],
): void {
  const { name: tool, input } = ask.use;
  audit(step, "tool-allowed", by, { tool, input });
  const made = rules === undefined ? {} : { rules };
  answer(step, ask.requestId, { behavior: "allow", updatedInput: input, ...made });
  settle(step, ask, verdict, "good", true);
}

/** `changes`: undefined approves; "" asks for changes without saying which. */
export function decidePlan(step: Step, ask: PlanAsk, by: Person, changes: string | undefined): void {
  const { plan } = ask;
  if (changes === undefined) {
    // Nothing was approved that later plans could be part of when there was no plan.
    step.state.isPlanApproved = plan.trim() !== "";
    audit(step, "plan-approved", by, { plan });
    // What Claude may do unasked from now on, it may by this decision.
    step.state.steering.modeBy = by;
    answer(step, ask.requestId, { behavior: "allow", updatedInput: ask.input });
    settle(step, ask, `✅ **Plan approved** by @${by.name}`, "good");
  } else {
    const message =
      changes === ""
        ? `@${by.name} wants changes to this plan. Ask them which.`
        : `@${by.name} wants changes to this plan: ${withoutLabels(changes)}`;
    audit(step, "plan-changes", by, { plan, changes });
    answer(step, ask.requestId, { behavior: "deny", message });
    const what = changes === "" ? "" : `: ${asWritten(changes)}`;
    settle(step, ask, `✏️ **Changes requested** by @${by.name}${what}`, "bad");
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
    const own = ask.selected.get(by.id) ?? new Set();
    isRemoval ? own.delete(at) : own.add(at);
    ask.selected.set(by.id, own);
  } else if (!isRemoval) {
    const counted = countedChoices(step, ask);
    const labels = question.options.filter((_, index) => counted.has(index)).map(({ label }) => label);
    if (labels.length > 0) {
      answerQuestion(step, ask, by, labels.join(", "));
    }
  }
}

/** What somebody has chosen who may answer now. */
function countedChoices({ state, context }: Step, { selected }: QuestionAsk): ReadonlySet<number> {
  const counted = [...selected].filter(([id]) => authorize("answer", id, state, context.rightsOf));
  return new Set(counted.flatMap(([, choices]) => [...choices]));
}

/** `shown`: what the card says of the answer; `told`: the words that Claude gets for it. */
export function answerQuestion(
  step: Step,
  ask: QuestionAsk,
  by: Person,
  text: string,
  { shown = `**${asWritten(text)}**`, told = text } = {},
): void {
  const question = ask.questions[ask.index];
  audit(step, "answered", by, { question: question?.question ?? "", answer: text });
  settle(step, ask, `✅ ${shown} (@${by.name})`, "good");
  // Claude has answers by the text of their question: two of one text have one answer.
  const asked = question?.question ?? "";
  const earlier = Object.hasOwn(ask.answers, asked) ? [ask.answers[asked]] : [];
  openQuestion(step, ask, ask.index + 1, { ...ask.answers, [asked]: [...earlier, told].join("; ") });
  goOn(step);
}

function decideGuest(step: Step, ask: GuestAsk, by: Person, emojiName: string): void {
  const { state } = step;
  const guest = ask.message.by;
  const name = nameOf(guest.name);
  const what = { guest, message: ask.message.text };
  if (emojiName === "-1") {
    audit(step, "guest-denied", by, what);
    settle(step, ask, `👎 Message of ${name} denied by @${by.name}`, "bad");
  } else if (emojiName === "white_check_mark") {
    state.participants.set(guest.id, guest.name);
    letInAll(step, guest, by);
    audit(step, "invited", by, { user: guest });
    updateHeader(step);
  } else {
    audit(step, "guest-allowed", by, what);
    settle(step, ask, `✅ Message of ${name} allowed by @${by.name}`, "good");
    enqueue(step, { ...ask.message, approvedBy: by });
  }
}

/** One who was invited is let in with all they have said: in their own right, and so only as long as they have it. */
export function letInAll(step: Step, guest: Person, by: Person): void {
  const cards = step.state.asks.filter((ask) => ask.kind === "guest");
  for (const ask of cards.filter(({ message }) => message.by.id === guest.id)) {
    audit(step, "guest-allowed", by, { guest, message: ask.message.text });
    settle(step, ask, `✅ ${nameOf(guest.name)} invited to this session by @${by.name}`, "good");
    enqueue(step, ask.message);
  }
}

/** As many as anybody will want to have read by Claude one after the other. */
const MAX_QUEUE = 50;

/** Queues an authorised message for Claude; 👀 shows that it waits. */
export function enqueue(step: Step, message: Message): void {
  const { state } = step;
  if (state.queue.length >= MAX_QUEUE) {
    notTaken(step, message, "queue", `${MAX_QUEUE} messages wait for Claude already`);
    return;
  }
  state.queue.push(message);
  takeUpWork(step);
  if (state.queue.includes(message) && (state.phase.name === "working" || isAway(state))) {
    showWaiting(step, message);
  }
}

/** Marks a message that goes nowhere, and says why, once in a while. */
export function notTaken(step: Step, message: Message, what: string, why: string): void {
  const { by } = message;
  markNotTaken(step, message);
  if (tryTakeNotice(step, what, by)) {
    const name = inlineCode(`@${by.name}`);
    say(step, `🚫 ${name}, ${why}: what you wrote was not taken. Send it again later.`);
  }
}
