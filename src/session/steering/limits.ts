// What people see and decide about a limit that is reached: the day's money of a project, which somebody has to raise,
// and the limits of Claude's plan, which end by themselves. What waits is never lost, and goes on over a restart too.

import type { ClaudeEvent } from "../../claude/types.ts";
import type { PostId } from "../../mattermost/types.ts";
import { attachment, type Tone } from "../../render/attachments.ts";
import { costCard, costReached, limitWarning, planLimitText } from "../../render/limits.ts";
import { usageLimitIn } from "../../render/usage-limit.ts";
import type { PostKey } from "../../thread/writes.ts";
import type { Person } from "../authorization.ts";
import { setSlot, slotOf } from "../phases.ts";
import { showWaiting, takeUpWork } from "../sending.ts";
import type { Message } from "../signals.ts";
import { breakPage, newKey, say, updateHeader } from "../state.ts";
import type { Step, Turn } from "../types.ts";
import { whomToCall } from "../whom-to-call.ts";
import { GO_ON, type Hold, type PlanLimit } from "./hold.ts";
import { isOverLimit } from "./spending.ts";

export type CostHold = Hold & { readonly kind: "cost" };
export type PlanHold = Hold & { readonly kind: "plan" };

/** The clock may be set, or the machine may sleep: it is looked at again after that. */
const LOOK_EVERY_MS = 60_000;
/** Claude's times of one and the same reset differ by less. */
const SAME_RESET_MS = 1_800_000;

/** Gives what is to be told of it now. */
export function limitToTell(step: Step, event: ClaudeEvent & { type: "rateLimit" }): string | undefined {
  const { limits } = step.state.steering;
  const { status, window, resetsAt, utilization } = event;
  const limit = { window, resetsAt };
  limits.rejectedBy = status === "rejected" ? limit : undefined;
  if (status !== "warning" || limits.warned.some((told) => isSame(told, limit))) {
    return undefined;
  }
  limits.warned = [...limits.warned.filter((told) => told.window !== window), limit];
  return limitWarning(limit, utilization, step.now, step.context.timeZone);
}

function isSame(one: PlanLimit, other: PlanLimit): boolean {
  const apartMs = Math.abs((one.resetsAt ?? 0) - (other.resetsAt ?? 0));
  return one.window === other.window && apartMs < SAME_RESET_MS;
}

/** A turn ended without an answer because the plan's limit is reached: it goes on, and so has not ended, when that is over. */
export function holdRefusedTurn(step: Step, turn: Turn, reason: string): void {
  const { state, now } = step;
  const { limits } = state.steering;
  const told = usageLimitIn(reason, now, step.context.timeZone);
  // It is told when it changes, not for every turn that it refuses (2.1.330).
  const known = /limit/i.test(reason) ? limits.rejectedBy : undefined;
  const limit = known ?? (told === undefined ? undefined : { window: "", resetsAt: told });
  const isOver = limit?.resetsAt !== undefined && limit.resetsAt <= now;
  if (!limit || isOver || limits.hold?.kind === "plan") {
    return;
  }
  if (limits.hold) {
    settleCost(
      step,
      limits.hold,
      "⚪ **Waits for Claude's plan first**: asked again then, if need be.",
      "void",
    );
  }
  breakPage(step);
  const post = { key: newKey(step, "limit"), postId: undefined };
  const { by = state.owner, beganAt } = turn;
  delete turn.beganAt;
  const begun = beganAt === undefined ? {} : { begunAt: beganAt };
  limits.hold = { kind: "plan", post, ...limit, owedTo: by, ...begun };
  putPost(step, post.key, planLimitText(limit, now, step.context.timeZone), "ask");
  for (const emojiName of [GO_ON, "x"]) {
    step.emit({ type: "react", target: { key: post.key }, emojiName });
  }
  step.emit({ type: "setTimer", name: "limit", ms: 0 });
}

/** It is time to look whether a limit still holds. */
export function limitTimer(step: Step): void {
  const { hold, goesOn } = step.state.steering.limits;
  if (hold?.kind === "plan") {
    lookAtPlan(step, hold);
  } else if (hold?.kind === "cost") {
    lookAtCost(step, hold);
  } else if (goesOn !== "no") {
    takeUpWork(step);
    if (step.state.queue.length === 0 && step.state.phase.name !== "working") {
      step.state.steering.limits.goesOn = "no";
    }
  }
}

/** What holds is looked at again once mm-claude runs again. */
export function resumeHold(step: Step): void {
  const { hold, goesOn } = step.state.steering.limits;
  if (hold !== undefined || goesOn !== "no") {
    step.emit({ type: "setTimer", name: "limit", ms: 0 });
  }
}

function lookAtPlan(step: Step, hold: PlanHold): void {
  const { resetsAt } = hold;
  if (resetsAt !== undefined && resetsAt <= step.now) {
    putPost(step, hold.post.key, "✅ **The limit was reset**: this goes on.", "good");
    goOn(step, hold);
  } else {
    keepWaiting(step);
    lookAgain(step, resetsAt);
  }
}

