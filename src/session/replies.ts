// What people say in words about what is open: a message that can be about one ask only is taken as its answer, with
// the files that came along; every other one waits for Claude, and the cards say how they are decided.

import { waitingHint } from "../render/cards.ts";
import { asWritten } from "../render/left-out.ts";
import { inlineCode } from "../render/markdown.ts";
import type { PostKey } from "../thread/writes.ts";
import type { Person } from "./access.ts";
import { choicesOf, hintAt, isAllowable, isInPart } from "./asks.ts";
import { decisionIn, type WordsDecision } from "./deciding-words.ts";
import { answerQuestion, decidePermission, decidePlan } from "./decisions.ts";
import { spokenBy, withoutLabels } from "./labels.ts";
import { optionsNamed } from "./option-words.ts";
import { may, notWaiting } from "./state.ts";
import type { Ask, GuestAsk, Message, Step } from "./types.ts";

type ClaudesAsk = Exclude<Ask, GuestAsk>;

/** Takes a message as the answer to an open ask, if it is one. */
export function answerInWords(step: Step, message: Message): boolean {
  const { state } = step;
  if (message.isSlashCommand) {
    return false;
  }
  const decision = decisionOf(message);
  const ask = meantOf(state.asks.filter((candidate) => canMean(step, candidate, message.by, decision)));
  if (!ask || (ask.kind !== "question" && decision.kind === "consent" && !isAllowable(ask))) {
    // What came before all of the card was known to stand there is looked at again once it does.
    if (!ask || isInPart(ask)) {
      tellHow(step);
    }
    return false;
  }
  if (message.attachments.length > 0) {
    ask.reply = message;
    state.waiting.add(message.postId);
    step.emit({ type: "react", target: { postId: message.postId }, emojiName: "eyes" });
    step.emit({ type: "saveFiles", message });
  } else {
    take(step, ask, message, []);
  }
  return true;
}

/**
 * All of a card stands there. Consent that waits, and was written after that, is about it, however late the server's
 * answer came here; consent from before it is not.
 */
export function cardStands(step: Step, key: PostKey): void {
  const { state } = step;
  const ask = state.asks.find((one) => [one, ...(one.pieces ?? [])].some((post) => post.key === key));
  if (!ask || ask.kind === "guest" || ask.kind === "question" || !isAllowable(ask)) {
    return;
  }
  const since = Math.max(...[ask, ...(ask.pieces ?? [])].map(({ postedAt = Infinity }) => postedAt));
  const consents = state.queue.filter(
    (message) => !message.isSlashCommand && decisionOf(message).kind === "consent",
  );
  const message = consents.find(({ by, at = 0 }) => {
    const meant = state.asks.filter((one) => canMean(step, one, by, { kind: "consent" }));
    return at > since && meantOf(meant) === ask;
  });
  if (message) {
    state.queue.splice(state.queue.indexOf(message), 1);
    notWaiting(step, message);
    take(step, ask, message, []);
  } else if (consents.length > 0) {
    tellHow(step);
  }
}

/** The files of a reply are where Claude can read them. What the reply was about may be over by then. */
export function filesSaved(step: Step, uuid: string, paths: readonly string[]): void {
  const ask = step.state.asks.find((candidate) => candidate.reply?.uuid === uuid);
  const message = ask?.reply;
  if (!ask || !message) {
    return;
  }
  ask.reply = undefined;
  notWaiting(step, message);
  const saysSomething = message.text.trim() !== "" || paths.length > 0;
  if (ask.kind !== "guest" && saysSomething && canMean(step, ask, message.by, decisionOf(message))) {
    take(step, ask, message, paths);
  }
}

/** Consent that brings a file along says more than consent. */
function decisionOf({ text, attachments }: Message): WordsDecision {
  const decision = decisionIn(text);
  return decision.kind === "consent" && attachments.length > 0 ? { kind: "undecided" } : decision;
}

/** Whether words of that person's could be about `ask`. Nobody answers a guest in words, but "yes" may be meant so. */
function canMean(step: Step, ask: Ask, by: Person, { kind }: WordsDecision): boolean {
  if (ask.reply) {
    return false;
  }
  switch (ask.kind) {
    case "question":
      return may(step, "answer", by);
    case "plan":
      return may(step, "approve", by);
    case "permission":
      return kind !== "undecided" && may(step, "approve", by);
    case "guest":
      return kind !== "undecided" && may(step, "steer", by);
  }
}

/** The one ask that can be meant. Questions are answered in the order they were asked. */
function meantOf(asks: readonly Ask[]): ClaudesAsk | undefined {
  const [first] = asks;
  const isCertain = asks.length === 1 || asks.every((ask) => ask.kind === "question");
  return first && first.kind !== "guest" && isCertain ? first : undefined;
}

/** A `/name` that may be no command is the answer to a question that is open. */
export function answersQuestion(step: Step, message: Message): boolean {
  return step.state.asks.some((ask) => ask.kind === "question") && answerInWords(step, message);
}

/** A slash command decides nothing: while it waits, the open cards say how they are decided. */
export function tellWhatWaits(step: Step, message: Message): void {
  if (step.state.queue.includes(message)) {
    tellHow(step);
  }
}

function tellHow(step: Step): void {
  const { asks } = step.state;
  const isAlone = asks.length === 1;
  for (const ask of asks) {
    if (ask.kind !== "guest" && !ask.reply) {
      const how = { isAlone, isInPart: isInPart(ask), hasEmoji: choicesOf(ask).length > 0 };
      hintAt(step, ask, waitingHint(ask.kind, how));
    }
  }
}

function take(step: Step, ask: ClaudesAsk, message: Message, paths: readonly string[]): void {
  const { by } = message;
  const text = message.text.trim();
  const decision = decisionOf(message);
  switch (ask.kind) {
    case "question": {
      const names = message.attachments.map(({ name }) => `📎 ${inlineCode(name)}`);
      const option = optionsNamed(text, ask.questions[ask.index]);
      const said = option ?? text;
      const shown = [...(said === "" ? [] : [`**${asWritten(said)}**`]), ...names].join(" ");
      const answer = withFiles(said, paths);
      const told = option === undefined ? ownWords(step, by, answer) : answer;
      answerQuestion(step, ask, by, answer, { shown, told });
      break;
    }
    case "plan":
      if (decision.kind === "consent") {
        decidePlan(step, ask, by, undefined);
      } else {
        const isBare = decision.kind === "denial" && decision.reason === "" && paths.length === 0;
        decidePlan(step, ask, by, isBare ? "" : withFiles(text, paths));
      }
      break;
    case "permission":
      if (decision.kind === "denial") {
        decidePermission(step, ask, by, "-1", withFiles(decision.reason, paths));
      } else {
        decidePermission(step, ask, by, "+1");
      }
      break;
  }
}

/** An answer that is no option is somebody's; whose, matters once there is more than one speaker. */
function ownWords({ state }: Step, by: Person, words: string): string {
  const isNamed = new Set([...state.speakers.keys(), by.id]).size > 1;
  return isNamed ? spokenBy(by.name, words) : withoutLabels(words);
}

function withFiles(text: string, paths: readonly string[]): string {
  const list = paths.map((path) => `- ${path}`).join("\n");
  return paths.length === 0 ? text : `${text}\n\nAttached files:\n${list}`.trim();
}
