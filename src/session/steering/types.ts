// What people can change about a session while it runs, as it is kept.

/** Commands whose arguments they read themselves. */
import type { TurnCall } from "./calling.ts";

export type SteeringCommand = "mode" | "notify" | "show";

/** How much of what Claude does is shown: its answers, its tools as well, or also what it thinks. */
export type Shown = "answers" | "tools" | "all";

export interface SteeringState {
  /** The mode that Claude was last known to be in; undefined: as its project and Claude's own settings say. */
  mode: string | undefined;
  /** Undefined: its tools, as in the beginning. */
  show?: Shown;
  /** Who is still to be called about the end of their turn; each person once. */
  calls?: readonly TurnCall[];
}

export function initialSteering(): SteeringState {
  return { mode: undefined };
}