function lookAtCost(step: Step, hold: CostHold): void {
  const { state, context, now } = step;
  const day = context.costs?.dayOf(now);
  if (!day || !isOverLimit(day)) {
    settleCost(step, hold, "✅ **Goes on**: the limit does not hold any more.", "good");
    goOn(step, hold);
  } else if (state.queue.length === 0) {
    settleCost(step, hold, "⚪ **No longer needed**: nothing waits any more.", "void");
    state.steering.limits.hold = undefined;
  } else {
    if (!hold.post) {
      breakPage(step);
      hold.post = { key: newKey(step, "limit"), postId: undefined };
      hold.about = costReached(day, context.project, context.timeZone);
      putCostCard(step, hold);
    }
    keepWaiting(step);
    lookAgain(step, day.endsAt);
  }
}

function putCostCard(step: Step, hold: CostHold): void {
  const day = step.context.costs?.dayOf(step.now);
  if (!hold.post || !day) {
    return;
  }
  const names = whomToCall(step, "approve");
  const { markdown, choices } = costCard(hold.about, day, names);
  const { key } = hold.post;
  step.emit({ type: "put", key, markdown, attachment: attachment("ask", choices), ifFrozen: "repeat" });
  for (const emojiName of ["+1", "-1"]) {
    step.emit({ type: "react", target: { key }, emojiName });
  }
}

export function settleCost(step: Step, hold: CostHold, verdict: string, tone: Tone): void {
  if (hold.post) {
    const { key } = hold.post;
    step.emit({
      type: "put",
      key,
      markdown: hold.about,
      attachment: attachment(tone, verdict),
      isFinal: true,
      ifFrozen: "repeat",
    });
  }
}

export function putPost({ emit }: Step, key: PostKey, text: string, tone: Tone): void {
  emit({ type: "put", key, markdown: "", attachment: attachment(tone, text), ifFrozen: "repeat" });
}

/** 👀 on what waits, and no place to run in for it. */
function keepWaiting(step: Step): void {
  const { state } = step;
  for (const message of state.queue) showWaiting(step, message);
  if (state.phase.name === "asleep" && slotOf(state) !== undefined) {
    setSlot(state, undefined);
    step.emit({ type: "releaseSlot" });
    updateHeader(step);
  }
}

function lookAgain(step: Step, at = Infinity): void {
  step.emit({ type: "setTimer", name: "limit", ms: Math.min(Math.max(0, at - step.now), LOOK_EVERY_MS) });
}

export function goOn(step: Step, hold: Hold): void {
  const { state } = step;
  const { limits } = state.steering;
  leaveHold(step, hold);
  limits.goesOn = "soon";
  const postId = hold.post?.postId ?? state.taken.at(-1);
  if (hold.kind === "plan" && hold.owedTo && postId !== undefined) {
    state.queue.unshift(continuation(step, postId, hold.owedTo, hold.begunAt));
  }
  takeUpWork(step);
}

export function leaveHold(step: Step, { kind, post }: Hold): void {
  const { limits } = step.state.steering;
  limits.hold = undefined;
  step.emit({ type: "clearTimer", name: "limit" });
  if (kind === "plan" && post?.postId !== undefined) {
    limits.settled = post.postId;
  }
}

/** Claude has the message already, perhaps with half of its work done: it is not told twice. */
function continuation({ state }: Step, postId: PostId, by: Person, begunAt: number | undefined): Message {
  const counter = (state.postsMade++).toString(16).padStart(12, "0");
  return {
    uuid: `${state.conversation.id.slice(0, 24)}${counter}`,
    postId,
    by,
    text: "The usage limit was reset. Go on with what you were asked last.",
    files: [],
    isSlashCommand: false,
    withThread: false,
    ...(begunAt === undefined ? {} : { begunAt }),
  };
}

/** A card that somebody deleted is posted again; one that only tells of a wait stays deleted, and takes the turn along. */
export function holdDeleted(step: Step, postId: PostId): void {
  const { limits } = step.state.steering;
  const { hold } = limits;
  if (hold?.post?.postId !== postId || hold === undefined) {
    return;
  }
  hold.post.postId = undefined;
  if (hold.kind === "cost") {
    step.emit({ type: "repost", key: hold.post.key });
    putCostCard(step, hold);
  } else {
    hold.owedTo = undefined;
  }
}

/** Nothing of the session goes on. */
export function voidHold(step: Step, why: string): void {
  const { limits } = step.state.steering;
  const { hold } = limits;
  const verdict = `⚪ **No longer open**: ${why}`;
  limits.hold = undefined;
  step.emit({ type: "clearTimer", name: "limit" });
  if (hold?.kind === "cost") {
    settleCost(step, hold, verdict, "void");
  } else if (hold) {
    putPost(step, hold.post.key, verdict, "void");
  }
}

/** What goes on by itself found no place to run in. True when it is kept for later. */
export function waitForPlace(step: Step): boolean {
  const { limits } = step.state.steering;
  if (limits.goesOn === "no") {
    return false;
  }
  if (limits.goesOn === "soon") {
    limits.goesOn = "told";
    say(step, `⏳ All ${step.context.maxSessions} sessions are active: this goes on when one is free.`);
  }
  keepWaiting(step);
  lookAgain(step);
  return true;
}
