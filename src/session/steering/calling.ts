// Who is called besides by cards, and once: whoever asked for a turn that took long, at its end, and whoever can decide
// about an ask that nobody has answered. By a new post, because an edit notifies nobody. Whom the server's own settings
// leave in peace now is called when that is over.

import type { UserId } from "../../mattermost/types.ts";
import { forAbout } from "../../render/durations.ts";
import type { PostKey } from "../../thread/writes.ts";
import type { Ask } from "../ask-types.ts";
import type { Person } from "../authorization.ts";
import { isBot } from "../bots.ts";
import { breakPage, may, newKey } from "../state.ts";
import type { Step } from "../types.ts";
import { whomToCall } from "../whom-to-call.ts";

type TurnEnd = "done" | "failed" | "interrupted" | "stopped";

/** Somebody whose turn took long. */
export interface TurnCall {
  readonly who: Person;
  readonly end: TurnEnd;
  /** How long the turn took. */
  readonly tookMs: number;
  readonly endedAt: number;
  /** When it is found out, perhaps once more, whether a call would disturb. */
  dueAt: number;
}

/** What somebody is called about: the end of that person's turn, or that ask. */
export type CallReason = { readonly turnOf: UserId } | { readonly ask: PostKey };

/** Somebody who may be called; the id where it is known. */
export interface Callee {
  readonly id?: UserId;
  readonly name: string;
}

export interface Availability {
  readonly reason: CallReason;
  /** Those who may be called now, and what they are called by now. */
  readonly available: readonly { readonly name: string; readonly username: string }[];
  /** Some are to be left in peace: until then, as far as the server says, in milliseconds since the epoch. */
  readonly busyUntil?: number | "unknown" | undefined;
}

const NOTIFY_AFTER_MS = 120_000;
const REMIND_AFTER_MS = 10 * 60_000;
/** How often it is looked whether somebody can be called by now, and for how long; then the server keeps it quiet. */
const LOOK_AGAIN_MS = 10 * 60_000;
const PATIENCE_MS = 24 * 3_600_000;

/** A turn that began at `beganAt` is over. */
export function callAfterTurn(step: Step, end: TurnEnd): void {
  const { turn, steering } = step.state;
  const { by: who, beganAt } = turn;
  delete turn.beganAt;
  const tookMs = beganAt === undefined ? 0 : step.now - beganAt;
  if (!who || isBot(step.context, who.id) || tookMs < (step.context.notifyAfterMs ?? NOTIFY_AFTER_MS)) {
    return;
  }
  if (end === "interrupted" && turn.interruptedBy?.id === who.id) {
    return;
  }
  const call = { who, end, tookMs, endedAt: step.now, dueAt: step.now };
  steering.calls = [...callsBut(step, who), call];
  look(step, call, { turnOf: who.id }, [who]);
  scheduleCalls(step);
}

/** They are here: what has been done they can see. */
export function isHere(step: Step, who: Person): void {
  const { steering } = step.state;
  if (steering.calls?.some((call) => call.who.id === who.id)) {
    steering.calls = callsBut(step, who);
  }
}

const callsBut = ({ state }: Step, who: Person): TurnCall[] =>
  (state.steering.calls ?? []).filter((call) => call.who.id !== who.id);

/** Somebody is asked from now on. A guest's message keeps nobody but the guest waiting. */
export function remindOf(step: Step, ask: Ask): void {
  if (ask.kind !== "guest") {
    ask.remindAt = step.now + REMIND_AFTER_MS;
    scheduleCalls(step);
  }
}

/** The timer for the next call, if one is due some time. */
export function scheduleCalls(step: Step): void {
  const { asks, steering } = step.state;
  const times = [
    ...asks.map(({ remindAt }) => remindAt),
    ...(steering.calls ?? []).map(({ dueAt }) => dueAt),
  ].filter((time) => time !== undefined);
  if (times.length > 0) {
    // No longer than that, also when the clock was set back in between.
    const ms = Math.max(0, Math.min(Math.min(...times) - step.now, REMIND_AFTER_MS));
    step.emit({ type: "setTimer", name: "call", ms });
  }
}

