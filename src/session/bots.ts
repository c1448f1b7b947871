// What is different in a session that a bot account has begun, and in what a bot wrote: nothing runs unasked because a
// setting says so, and mm-claude's words never call the bot, which might answer.

import type { UserId } from "../mattermost/types.ts";
import type { Person } from "./authorization.ts";
import type { SessionContext } from "./context.ts";
import type { SessionState } from "./types.ts";

type Standing = Pick<SessionContext, "rightsOf">;

export function isBot({ rightsOf }: Standing, id: UserId): boolean {
  return rightsOf(id)?.isBot === true;
}

/** What a new session may do unasked by its project's settings. Where a bot began it, people decide. */
export function unaskedAtStart(
  context: Pick<SessionContext, "rightsOf" | "isAuto" | "defaults">,
  owner: Person,
): { readonly auto: SessionState["auto"]; readonly mode?: "default" } {
  if (!isBot(context, owner.id)) {
    return { auto: context.isAuto ? { grantedBy: undefined } : undefined };
  }
  return { auto: undefined, ...(context.defaults?.mode === "acceptEdits" ? { mode: "default" } : {}) };
}

/** The usernames that Claude's words may call. */
export function callableNames(
  context: Standing,
  { owner, participants, speakers }: Pick<SessionState, "owner" | "participants" | "speakers">,
): string[] {
  const people = new Map([[owner.id, owner.name], ...participants, ...speakers]);
  return [...new Set([...people].filter(([id]) => !isBot(context, id)).map(([, name]) => name))];
}
