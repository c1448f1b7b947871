// When the thread is written: first words soon, then in growing steps, because each edit costs the server a row. Pure.

import { writePages } from "./state.ts";
import type { Step } from "./types.ts";

/** The first words of a turn appear this long after they came, so that they are a few words. */
const FIRST_WORDS_MS = 100;
/** Then the post grows in these steps. */
const GROWTH_MS = [500, 1000, 2000];
/** Lines come in bunches. */
const LINES_MS = 100;
/**
 * How long a tool's line waits for Claude to ask about it: 15 ms is usual (2.1.197), but the older ones ask the model
 * about a command first (1.0.128, 2.0.76). A tool that needs no permission shows its line with its result, if sooner.
 */
const HOLD_MS = 1000;

export function scheduleText(step: Step): void {
  const { flushes } = step.state.turn;
  schedule(step, flushes === 0 ? FIRST_WORDS_MS : (GROWTH_MS[flushes - 1] ?? GROWTH_MS.at(-1) ?? 0));
}

export function scheduleLines(step: Step): void {
  schedule(step, LINES_MS);
}

/** Until when a new tool's line is held back for its card. */
export function holdUntil({ state, now }: Step): number {
  if (state.isAuto) {
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
  const until = step.state.turn.transcript.heldUntil;
  if (until !== undefined && until !== Infinity) {
    schedule(step, Math.max(0, until - step.now));
  }
}

/** The flush timer fired. */
export function flush(step: Step): void {
  const { state } = step;
  state.flushAt = undefined;
  state.turn.flushes++;
  writePages(step, false, { isProgress: true });
  scheduleHeld(step);
}

function isAskingPermission({ state }: Pick<Step, "state">): boolean {
  return state.asks.some((ask) => ask.kind === "permission");
}

/** The thread is written in `ms` at the latest. */
function schedule(step: Step, ms: number): void {
  const { state } = step;
  const at = step.now + ms;
  if (state.flushAt === undefined || at < state.flushAt) {
    state.flushAt = at;
    step.emit({ type: "setTimer", name: "flush", ms });
  }
}
