// Telling somebody that they may not do something, and who may.

import { inlineCode } from "../render/markdown.ts";
import type { Action, Person } from "./authorization.ts";
import { isBot } from "./bots.ts";
import { say, tryTakeNotice } from "./state.ts";
import type { Step } from "./types.ts";

/** Once in a while for each person. */
export function refuse(step: Step, action: Action, by: Person): void {
  if (tryTakeNotice(step, "steer", by)) {
    say(step, `⚠️ Only ${whoMay(step, action)} can do that, ${inlineCode(`@${by.name}`)}`);
  }
}

/** Names in code format, which notify nobody. */
function whoMay({ state, context }: Step, action: Action): string {
  const approvers = action === "approve" ? context.approvers() : [];
  if (approvers.length > 0) {
    return approvers.map((name) => inlineCode(`@${name}`)).join(", ");
  }
  return isBot(context, state.owner.id)
    ? "allowed users"
    : `${inlineCode(`@${state.owner.name}`)} and allowed users`;
}
