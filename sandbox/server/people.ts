// Owns the accounts: who exists, under which name, with which tokens and password. Knows nothing of channels,
// and tells nobody: the chat sends the events.
import { createHash, timingSafeEqual } from "node:crypto";
import { newId } from "./ids.ts";
import type { Stamp } from "./stamp.ts";

const MAX_USERS = 10_000;
const MAX_SESSIONS_OF_A_USER = 50;

export interface UserRecord {
  readonly id: string;
  username: string;
  readonly displayName: string;
  readonly isBot: boolean;
  readonly isAdmin: boolean;
  readonly createAt: number;
  updateAt: number;
  /** 0 while the account is active. */
  deleteAt: number;
}

export interface NewUser {
  readonly username: string;
  readonly password?: string | undefined;
  readonly displayName?: string | undefined;
  readonly isBot?: boolean | undefined;
  readonly isAdmin?: boolean | undefined;
}

export class People {
  readonly #stamp: Stamp;
  readonly #users = new Map<string, UserRecord>();
  readonly #idsByName = new Map<string, string>();
  readonly #userIdsByToken = new Map<string, string>();
  readonly #tokensByUser = new Map<string, string[]>();
  readonly #passwords = new Map<string, Buffer>();

  constructor(stamp: Stamp) {
    this.#stamp = stamp;
  }

  /** Throws when the name is taken or not one Mattermost would take. */
  create({ username, password, displayName = "", isBot = false, isAdmin = false }: NewUser): UserRecord {
    this.#checkName(username);
    if (this.#users.size >= MAX_USERS) throw new Error(`The sandbox holds at most ${MAX_USERS} accounts`);
    const at = this.#stamp();
    const user: UserRecord = {
      id: newId(),
      username,
      displayName,
      isBot,
      isAdmin,
      createAt: at,
      updateAt: at,
      deleteAt: 0,
    };
    this.#users.set(user.id, user);
    this.#idsByName.set(username, user.id);
    if (password !== undefined) this.#passwords.set(user.id, digest(password));
    return user;
  }

  get(id: string): UserRecord | undefined {
    return this.#users.get(id);
  }

  byName(username: string): UserRecord | undefined {
    return this.#users.get(this.#idsByName.get(username.toLowerCase()) ?? "");
  }

  all(): UserRecord[] {
    return [...this.#users.values()];
  }

  /** The active account a token belongs to. */
  byToken(token: string): UserRecord | undefined {
    const user = this.#users.get(this.#userIdsByToken.get(token) ?? "");
    return user?.deleteAt === 0 ? user : undefined;
  }

  openSession(userId: string): string {
    const token = newId();
    const tokens = this.#tokensByUser.get(userId) ?? [];
    // The first token is the one the account was made with; logins beyond the bound push out the oldest login.
    if (tokens.length >= MAX_SESSIONS_OF_A_USER) this.closeSession(tokens[1] ?? "");
    this.#tokensByUser.set(userId, [...(this.#tokensByUser.get(userId) ?? []), token]);
    this.#userIdsByToken.set(token, userId);
    return token;
  }

  closeSession(token: string): void {
    const userId = this.#userIdsByToken.get(token);
    this.#userIdsByToken.delete(token);
    if (userId === undefined) return;
    const others = (this.#tokensByUser.get(userId) ?? []).filter((other) => other !== token);
    this.#tokensByUser.set(userId, others);
  }

  checkPassword(userId: string, password: string): boolean {
    const expected = this.#passwords.get(userId);
    return expected !== undefined && timingSafeEqual(expected, digest(password));
  }

  rename(userId: string, username: string): void {
    const user = this.#existing(userId);
    if (user.username === username) return;
    this.#checkName(username);
    this.#idsByName.delete(user.username);
    this.#idsByName.set(username, userId);
    user.username = username;
    user.updateAt = this.#stamp();
  }

  setActive(userId: string, active: boolean): void {
    const user = this.#existing(userId);
    user.updateAt = this.#stamp();
    user.deleteAt = active ? 0 : user.updateAt;
  }

  #existing(id: string): UserRecord {
    const user = this.#users.get(id);
    if (!user) throw new Error(`No account has the id ${id}`);
    return user;
  }

  #checkName(username: string): void {
    if (!/^[a-z0-9._-]{1,64}$/.test(username)) {
      throw new Error(`"${username}" is not a username: lower-case letters, digits, ".", "-" and "_" only`);
    }
    if (this.#idsByName.has(username)) throw new Error(`An account named ${username} already exists`);
  }
}

const digest = (text: string) => createHash("sha256").update(text).digest();
