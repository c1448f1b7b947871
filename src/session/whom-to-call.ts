// Whom a card calls, and whoever reminds of it.

import type { Action } from "./authorization.ts";
import { may } from "./state.ts";
import type { Step } from "./types.ts";

/** Names: the owner, or who may decide in the owner's place. */
export function whomToCall(step: Step, action: Action): readonly string[] {
  const { owner } = step.state;
  const { approvers, listed = () => [] } = step.context;
  if (may(step, action, owner)) {
    return [owner.name];
  }
  const mayApprove = approvers();
  return mayApprove.length > 0 ? mayApprove : listed();
}
