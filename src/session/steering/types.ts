// What people can change about a session while it runs, as it is kept.

import { type CostState, noCosts } from "./cost-state.ts";
import { type LimitState, noLimits } from "./hold.ts";

/** Commands whose arguments they read themselves. */
export type SteeringCommand = "mode" | "cost" | "context" | "usage";

export interface SteeringState {
  /** The mode that Claude was last known to be in; undefined: as its project and Claude's own settings say. */
  mode: string | undefined;
  costs: CostState;
  readonly limits: LimitState;
}

export function initialSteering(): SteeringState {
  return { mode: undefined, costs: noCosts(), limits: noLimits() };
}
