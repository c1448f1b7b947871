// Who is who on the server, by id and by name, without asking twice. Ids are the truth: a name is only a
// question that the server answers, because people rename themselves. Decides nothing about rights.
import { BoundedMap } from "../util/bounded-map.ts";
import { type Clock, isRecent } from "../util/clock.ts";
import { MattermostError } from "./error.ts";
import type { MattermostApi, User, UserId } from "./types.ts";

export interface UserDirectory {
  /** Undefined when no such account exists. Throws MattermostError when the server can't be asked. */
  byId(id: UserId): Promise<User | undefined>;
  /** Any case, without `@`. Undefined when no such account exists; throws like `byId`. */
  byName(name: string): Promise<User | undefined>;
  /** What was last heard of an account, however long ago; undefined when nothing was. */
  known(id: UserId): User | undefined;
  /** To be told of every `userUpdated`: renames, deactivations. */
  userUpdated(user: User): void;
  /** Updates may have been missed: whoever is looked up next is asked about anew. */
  mayHaveMissedUpdates(): void;
}

export interface UserDirectoryOptions {
  readonly api: Pick<MattermostApi, "user" | "userByName">;
  readonly clock: Clock;
  /** How many users and how many names are remembered. */
  readonly limit?: number;
}

/** An update can be missed while the socket is down, so what is known grows old. */
const KNOWN_FOR_MS = 10 * 60_000;
/** Somebody may make the account a moment after being told that it doesn't exist. */
const UNKNOWN_FOR_MS = 30_000;

interface Entry<T> {
  readonly value: T;
  /** When it was told, and how long that holds. */
  readonly at: number;
  readonly forMs: number;
  /** Counts how often updates may have been missed: what was heard before the last time is old. */
  readonly era: number;
  /** The number of the update that told it; undefined for an answer to a question. */
  readonly update?: number;
}

export function createUserDirectory({ api, clock, limit = 5000 }: UserDirectoryOptions): UserDirectory {
  const users = new BoundedMap<string, Entry<User | undefined>>(limit);
  const ids = new BoundedMap<string, Entry<UserId | undefined>>(limit);
  const inFlight = new Map<string, Promise<User | undefined>>();
  let updates = 0;

  let era = 0;

  const fresh = <T>(entry: Entry<T> | undefined): Entry<T> | undefined =>
    entry !== undefined && isRecent(entry.at, entry.forMs, clock.now()) && entry.era === era
      ? entry
      : undefined;

  const remember = (user: User, heardIn: number, update = 0): User => {
    const told = { at: clock.now(), forMs: KNOWN_FOR_MS, era: heardIn };
    users.set(user.id, { ...told, value: user, update });
    ids.set(user.username.toLowerCase(), { ...told, value: user.id });
    return user;
  };

  /** Asks once for all who ask at the same time. */
  const ask = (
    key: string,
    question: () => Promise<User | undefined>,
    onUnknown: (unknown: Entry<undefined>) => void,
  ) => {
    const running = inFlight.get(key);
    if (running !== undefined) return running;
    const answer = (async () => {
      const asked = { era, updates };
      const user = await question();
      if (user === undefined) {
        onUnknown({ value: undefined, at: clock.now(), forMs: UNKNOWN_FOR_MS, era });
        return undefined;
      }
      // An update that came while the question was under way is newer than the answer.
      const known = users.get(user.id);
      const isNewer = (known?.update ?? 0) > asked.updates;
      return isNewer && known?.value ? known.value : remember(user, asked.era);
    })().finally(() => inFlight.delete(key));
    inFlight.set(key, answer);
    return answer;
  };

  return {
    async byId(id) {
      const known = fresh(users.get(id));
      if (known !== undefined) return known.value;
      const question = () =>
        api.user(id).catch((error: unknown) => {
          if (error instanceof MattermostError && error.code === "not-found") return undefined;
          throw error;
        });
      return ask(`id ${id}`, question, (unknown) => users.set(id, unknown));
    },

    async byName(anyCase) {
      const name = anyCase.toLowerCase();
      const known = fresh(ids.get(name));
      if (known !== undefined) {
        if (known.value === undefined) return undefined;
        const user = fresh(users.get(known.value))?.value;
        // After a rename the old name belongs to nobody, or to somebody else.
        if (user?.username.toLowerCase() === name) return user;
      }
      const question = () => api.userByName(name);
      const user = await ask(`name ${name}`, question, (unknown) => ids.set(name, unknown));
      return user?.username.toLowerCase() === name ? user : undefined;
    },

    known: (id) => users.get(id)?.value,

    userUpdated(user) {
      updates += 1;
      remember(user, era, updates);
    },

    mayHaveMissedUpdates() {
      era += 1;
    },
  };
}
