// When the thread is written: first words soon, then in growing steps, because each edit costs the server a row. Pure.

import { wholeLength } from "../render/incomplete-tail.ts";
import { claudeOf } from "./phases.ts";
import { writePages } from "./state.ts";
import { showVerdicts, verdictsDueIn } from "./tool-decisions.ts";
import type { Step, Turn } from "./types.ts";

/** The first words appear at once when they are a few, with all that comes in the same piece; if not, a little later. */
const PIECE_MS = 10;
const FIRST_WORDS_MS = 40;
const FEW_WORDS = 2;
/** Then the post grows in these steps. */
const GROWTH_MS = [500, 1000, 2000] as const;
/**
 * In the last step, all threads are written at one of these moments since the epoch: many that grow at the same time share
 * commits of their documents, and one waking of the process. Not so far apart that they would wait for each other.
 */
const MOMENT_MS = 50;
/** Lines come in bunches. */
const LINES_MS = 100;
/**
 * How long a tool's line waits for Claude to ask about it: 15 ms is usual (2.1.197), but the older ones ask the model
 * about a command first (1.0.128, 2.0.76). A tool that needs no permission shows its line with its result, if sooner.
 */
const HOLD_MS = 1000;

export function scheduleText(step: Step): void {
  const { turn } = step.state;
  const gap = GROWTH_MS[Math.min(Math.max(turn.growth, 1), GROWTH_MS.length) - 1] ?? 0;
  const first = turn.growth > 0 ? 0 : hasFewWords(turn) ? PIECE_MS : FIRST_WORDS_MS;
  const left = leftOf(step, gap);
  schedule(step, turn.growth < GROWTH_MS.length ? Math.max(first, left) : untilMoment(step, left));
}

/** `ms`, or a little less. */
function untilMoment({ now }: Step, ms: number): number {
  return Math.floor((now + ms) / MOMENT_MS) * MOMENT_MS - now;
}

/** Nobody waits for it: what Claude thinks, or a number that has grown. */
const UNHURRIED_MS = 5000;

export function scheduleUnhurried(step: Step): void {
  schedule(step, Math.max(LINES_MS, leftOf(step, UNHURRIED_MS)));
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

function hasFewWords({ streaming }: Turn): boolean {
  const text = streaming?.blocks.at(-1)?.text.slice(0, 200) ?? "";
  return (text.slice(0, wholeLength(text)).match(/\S+/g)?.length ?? 0) >= FEW_WORDS;
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

/** The thread is written in `ms` at the latest. */
function schedule(step: Step, ms: number): void {
  if (ms <= 0) {
    step.emit({ type: "clearTimer", name: "flush" });
    flush(step);
    return;
  }
  const claude = claudeOf(step.state);
  const at = step.now + ms;
  if (claude && (claude.flushAt === undefined || at < claude.flushAt)) {
    claude.flushAt = at;
    step.emit({ type: "setTimer", name: "flush", ms });
  }
}
