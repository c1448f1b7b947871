// The people in the settings, bound to accounts. A name lets in only the account that had it when the settings were
// first read with it, and only while that account has this name, or another name of the same setting. Whoever takes a
// name that has become free gets no rights by it.

import { z } from "zod";
import type { User, UserId } from "../mattermost/types.ts";
import type { Rights, RightsOf } from "./authorization.ts";

/** Usernames of the settings, in lower case, and the accounts they were given to. */
export type Bindings = Readonly<Record<string, UserId>>;

/** A name of a setting, and the account that it was given to. */
export type Named = Pick<User, "id" | "username">;

export interface Binding {
  /** What is kept for the next start. */
  readonly bindings: Bindings;
  /** Names that now belong to an account none of the setting's names was given to. */
  readonly changedHands: readonly string[];
}

const VERSION = 1;

const accounts = z.record(z.string(), z.string());
const document = z.union([
  z.object({ version: z.literal(VERSION), accounts }).transform((current) => current.accounts),
  // As 0.1.0 wrote them.
  accounts,
]);

/** None when they can't be read. */
export function decodeBindings(value: unknown): Bindings {
  return (document.safeParse(value).data ?? {}) as Bindings;
}

/** JSON text. */
export function encodeBindings(bindings: Bindings): string {
  return JSON.stringify({ version: VERSION, accounts: bindings });
}

/** `before`: what an earlier start has bound. A name that is no longer set is forgotten. */
export function bindNames(users: readonly User[], before: Bindings): Binding {
  const bound = users.map(({ id, username }) => {
    const name = username.toLowerCase();
    return [name, (Object.hasOwn(before, name) ? before[name] : undefined) ?? id] as const;
  });
  const bindings = Object.fromEntries(bound);
  const accounts = new Set(Object.values(bindings));
  const changedHands = users
    .filter(({ id }) => !accounts.has(id))
    .map(({ username }) => username.toLowerCase());
  return { bindings, changedHands };
}

export interface AllowListOptions {
  /** What was last heard of an account; undefined for one that was never heard of. */
  readonly known: (id: UserId) => User | undefined;
  /** Undefined: everyone. */
  readonly allowed: readonly Named[] | undefined;
  /** Undefined: whoever is listed. */
  readonly approvers: readonly Named[] | undefined;
  /** Bot accounts that may ask. */
  readonly bots?: readonly Named[];
}

export function createAllowList({ known, allowed, approvers, bots = [] }: AllowListOptions): RightsOf {
  return (id): Rights | undefined => {
    const user = known(id);
    if (user === undefined || !user.isActive) {
      return undefined;
    }
    if (user.isBot) {
      return isNamedIn(bots, user) ? { isListed: false, isApprover: false, isBot: true } : undefined;
    }
    return { isListed: isNamedIn(allowed, user), isApprover: isNamedIn(approvers, user) };
  };
}

/**
 * Two of a setting who have exchanged their names are the same two people: each name gives the same rights. Looked for in
 * the list itself, which many projects share.
 */
function isNamedIn(setting: readonly Named[] | undefined, { id, username }: User): boolean {
  return (
    setting === undefined ||
    (setting.some((named) => named.id === id) &&
      setting.some((named) => named.username.toLowerCase() === username.toLowerCase()))
  );
}
