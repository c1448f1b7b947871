// When the thread is written: first words at once, then in growing steps, because each edit costs the server a row. Pure.

import { claudeOf } from "./phases.ts";
import { writePages } from "./state.ts";
import { showVerdicts, verdictsDueIn } from "./tool-decisions.ts";
import type { Step } from "./types.ts";

/** The first words appear with all that comes in the same piece: a short answer is one post. */
const PIECE_MS = 4;
/** Then the post grows in these steps. */
const GROWTH_MS = [500, 1000, 2000] as const;
/** Lines come in bunches. */
const LINES_MS = 100;
/**
 * How long a tool's line waits for Claude to ask about it: 15 ms is usual (2.1.197), but the older ones ask the model
 * about a command first (1.0.128, 2.0.76). A tool that needs no permission shows its line with its result, if sooner.
 */
const HOLD_MS = 1000;

export function scheduleText(step: Step): void {
  const { turn } = step.state;
  const isPatient = turn.growth > 1;
  const gap = GROWTH_MS[Math.min(Math.max(turn.growth, 1), GROWTH_MS.length) - 1] ?? 0;
  schedule(step, Math.max(turn.growth > 0 ? 0 : PIECE_MS, leftOf(step, gap)), isPatient);
}

/** Nobody waits for it: what Claude thinks, or a number that has grown. */
const UNHURRIED_MS = 5000;

export function scheduleUnhurried(step: Step): void {
  schedule(step, Math.max(LINES_MS, leftOf(step, UNHURRIED_MS)), true);
}

export function scheduleLines(step: Step): void {
  schedule(step, Math.max(LINES_MS, leftOf(step, GROWTH_MS[0])));
}

/** Something else has happened: what Claude says next is news again. */
export function newGrowth({ state }: Step): void {
  state.turn.growth = 0;
}

/** How much is left of `ms` since the thread was last written. */
function leftOf({ state, now }: Step, ms: number): number {
  const { flushedAt } = state.turn;
  return flushedAt === undefined ? 0 : Math.min(ms, Math.max(0, flushedAt + ms - now));
}

export function scheduleVerdicts(step: Step): void {
  const ms = verdictsDueIn(step);
  if (ms !== undefined) {
    schedule(step, ms);
  }
}

/** Until when a new tool's line is held back for its card. */
export function holdUntil({ state, now }: Step): number {
  if (state.auto) {
    return 0;
  }
  return isAskingPermission({ state }) ? Infinity : now + HOLD_MS;
}

/** While somebody is asked about one tool, the tools after it have not begun: their lines wait for their turn. */
export function holdOtherTools(step: Step): void {
  step.state.turn.transcript.holdTools(holdUntil(step));
  scheduleHeld(step);
}

export function scheduleHeld(step: Step): void {
  const { transcript } = step.state.turn;
  const until = transcript.heldUntil;
  if (until === undefined || until === Infinity) {
    return;
  }
  // The clock was set back.
  if (until > step.now + HOLD_MS) {
    transcript.holdTools(step.now + HOLD_MS);
  }
  schedule(step, Math.min(HOLD_MS, Math.max(0, until - step.now)));
}

/** Time to write: the flush timer fired, or what came is worth showing at once. */
export function flush(step: Step): void {
  const { state } = step;
  const claude = claudeOf(state);
  if (claude) {
    claude.flushAt = undefined;
  }
  state.turn.transcript.showFirstWord();
  if (writePages(step, false, { isProgress: true })) {
    state.turn.growth++;
    state.turn.flushedAt = step.now;
  }
  showVerdicts(step, false);
  scheduleHeld(step);
  scheduleVerdicts(step);
}

function isAskingPermission({ state }: Pick<Step, "state">): boolean {
  return state.asks.some((ask) => ask.kind === "permission");
}

/** The thread is written in `ms` at the latest; `isPatient`: or later, while many others are. */
function schedule(step: Step, ms: number, isPatient = false): void {
  const claude = claudeOf(step.state);
  // It is known already when it may grow.
  if (isPatient && claude?.flushAt !== undefined && claude.isFlushPatient) {
    return;
  }
  if (ms <= 0) {
    step.emit({ type: "clearTimer", name: "flush" });
    flush(step);
    return;
  }
  const left = (claude?.flushAt ?? 0) - step.now;
  if (claude && (left <= 0 || ms < left || claude.isFlushPatient)) {
    const soon = left <= 0 ? ms : Math.min(ms, left);
    claude.flushAt = step.now + soon;
    claude.isFlushPatient = isPatient;
    step.emit({ type: "setTimer", name: "flush", ms: soon, ...(isPatient ? { isPatient } : {}) });
  }
}
