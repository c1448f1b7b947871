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

export interface People {
  /** Throws when the name is taken or not one Mattermost would take. */
  create(user: NewUser): UserRecord;
  get(id: string): UserRecord | undefined;
  byName(username: string): UserRecord | undefined;
  all(): UserRecord[];
  /** The active account a token belongs to. */
  byToken(token: string): UserRecord | undefined;
  openSession(userId: string): string;
  closeSession(token: string): void;
  checkPassword(userId: string, password: string): boolean;
  rename(userId: string, username: string): void;
  setActive(userId: string, active: boolean): void;
}

export function createPeople(stamp: Stamp): People {
  const users = new Map<string, UserRecord>();
  const idsByName = new Map<string, string>();
  const userIdsByToken = new Map<string, string>();
  const tokensByUser = new Map<string, string[]>();
  const passwords = new Map<string, Buffer>();

  const digest = (text: string) => createHash("sha256").update(text).digest();

  function claimName(username: string): void {
    if (!/^[a-z0-9._-]{1,64}$/.test(username)) {
      throw new Error(`"${username}" is not a username: lower-case letters, digits, ".", "-" and "_" only`);
    }
    if (idsByName.has(username)) throw new Error(`An account named ${username} already exists`);
  }

  function closeSession(token: string): void {
    const userId = userIdsByToken.get(token);
    userIdsByToken.delete(token);
    if (userId === undefined) return;
    tokensByUser.set(
      userId,
      (tokensByUser.get(userId) ?? []).filter((other) => other !== token),
    );
  }

  return {
    create({ username, password, displayName = "", isBot = false, isAdmin = false }) {
      claimName(username);
      if (users.size >= MAX_USERS) throw new Error(`The sandbox holds at most ${MAX_USERS} accounts`);
      const at = stamp();
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
      users.set(user.id, user);
      idsByName.set(username, user.id);
      if (password !== undefined) passwords.set(user.id, digest(password));
      return user;
    },
    get: (id) => users.get(id),
    byName: (username) => users.get(idsByName.get(username.toLowerCase()) ?? ""),
    all: () => [...users.values()],
    byToken(token) {
      const user = users.get(userIdsByToken.get(token) ?? "");
      return user?.deleteAt === 0 ? user : undefined;
    },
    openSession(userId) {
      const token = newId();
      const tokens = tokensByUser.get(userId) ?? [];
      // The first token is the one the account was made with; logins beyond the bound push out the oldest login.
      if (tokens.length >= MAX_SESSIONS_OF_A_USER) closeSession(tokens[1] ?? "");
      tokensByUser.set(userId, [...(tokensByUser.get(userId) ?? []), token]);
      userIdsByToken.set(token, userId);
      return token;
    },
    closeSession,
    checkPassword(userId, password) {
      const expected = passwords.get(userId);
      return expected !== undefined && timingSafeEqual(expected, digest(password));
    },
    rename(userId, username) {
      const user = users.get(userId);
      if (!user) throw new Error(`No account has the id ${userId}`);
      if (user.username === username) return;
      claimName(username);
      idsByName.delete(user.username);
      idsByName.set(username, userId);
      user.username = username;
      user.updateAt = stamp();
    },
    setActive(userId, active) {
      const user = users.get(userId);
      if (!user) throw new Error(`No account has the id ${userId}`);
      user.updateAt = stamp();
      user.deleteAt = active ? 0 : user.updateAt;
    },
  };
}