/** The timer fired. */
export function callsDue(step: Step): void {
  const { asks, steering } = step.state;
  for (const call of steering.calls ?? []) {
    if (call.dueAt <= step.now) {
      look(step, call, { turnOf: call.who.id }, [call.who]);
    }
  }
  for (const ask of asks) {
    if (ask.remindAt !== undefined && ask.remindAt <= step.now) {
      remind(step, ask);
    }
  }
  scheduleCalls(step);
}

function remind(step: Step, ask: Ask): void {
  ask.remindAt = step.now + LOOK_AGAIN_MS;
  const names = whomToCall(step, ask.kind === "question" ? "answer" : "approve");
  // Before the card stands, nobody has been called by it, and somebody has answered who waits for a file to be saved.
  if (ask.postId !== undefined && !ask.reply) {
    const { owner } = step.state;
    const callees = names.map((name) => (name === owner.name ? owner : { name }));
    step.emit({ type: "findAvailable", reason: { ask: ask.key }, callees });
  }
}

/** Until an answer comes it is looked again later, so that one that is lost costs nothing but time. */
function look(step: Step, call: TurnCall, reason: CallReason, callees: readonly Callee[]): void {
  call.dueAt = step.now + LOOK_AGAIN_MS;
  step.emit({ type: "findAvailable", reason, callees });
}

export function onAvailability(step: Step, { reason, available, busyUntil }: Availability): void {
  if ("ask" in reason) {
    remindAvailable(step, reason.ask, available, busyUntil);
  } else {
    callAvailable(step, reason.turnOf, available, busyUntil);
  }
  scheduleCalls(step);
}

function callAvailable(
  step: Step,
  id: UserId,
  [called]: Availability["available"],
  busyUntil: Availability["busyUntil"],
): void {
  const { steering } = step.state;
  const call = steering.calls?.find(({ who }) => who.id === id);
  if (!call) {
    return;
  }
  const mayBeCalled = may(step, "message", call.who);
  if (mayBeCalled && !called && busyUntil !== undefined) {
    if (step.now - call.endedAt < PATIENCE_MS) {
      call.dueAt = nextLook(step, busyUntil);
      return;
    }
  }
  steering.calls = callsBut(step, call.who);
  if (mayBeCalled && called) {
    post(step, turnWords(call, called.username));
  }
}

function remindAvailable(
  step: Step,
  key: PostKey,
  available: Availability["available"],
  busyUntil: Availability["busyUntil"],
): void {
  const ask = step.state.asks.find((one) => one.key === key);
  if (ask?.remindAt === undefined || ask.reply) {
    return;
  }
  const names = whomToCall(step, ask.kind === "question" ? "answer" : "approve");
  const called = available.filter(({ name }) => names.includes(name));
  if (called.length === 0 && busyUntil !== undefined) {
    ask.remindAt = nextLook(step, busyUntil);
    return;
  }
  ask.remindAt = undefined;
  if (called.length > 0) {
    post(
      step,
      `⏰ ${called.map(({ username }) => `@${username}`).join(", ")}: ${ASKED[ask.kind]} above still waits for an answer`,
    );
  }
}

const ASKED: Readonly<Record<Ask["kind"], string>> = {
  permission: "the permission request",
  plan: "the plan",
  question: "the question",
  guest: "the message",
};

function nextLook(step: Step, busyUntil: number | "unknown"): number {
  const latest = step.now + LOOK_AGAIN_MS;
  return busyUntil === "unknown" ? latest : Math.min(latest, Math.max(step.now + 1000, busyUntil));
}

function turnWords({ end, tookMs }: TurnCall, name: string): string {
  const time = forAbout(tookMs);
  switch (end) {
    case "done":
      return `✅ @${name} done in ${time}`;
    case "failed":
      return `❌ @${name} failed after ${time}`;
    case "interrupted":
      return `⏸️ @${name} interrupted after ${time}`;
    case "stopped":
      return `💥 @${name} stopped after ${time}`;
  }
}

/** Its text, not an attachment, is what phones show. */
function post(step: Step, markdown: string): void {
  breakPage(step);
  step.emit({ type: "put", key: newKey(step, "call"), markdown, isFinal: true, ifFrozen: "drop" });
}
