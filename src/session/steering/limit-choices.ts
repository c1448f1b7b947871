// What people decide about a limit that is reached: that it is raised, that what waits goes on now, or is forgotten.

import { forgottenPlanText } from "../../render/limits.ts";
import type { Person } from "../authorization.ts";
import { markNotTaken, notWaiting } from "../sending.ts";
import type { Signal } from "../signals.ts";
import { audit, may } from "../state.ts";
import type { Step } from "../types.ts";
import { GO_ON, type Hold } from "./hold.ts";
import { type CostHold, goOn, leaveHold, type PlanHold, putPost, settleCost } from "./limits.ts";

/** True when the reaction was about what waits, whether it decided anything or not. */
export function takeHoldChoice(step: Step, reaction: Signal & { readonly type: "reaction" }): boolean {
  const { hold, settled } = step.state.steering.limits;
  const { postId, emojiName, by, isRemoval } = reaction;
  if (settled === postId) {
    // ❌ was about what is settled, not about the session.
    return [GO_ON, "x"].includes(emojiName);
  }
  if (hold?.post?.postId !== postId || hold === undefined) {
    return false;
  }
  const choices = hold.kind === "cost" ? ["+1", "-1"] : [GO_ON, "x"];
  if (!choices.includes(emojiName)) {
    return false;
  }
  if (isRemoval || !may(step, rightFor(hold, emojiName), by)) {
    return true;
  }
  if (hold.kind === "cost") {
    emojiName === "+1" ? raise(step, hold, by) : forgetWaiting(step, hold, by);
  } else {
    emojiName === GO_ON ? goOnNow(step, hold, by) : forgetRefused(step, hold, by);
  }
  return true;
}

function rightFor({ kind }: Hold, emojiName: string): "approve" | "message" | "stop" {
  return kind === "cost" ? "approve" : emojiName === GO_ON ? "message" : "stop";
}

function raise(step: Step, hold: CostHold, by: Person): void {
  const { context, now } = step;
  const day = context.costs?.dayOf(now);
  audit(step, "spending-allowed", by, { spentUsd: (day?.spent.microUsd ?? 0) / 1_000_000 });
  settleCost(step, hold, `✅ **Goes on**, allowed by @${by.name}`, "good");
  // It may take more than one step of the limit to get above what was used.
  step.emit({ type: "costs", change: { type: "limitRaised" } });
  step.state.steering.limits.hold = undefined;
  step.emit({ type: "setTimer", name: "limit", ms: 0 });
  step.state.steering.limits.goesOn = "soon";
}

function forgetWaiting(step: Step, hold: CostHold, by: Person): void {
  const { state } = step;
  audit(step, "spending-denied", by, { messages: state.queue.length });
  settleCost(step, hold, `👎 **Denied** by @${by.name}: what waited does not reach Claude`, "bad");
  state.steering.limits.hold = undefined;
  step.emit({ type: "clearTimer", name: "limit" });
  for (const message of state.queue.splice(0)) {
    notWaiting(step, message);
    markNotTaken(step, message);
  }
}

function goOnNow(step: Step, hold: PlanHold, by: Person): void {
  audit(step, "resumed-turn", by);
  putPost(step, hold.post.key, `🔄 @${by.name} lets it go on now.`, "good");
  goOn(step, hold);
}

function forgetRefused(step: Step, hold: PlanHold, by: Person): void {
  const { state, context, now } = step;
  if (!hold.owedTo) {
    return;
  }
  audit(step, "wait-forgotten", by);
  hold.owedTo = undefined;
  const more = state.queue.length > 0;
  putPost(
    step,
    hold.post.key,
    forgottenPlanText(by.name, more ? hold : undefined, now, context.timeZone),
    "void",
  );
  if (!more) {
    leaveHold(step, hold);
  }
}
