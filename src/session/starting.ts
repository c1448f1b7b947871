// With what a session's Claude is started.

import type { SessionContext } from "./context.ts";
import type { ProcessStart } from "./process.ts";
import { isSafeRule, type RulePlace } from "./safe-rules.ts";
import { rulesInForce } from "./steering/rules.ts";
import { startChoices } from "./steering/start.ts";
import type { SessionState } from "./types.ts";

export function processStart(
  state: SessionState,
  context: SessionContext,
  place: RulePlace,
  resume: boolean,
): ProcessStart {
  const { conversation } = state;
  return {
    conversationId: conversation.id,
    directory: place.directory,
    resume,
    fork: resume ? undefined : conversation.fork,
    choices: startChoices(state, context),
    instructions: context.notes?.()?.text,
    allowedRules: rulesInForce(state, context).filter((rule) => isSafeRule(rule, place)),
  };
}
