// `!mode`: what Claude may do unasked, shown and set while it runs.

import type { ClaudeReply, RequestOf } from "../../claude/requests.ts";
import { inlineCode } from "../../render/markdown.ts";
import type { Person } from "../authorization.ts";
import { claudeOf } from "../phases.ts";
import { refuse } from "../refusal.ts";
import { audit, may, say, updateHeader } from "../state.ts";
import type { Step } from "../types.ts";
import { tellUnanswered } from "./refusals.ts";

/** From the one in which Claude may do least unasked to the one in which it may do most. */
const MODES = ["plan", "default", "acceptEdits", "auto"] as const;

export function onModeCommand(step: Step, by: Person, argument: string): void {
  const { steering } = step.state;
  const now = steering.mode ?? "default";
  const names = MODES.map((mode) => inlineCode(mode)).join(" · ");
  if (argument === "") {
    say(step, `🔐 **Mode**: ${inlineCode(now)}. \`!mode NAME\` changes it: ${names}`);
    return;
  }
  const mode = MODES.find((one) => one.toLowerCase() === argument.toLowerCase());
  if (mode === undefined) {
    say(step, `ℹ️ There is no mode ${inlineCode(argument, 80)}; there are ${names}.`);
    return;
  }
  if (isMore(mode, now) && !may(step, "approve", by)) {
    refuse(step, "approve", by);
    return;
  }
  if (claudeOf(step.state)) {
    step.emit({ type: "request", request: { kind: "setMode", mode }, by });
  } else {
    modeIs(step, mode, by);
  }
}

/** That mode, where Claude may do less in it than in `own`, which is the one that a new session has. */
export function lowerMode(mode: string | undefined, own = "default"): string | undefined {
  return mode !== undefined && rank(mode) >= 0 && isMore(own, mode) ? mode : undefined;
}

/** An unknown mode counts as the one that allows least. */
const isMore = (mode: string, than: string): boolean => rank(mode) > rank(than);
const rank = (mode: string): number => (MODES as readonly string[]).indexOf(mode);

export function modeReplied(
  step: Step,
  reply: ClaudeReply<"setMode">,
  { mode }: RequestOf<"setMode">,
  by: Person | undefined,
): void {
  if (reply.type === "answered") {
    modeIs(step, reply.answer.mode ?? mode, by);
  } else {
    tellUnanswered(step, reply, `change its mode to ${inlineCode(mode)}`);
  }
}

function modeIs(step: Step, mode: string, by: Person | undefined): void {
  const { steering } = step.state;
  const before = steering.mode;
  steering.mode = mode;
  if (by) {
    audit(step, "mode-set", by, { before: before ?? "default", now: mode });
    say(step, `🔐 **Mode**: ${inlineCode(mode)}, set by @${by.name}`);
  }
  updateHeader(step);
}
