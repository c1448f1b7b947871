// `!cost`, `!context` and `!usage`: what was used, how full Claude's context is, and the limits of its plan.

import type { ClaudeReply, RequestKind } from "../../claude/requests.ts";
import { renderContext, renderCosts, renderUsage } from "../../render/costs.ts";
import type { Person } from "../authorization.ts";
import { claudeOf } from "../phases.ts";
import { say } from "../state.ts";
import type { Step } from "../types.ts";
import { tellUnanswered } from "./refusals.ts";

export function onCostCommand(step: Step): void {
  const { state, context, now } = step;
  const { costs } = context;
  const text = renderCosts({
    session: state.steering.costs.spent,
    channel: costs?.channel(now),
    project: costs?.dayOf(now),
    name: context.project,
    timeZone: context.timeZone,
  });
  say(
    step,
    "💰 As Claude reports it. With a Claude plan nobody pays this: it is what the API would have charged.",
    text,
  );
}

export const onContextCommand = (step: Step, by: Person): void => ask(step, by, "context");
export const onUsageCommand = (step: Step, by: Person): void => ask(step, by, "usage");

function ask(step: Step, by: Person, kind: RequestKind & ("context" | "usage")): void {
  if (claudeOf(step.state)) {
    step.emit({ type: "request", request: { kind }, by });
  } else {
    say(step, "💤 Claude sleeps, and can tell only while it runs. Ask again after your next message.");
  }
}

export function contextReplied(step: Step, reply: ClaudeReply<"context">): void {
  if (reply.type === "answered") {
    const { text, table } = renderContext(reply.answer);
    say(step, text, table);
  } else {
    tellUnanswered(step, reply, "show how full its context is");
  }
}

export function usageReplied(step: Step, reply: ClaudeReply<"usage">): void {
  if (reply.type === "answered") {
    const { text, table } = renderUsage(reply.answer, step.now, step.context.timeZone);
    say(step, text, table);
  } else {
    tellUnanswered(step, reply, "show the limits of its plan");
  }
}
