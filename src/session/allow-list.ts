// The people the settings name, bound to accounts: a name counts only for the account that had it when the settings
// were read, and only while that account has it. Whoever takes a freed name takes nothing else.

import { z } from "zod";
import type { User, UserId } from "../mattermost/types.ts";
import type { Standing, StandingOf } from "./access.ts";

/** Usernames of the settings, in lower case, and the accounts they were given to. */
export type Bindings = Readonly<Record<string, UserId>>;

export interface Binding {
  /** What is kept for the next start. */
  readonly bindings: Bindings;
  /** The accounts that are let in. */
  readonly users: readonly User[];
  /** Names that belong to another account than at an earlier start. */
  readonly changedHands: readonly string[];
}

const document = z.record(z.string(), z.string());

/** None when it can't be read. */
export function decodeBindings(value: unknown): Bindings {
  return (document.safeParse(value).data ?? {}) as Bindings;
}

/** `before`: what an earlier start has bound. A name that is no longer set is forgotten. */
export function bindNames(users: readonly User[], before: Bindings): Binding {
  const bindings: Record<string, UserId> = {};
  const known: User[] = [];
  const changedHands: string[] = [];
  for (const user of users) {
    const name = user.username.toLowerCase();
    const bound = Object.hasOwn(before, name) ? before[name] : undefined;
    bindings[name] = bound ?? user.id;
    if (bound === undefined || bound === user.id) {
      known.push(user);
    } else {
      changedHands.push(name);
    }
  }
  return { bindings, users: known, changedHands };
}

export interface AllowListOptions {
  /** What was last heard of an account; undefined for one that was never heard of. */
  readonly known: (id: UserId) => User | undefined;
  /** Undefined: everyone. */
  readonly allowed: readonly User[] | undefined;
  /** Undefined: whoever is listed. */
  readonly approvers: readonly User[] | undefined;
}

export function createAllowList({ known, allowed, approvers }: AllowListOptions): StandingOf {
  const isAllowed = namedIn(allowed);
  const isApprover = namedIn(approvers);
  return (id): Standing | undefined => {
    const user = known(id);
    if (user === undefined || user.isBot || !user.isActive) {
      return undefined;
    }
    return { isListed: isAllowed(user), isApprover: isApprover(user) };
  };
}

function namedIn(users: readonly User[] | undefined): (user: User) => boolean {
  if (users === undefined) {
    return () => true;
  }
  const names = new Map(users.map((user) => [user.id, user.username.toLowerCase()]));
  return (user) => names.get(user.id) === user.username.toLowerCase();
}
