// Who may do what: the one table, and the one function that reads it. Fails closed.

import type { UserId } from "../mattermost/types.ts";

/** A person who wrote or reacted, as known when the event came in. */
export interface Person {
  readonly id: UserId;
  /** Current username, without `@`. */
  readonly name: string;
  /** On the allow list, or the list is empty, which means everyone. */
  readonly isListed: boolean;
}

export type Role = "owner" | "listed" | "invited" | "other";

export type Action =
  | "start"
  | "message"
  | "answer"
  /** Approve a tool or a plan. */
  | "approve"
  /** Interrupt, stop. */
  | "stop"
  /** Invite, kick, permissions, approve a guest's message. */
  | "steer";

const ACCESS: Readonly<Record<Action, Readonly<Record<Role, boolean>>>> = {
  start: { owner: false, listed: true, invited: false, other: false },
  message: { owner: true, listed: true, invited: true, other: false },
  answer: { owner: true, listed: true, invited: true, other: false },
  approve: { owner: true, listed: true, invited: false, other: false },
  stop: { owner: true, listed: true, invited: true, other: false },
  steer: { owner: true, listed: true, invited: false, other: false },
};

/** The people a session knows; undefined stands for "no session yet". */
interface Members {
  readonly owner: Person;
  readonly participants: ReadonlyMap<UserId, string>;
}

export function roleOf(person: Person, members: Members | undefined): Role {
  if (members && person.id === members.owner.id) {
    return "owner";
  }
  if (person.isListed) {
    return "listed";
  }
  return members?.participants.has(person.id) ? "invited" : "other";
}

export function may(role: Role, action: Action): boolean {
  return ACCESS[action][role] === true;
}
