// Authorization: who may do what, by Mattermost user id. The one table, and the one function that reads it; everything that
// reaches Claude, or answers it, passes here. Fails closed: what it does not know, it refuses.

import type { UserId } from "../mattermost/types.ts";

/** A person who wrote or reacted, as known when the event came in. */
export interface Person {
  readonly id: UserId;
  /** Current username, without `@`: for showing, never for deciding. */
  readonly name: string;
}

export type Role = "owner" | "listed" | "invited" | "bot" | "others";

export type Action = "start" | "message" | "answer" | "approve" | "stop" | "steer";

export interface Rule {
  /** As people read it. */
  readonly what: string;
  /** Undefined where the role can't be had: nobody owns a session that has not started. */
  readonly owner: boolean | undefined;
  readonly listed: boolean;
  readonly invited: boolean;
  /** A bot account among the project's `bots`, where no session is yet or in one that it has started. */
  readonly bot: boolean;
  readonly others: boolean;
  /** What becomes of those who may not. */
  readonly otherwise: string;
}

export const ACCESS: Readonly<Record<Action, Rule>> = {
  start: {
    what: "Start a session",
    owner: undefined,
    listed: true,
    invited: false,
    bot: true,
    others: false,
    otherwise: "refused politely, once per person and hour",
  },
  message: {
    what: "Send a message in a session",
    owner: true,
    listed: true,
    invited: true,
    bot: true,
    others: false,
    otherwise: "shown to the owner for approval",
  },
  answer: {
    what: "Answer a question",
    owner: true,
    listed: true,
    invited: true,
    bot: false,
    others: false,
    otherwise: "ignored",
  },
  approve: {
    what: "Approve a tool or a plan, merge a branch",
    owner: true,
    listed: true,
    invited: false,
    bot: false,
    others: false,
    otherwise: "ignored",
  },
  stop: {
    what: "Interrupt, stop",
    owner: true,
    listed: true,
    invited: true,
    bot: false,
    others: false,
    otherwise: "ignored",
  },
  steer: {
    what: "Invite, kick, permissions, remove a worktree, approve a guest's message",
    owner: true,
    listed: true,
    invited: false,
    bot: false,
    others: false,
    otherwise: "told no",
  },
};

/** What an account is to this mm-claude, whatever the session. */
export interface Rights {
  /** On the allow list, or there is none, which means everyone. */
  readonly isListed: boolean;
  /** Among the APPROVERS, or there are none named. */
  readonly isApprover: boolean;
  /** A bot account that may ask; it is neither listed nor an approver. */
  readonly isBot?: true;
}

/** Undefined for those who are nobody here: unknown, deactivated, a bot that is not among the `bots`. Asked anew for each input. */
export type RightsOf = (id: UserId) => Rights | undefined;

/** The people a session knows. */
export interface Members {
  readonly owner: Person;
  readonly participants: ReadonlyMap<UserId, string>;
}

/** Whether that account may do it; `members` undefined: in no session yet. */
export function authorize(
  action: Action,
  id: UserId,
  members: Members | undefined,
  rightsOf: RightsOf,
): boolean {
  const standing = rightsOf(id);
  if (standing === undefined) {
    return false;
  }
  if (action === "approve" && !standing.isApprover) {
    return false;
  }
  return ACCESS[action][roleOf(id, members, standing)] === true;
}

/** An owner who is no longer listed has no more rights than anybody. */
function roleOf(id: UserId, members: Members | undefined, { isListed, isBot }: Rights): Role {
  if (isBot) {
    return members === undefined || members.owner.id === id ? "bot" : "others";
  }
  if (isListed) {
    return members?.owner.id === id ? "owner" : "listed";
  }
  return members?.participants.has(id) ? "invited" : "others";
}
