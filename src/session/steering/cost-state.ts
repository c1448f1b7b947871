// What a session has used: every process of Claude's counts by itself, and here it becomes one sum. Pure.

import type { Usage } from "../../claude/types.ts";
import type { Step } from "../types.ts";
import { isNothing, NOTHING, plus, type Spent, since, spentOf } from "./spending.ts";

export interface CostState {
  /** By all processes of the session. */
  readonly spent: Spent;
  /** The counter of the process of that generation. */
  readonly counter: Counter;
  /** Where the counters of earlier processes stopped. */
  readonly stopped: readonly Spent[];
}

interface Counter {
  readonly generation: number;
  readonly stands: Spent;
}

export const noCosts = (): CostState => ({
  spent: NOTHING,
  counter: { generation: 0, stands: NOTHING },
  stopped: [],
});

/** Of an old conversation there is no use in more. */
const MAX_STOPPED = 20;

/** A turn is over, and the counter of its process has gone on: what it has gone on by is counted once. */
export function account(step: Step, used: Usage | undefined): void {
  const { state, emit } = step;
  if (used === undefined) {
    return;
  }
  const costs = atGeneration(state.steering.costs, state.generation, used);
  const before = costs.counter.stands;
  const now = spentOf(used);
  // It begins again with a new conversation in the same process.
  const isAnew = now.microUsd < before.microUsd;
  const spent = isAnew ? now : since(before, now);
  // A slash command of 1.0.128 and 2.0.76 tells no tokens.
  const stands = isAnew ? now : plus(before, spent);
  const { generation } = state;
  state.steering.costs = { ...costs, spent: plus(costs.spent, spent), counter: { generation, stands } };
  if (!isNothing(spent)) {
    step.spent = spent;
    emit({ type: "costs", change: { type: "spent", spent } });
  }
}

/**
 * The first turn of a process: its counter began at 0, or where that of an earlier process stopped (2.1.330, but not
 * after a crash, nor when another conversation ran in the directory in between). Where, is known by what this turn
 * itself has not used.
 */
function atGeneration(costs: CostState, generation: number, used: Usage): CostState {
  if (costs.counter.generation === generation) {
    return costs;
  }
  const { stands } = costs.counter;
  const stopped = [...costs.stopped, ...(isNothing(stands) ? [] : [stands])].slice(-MAX_STOPPED);
  const now = spentOf(used);
  const earlier = used.outputTokens - used.turnOutputTokens;
  const begun = stopped.filter(
    (one) => one.microUsd <= now.microUsd && one.outputTokens > 0 && one.outputTokens <= earlier,
  );
  const began = begun.reduce((most, one) => (one.microUsd > most.microUsd ? one : most), NOTHING);
  return { ...costs, stopped, counter: { generation, stands: began } };
}
