// What is different in a session that a bot account has begun, and in what a bot wrote: nothing runs unasked because a
// setting says so, and mm-claude's words never call the bot, which might answer.

import type { UserId } from "../mattermost/types.ts";
import type { SessionContext } from "./context.ts";
import type { SessionState, Step } from "./types.ts";

type Standing = Pick<SessionContext, "rightsOf">;

export function isBot({ rightsOf }: Standing, id: UserId): boolean {
  return rightsOf(id)?.isBot === true;
}

/** Whatever its project's settings say, nothing runs unasked in a session that a bot begins: people decide. */
export function askPeople({ state, context }: Pick<Step, "state" | "context">): void {
  if (isBot(context, state.owner.id)) {
    state.auto = undefined;
    if (context.defaults?.mode === "acceptEdits") {
      state.steering.mode = "default";
    }
  }
}

/** The usernames that Claude's words may call. */
export function callableNames(
  context: Standing,
  { owner, participants, speakers }: Pick<SessionState, "owner" | "participants" | "speakers">,
): string[] {
  const people = new Map([[owner.id, owner.name], ...participants, ...speakers]);
  return [...new Set([...people].filter(([id]) => !isBot(context, id)).map(([, name]) => name))];
}
