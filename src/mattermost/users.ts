// Which account has an id or a name, without asking the server twice. An id stays with its account, but a name may pass
// to another account, so what is known of names is checked against the account. Decides nothing about rights.

import { BoundedMap } from "../util/bounded-map.ts";
import { type Clock, isRecent } from "../util/clock.ts";
import { MattermostError } from "./error.ts";
import type { MattermostApi, User, UserId } from "./types.ts";

export interface UsersOptions {
  readonly api: Pick<MattermostApi, "user" | "userByName">;
  readonly clock: Clock;
  /** How many users and how many names are remembered. */
  readonly limit?: number;
}

/** An update can be missed while the socket is down, so what is known expires. */
const KNOWN_FOR_MS = 10 * 60_000;
/** Somebody may make the account a moment after being told that it doesn't exist. */
const UNKNOWN_FOR_MS = 30_000;

interface Entry<T> {
  readonly value: T;
  /** When it was learned, and for how long it is used. */
  readonly at: number;
  readonly forMs: number;
  /** How often updates may have been missed before it was learned: after the next time it is out of date. */
  readonly missedUpdates: number;
  /** The number of the update it comes from; undefined for the answer to a request. */
  readonly update?: number;
}

type UserEntry = Entry<User | undefined>;

export class Users {
  readonly #api: UsersOptions["api"];
  readonly #clock: Clock;
  readonly #usersById: BoundedMap<string, UserEntry>;
  readonly #idsByName: BoundedMap<string, Entry<UserId | undefined>>;
  readonly #underWay = new Map<string, Promise<User | undefined>>();
  #updates = 0;
  #missedUpdates = 0;

  constructor({ api, clock, limit = 5000 }: UsersOptions) {
    this.#api = api;
    this.#clock = clock;
    this.#usersById = new BoundedMap(limit);
    this.#idsByName = new BoundedMap(limit);
  }

  /** Undefined when no such account exists. Throws MattermostError when the server can't be asked. */
  async byId(id: UserId): Promise<User | undefined> {
    const known = this.#usersById.get(id);
    if (known && this.#isFresh(known)) {
      return known.value;
    }
    return this.#askOnce(
      `id ${id}`,
      () => this.#userIfAny(id),
      () => this.#usersById.set(id, this.#unknown()),
    );
  }

  /**
   * Who speaks, and so is there: what was last told of them does, for as long as no update can have been missed. The
   * server is asked beside it.
   */
  async speaker(id: UserId): Promise<User | undefined> {
    const known = this.#usersById.get(id);
    const asked = this.byId(id);
    if (known?.value === undefined || known.missedUpdates !== this.#missedUpdates) {
      return asked;
    }
    asked.catch(() => {});
    return known.value;
  }

  /** Any case, without `@`. Undefined when no such account exists; throws like `byId`. */
  async byName(anyCase: string): Promise<User | undefined> {
    const name = anyCase.toLowerCase();
    const known = this.#idsByName.get(name);
    if (known && this.#isFresh(known)) {
      if (known.value === undefined) {
        return undefined;
      }
      const user = this.#freshUser(known.value);
      // After a rename the old name belongs to nobody, or to somebody else.
      if (isNamed(user, name)) {
        return user;
      }
    }
    const user = await this.#askOnce(
      `name ${name}`,
      () => this.#api.userByName(name),
      () => this.#idsByName.set(name, this.#unknown()),
    );
    return isNamed(user, name) ? user : undefined;
  }

  /** What was last heard of an account, however long ago; undefined when nothing was. */
  readonly known = (id: UserId): User | undefined => this.#usersById.get(id)?.value;

  /** To be told of every `userUpdated`: renames, deactivations. */
  userUpdated(user: User): void {
    this.#updates += 1;
    this.#remember(user, this.#missedUpdates, this.#updates);
  }

  /** What was found out some time ago: it is no news about an account that something was heard of. */
  foundBefore(user: User): void {
    if (this.known(user.id) === undefined) {
      this.#remember(user, this.#missedUpdates);
    }
  }

  /** Updates may have been missed: the server is asked again about each account that is looked up from now on. */
  mayHaveMissedUpdates(): void {
    this.#missedUpdates += 1;
  }

  async #userIfAny(id: UserId): Promise<User | undefined> {
    try {
      return await this.#api.user(id);
    } catch (error) {
      if (error instanceof MattermostError && error.code === "not-found") {
        return undefined;
      }
      throw error;
    }
  }

  /** One request for all who ask at the same time. */
  #askOnce(
    key: string,
    ask: () => Promise<User | undefined>,
    onUnknown: () => void,
  ): Promise<User | undefined> {
    const underWay = this.#underWay.get(key);
    if (underWay !== undefined) {
      return underWay;
    }
    const answer = this.#ask(ask, onUnknown).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, answer);
    return answer;
  }

  async #ask(ask: () => Promise<User | undefined>, onUnknown: () => void): Promise<User | undefined> {
    const updatesBefore = this.#updates;
    const missedUpdatesBefore = this.#missedUpdates;
    const user = await ask();
    if (user === undefined) {
      onUnknown();
      return undefined;
    }
    // An update that came while the request was under way is newer than the answer.
    const known = this.#usersById.get(user.id);
    const isNewer = (known?.update ?? 0) > updatesBefore;
    return isNewer && known?.value ? known.value : this.#remember(user, missedUpdatesBefore);
  }

  #remember(user: User, missedUpdates: number, update = 0): User {
    const learned = { at: this.#clock.now(), forMs: KNOWN_FOR_MS, missedUpdates };
    this.#usersById.set(user.id, { ...learned, value: user, update });
    this.#idsByName.set(user.username.toLowerCase(), { ...learned, value: user.id });
    return user;
  }

  #unknown(): Entry<undefined> {
    const missedUpdates = this.#missedUpdates;
    return { value: undefined, at: this.#clock.now(), forMs: UNKNOWN_FOR_MS, missedUpdates };
  }

  #freshUser(id: UserId): User | undefined {
    const entry = this.#usersById.get(id);
    return entry && this.#isFresh(entry) ? entry.value : undefined;
  }

  #isFresh(entry: Entry<unknown>): boolean {
    return entry.missedUpdates === this.#missedUpdates && isRecent(entry.at, entry.forMs, this.#clock.now());
  }
}

function isNamed(user: User | undefined, name: string): boolean {
  return user?.username.toLowerCase() === name;
}
