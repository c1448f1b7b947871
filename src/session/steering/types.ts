// What people can change about a session while it runs, as it is kept.

import type { PermissionRule } from "../../claude/permission-rules.ts";
import type { Person } from "../authorization.ts";

/** Commands whose arguments they read themselves. */
export type SteeringCommand = "mode" | "rules";

/** What somebody has let through unasked. */
export interface SessionRule {
  /** Its name in the session; stays the same. */
  readonly number: number;
  readonly rule: PermissionRule;
  /** Who has decided it; it is given to Claude as long as they may decide such a thing. */
  readonly by: Person;
  /** New sessions of the project have it as well. */
  readonly isKept?: boolean | undefined;
}

/** What new sessions of a project begin with. */
export type KeptRule = Pick<SessionRule, "rule" | "by">;

export interface SteeringState {
  /** The mode that Claude was last known to be in; undefined: as its project and Claude's own settings say. */
  mode: string | undefined;
  /** In the order in which they were made. */
  rules: readonly SessionRule[];
  /** Taken back while the process of that generation ran, which has them still. */
  revoked: Revoked | undefined;
}

export interface Revoked {
  readonly generation: number;
  readonly rules: readonly PermissionRule[];
  /** Claude can't be told: only another process is without them. */
  isHeld: boolean;
}

export function initialSteering(): SteeringState {
  return { mode: undefined, rules: [], revoked: undefined };
}
