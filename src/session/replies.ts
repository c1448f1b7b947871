// What people say in words about open asks. A message that can be about one ask only is taken as its answer, with the
// files that came along. Every other message waits for Claude, and the cards say how they are decided.

import { waitingHint } from "../render/cards.ts";
import { asWritten } from "../render/hidden-text.ts";
import { inlineCode } from "../render/markdown.ts";
import { spokenBy, withoutLabels } from "../render/speaker-labels.ts";
import type { PostKey } from "../thread/writes.ts";
import type { Ask, GuestAsk } from "./ask-types.ts";
import { choicesOf, hintAt, isAllowable, isIncomplete } from "./asks.ts";
import type { Person } from "./authorization.ts";
import { decisionIn, type WordsDecision } from "./deciding-words.ts";
import { answerQuestion, decidePermission, decidePlan } from "./decisions.ts";
import { optionsNamed } from "./option-words.ts";
import { dropUnauthorized, notWaiting, showWaiting } from "./sending.ts";
import type { Message } from "./signals.ts";
import { may } from "./state.ts";
import type { Step } from "./types.ts";

type ClaudesAsk = Exclude<Ask, GuestAsk>;

/** Takes a message as the answer to an open ask, if it is one. */
export function answerInWords(step: Step, message: Message): boolean {
  const ask = message.isSlashCommand ? undefined : meantBy(step, message);
  if (!ask) {
    tellHow(step);
    return false;
  }
  if (message.files.length > 0) {
    ask.reply = message;
    showWaiting(step, message);
    step.emit({ type: "saveFiles", message });
  } else {
    take(step, ask, message, []);
  }
  return true;
}

/**
 * A card is posted completely. Messages that wait and were written after that are about it, however late the server's
 * answer came here; messages from before it are not.
 */
export function cardStands(step: Step, key: PostKey): void {
  const { state } = step;
  const ask = state.asks.find((one) => [one, ...(one.pieces ?? [])].some((post) => post.key === key));
  if (!ask || ask.kind === "guest") {
    return;
  }
  const message = state.queue.find((one) => !one.isSlashCommand && meantBy(step, one) === ask);
  if (message) {
    state.queue.splice(state.queue.indexOf(message), 1);
    notWaiting(step, message);
    answerInWords(step, message);
  } else if (state.queue.length > 0) {
    tellHow(step);
  }
}

/** The files of a reply are where Claude can read them. What the reply was about may be over by then. */
export function filesSaved(step: Step, uuid: string, paths: readonly string[]): void {
  const { state } = step;
  const ask = state.asks.find((candidate) => candidate.reply?.uuid === uuid);
  const message = ask?.reply;
  if (!ask || !message) {
    return;
  }
  ask.reply = undefined;
  const saysSomething = message.text.trim() !== "" || paths.length > 0;
  if (ask.kind !== "guest" && saysSomething && canMean(step, ask, message)) {
    notWaiting(step, message);
    take(step, ask, message, paths);
  } else if (saysSomething) {
    // Who wrote it may have lost the right to answer: then it is told, as of any message that waits.
    state.queue.push(message);
    dropUnauthorized(step);
  } else {
    notWaiting(step, message);
  }
}

/** Consent that brings a file along says more than consent. */
function decisionOf({ text, files }: Message): WordsDecision {
  const decision = decisionIn(text);
  return decision.kind === "consent" && files.length > 0 ? { kind: "undecided" } : decision;
}

/**
 * Whether these words could be about `ask`: all of it was posted when they were written. A guest's card is not decided
 * in words, but somebody may mean a "yes" for it.
 */
function canMean(step: Step, ask: Ask, message: Message): boolean {
  if (ask.reply || !stoodBefore(ask, message)) {
    return false;
  }
  const { by } = message;
  const { kind } = decisionOf(message);
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

/** By the server's clock, which has both; what it has not told is not known to be so. */
function stoodBefore(ask: Ask, { at }: Message): boolean {
  return [ask, ...(ask.pieces ?? [])].every(
    ({ postId, postedAt }) =>
      postId !== undefined && postedAt !== undefined && at !== undefined && postedAt < at,
  );
}

/** The one ask that a message can be about. Questions are answered in the order they were asked. */
function meantBy(step: Step, message: Message): ClaudesAsk | undefined {
  const asks = step.state.asks.filter((ask) => canMean(step, ask, message));
  const [first] = asks;
  const isCertain = asks.length === 1 || asks.every((ask) => ask.kind === "question");
  if (!first || first.kind === "guest" || !isCertain) {
    return undefined;
  }
  const isConsent = first.kind !== "question" && decisionOf(message).kind === "consent";
  return isConsent && !isAllowable(first) ? undefined : first;
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
    if (ask.kind !== "guest" && !ask.reply && ask.postId !== undefined) {
      const how = { isAlone, isIncomplete: isIncomplete(ask), hasEmoji: choicesOf(ask).length > 0 };
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
      const names = message.files.map(({ name }) => `📎 ${inlineCode(name)}`);
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
