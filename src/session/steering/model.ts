// `!model`, `!effort` and `!think`: with what Claude answers, shown and set while it runs; and what Claude itself tells of
// its model and of how full its context is.

import type { ClaudeReply, ModelChoice } from "../../claude/requests.ts";
import { harmless, inlineCode, oneLine, truncate } from "../../render/markdown.ts";
import type { Person } from "../authorization.ts";
import { refuse } from "../refusal.ts";
import { may, say, updateHeader } from "../state.ts";
import type { Step } from "../types.ts";
import { modelName, modelOf } from "./model-names.ts";
import { change } from "./settings.ts";

/** As Claude Code has named them so far, for a CLI that does not say which there are. */
const LEVELS: readonly string[] = ["low", "medium", "high", "xhigh", "max"];
/** Every version takes these, also where it does not list them. */
const WELL_KNOWN: readonly string[] = ["default", "opus", "sonnet", "haiku", "opusplan"];
/** Goes into Claude's arguments: nothing that could be an option. */
const MODEL_NAME = /^[A-Za-z0-9][\x21-\x7e]{0,199}$/;
/** More than any model can think. */
const MAX_TOKENS = 1_000_000;

export function onModelCommand(step: Step, by: Person, argument: string): void {
  const { steering } = step.state;
  const { models } = steering;
  const choices = models.map(({ name }) => inlineCode(name)).join(" · ");
  if (argument === "") {
    const now = modelName(steering, step.context.defaults);
    const is = now === undefined ? "as Claude's own settings say" : inlineCode(now);
    say(
      step,
      `🧠 **Model**: ${is}. \`!model NAME\` changes it${models.length === 0 ? "." : `:\n${list(models)}`}`,
    );
    return;
  }
  const names = [...models.map(({ name }) => name), ...WELL_KNOWN];
  const known = names.find((name) => name.toLowerCase() === argument.toLowerCase());
  // Claude takes any name, and fails with the next message. One in full need not be in the list; a mere word is a slip.
  if (known === undefined && (!MODEL_NAME.test(argument) || /^[a-z]+$/i.test(argument))) {
    const there = choices === "" ? "" : `; there are ${choices}, and models by their full names`;
    say(step, `ℹ️ There is no model ${inlineCode(argument, 80)}${there}.`);
    return;
  }
  if (mayChange(step, by)) {
    change(step, { kind: "setModel", model: known ?? argument }, by);
  }
}

export function onEffortCommand(step: Step, by: Person, argument: string): void {
  const { steering } = step.state;
  const model = modelOf(steering);
  const levels = model?.effortLevels.length ? model.effortLevels : LEVELS;
  const names = [...levels, "default"].map((level) => inlineCode(level)).join(" · ");
  const level = [...levels, "default"].find((one) => one === argument.toLowerCase());
  if (argument === "") {
    const now = steering.effort ?? step.context.defaults?.effort;
    const is = now === undefined ? "as Claude's own settings say" : inlineCode(now);
    say(step, `🧠 **Effort**: ${is}. \`!effort LEVEL\` changes it: ${names}`);
  } else if (level === undefined) {
    say(step, `ℹ️ There is no effort ${inlineCode(argument, 80)}; there are ${names}.`);
  } else if (mayChange(step, by)) {
    change(step, { kind: "setEffort", level: level === "default" ? null : level }, by);
  }
}

export function onThinkCommand(step: Step, by: Person, argument: string): void {
  const { steering } = step.state;
  const tokens = tokensIn(argument.toLowerCase());
  const model = modelOf(steering);
  if (argument === "") {
    const { thinking = step.context.defaults?.thinking } = steering;
    const is =
      thinking === undefined || thinking === null ? "as Claude itself decides" : tokensText(thinking);
    say(step, `🧠 **Thinking**: ${is}. \`!think off\`, \`!think on\` and \`!think TOKENS\` change it.`);
  } else if (tokens === undefined) {
    say(step, "ℹ️ Write it as `!think off`, `!think on`, or with how many tokens at most, as `!think 8000`.");
  } else if (!mayChange(step, by)) {
    // Was told.
  } else if (tokens === 0 && model?.alwaysThinks) {
    // 2.1.330 says yes and does nothing.
    say(step, `ℹ️ ${inlineCode(model.name)} always thinks; \`!effort low\` makes it think less.`);
  } else if (tokens && model?.decidesThinking) {
    say(step, `ℹ️ ${inlineCode(model.name)} itself decides how much it thinks; \`!effort\` changes that.`);
  } else {
    change(step, { kind: "setThinking", tokens }, by);
  }
}

function tokensIn(argument: string): number | null | undefined {
  if (argument === "on") {
    return null;
  }
  const tokens = argument === "off" ? 0 : /^\d{1,7}$/.test(argument) ? Number(argument) : undefined;
  return tokens !== undefined && tokens <= MAX_TOKENS ? tokens : undefined;
}

const tokensText = (tokens: number): string => (tokens === 0 ? "off" : `${tokens} tokens at most`);

function mayChange(step: Step, by: Person): boolean {
  const isAllowed = may(step, "approve", by);
  if (!isAllowed) {
    refuse(step, "approve", by);
  }
  return isAllowed;
}

function list(models: readonly ModelChoice[]): string {
  return models
    .map(({ name, description }) => {
      const more = description === "" ? "" : ` ${harmless(truncate(oneLine(description), 150))}`;
      return `- ${inlineCode(name)}${more}`;
    })
    .join("\n");
}

/** Shown with the first figure about the context, unless people have been shown another. */
export function modelTold(step: Step, model: string): void {
  const { steering } = step.state;
  const before = steering.modelInUse;
  steering.modelInUse = model;
  if (before !== undefined && before !== model) {
    steering.contextPercent = undefined;
    updateHeader(step);
  }
}

/** Asked for when a turn has ended: the header changes at most once a turn by it, and less often as a rule. */
export function askContext(step: Step): void {
  step.emit({ type: "request", request: { kind: "context" }, by: undefined });
}

/** In points: what is between concerns nobody so much that the server should have another edit each turn. */
const CONTEXT_STEP = 5;

/** `by`: who wants to know it as it is. */
export function noteContext(step: Step, reply: ClaudeReply<"context">, by: Person | undefined): void {
  if (reply.type === "exited") {
    return;
  }
  const { steering } = step.state;
  const before = steering.contextPercent;
  const percent = reply.type === "answered" ? Math.round(reply.answer.percentage) : undefined;
  steering.contextPercent = percent;
  if (by || stepOf(before) !== stepOf(percent) || percent === undefined) {
    updateHeader(step);
  }
}

function stepOf(percent: number | undefined): number | undefined {
  return percent === undefined ? undefined : Math.floor(percent / CONTEXT_STEP);
}
