// Accounts over REST: logging in, finding and reading them, renaming, deactivating, their status.
import { setCookie } from "hono/cookie";
import { ApiError, badBody, noSuchUsername, refused } from "../api-error.ts";
import type { UserRecord } from "../people.ts";
import { type Presence, SET_BY_HAND } from "../presence.ts";
import { wireUser } from "../wire.ts";
import {
  type App,
  type Ctx,
  endpointsOver,
  me,
  OK,
  objectBody,
  ownUserParam,
  pageQuery,
  type Services,
  stringOf,
  stringsBody,
  textParam,
  userParam,
  visibleChannel,
} from "./context.ts";

export function mountUsers(app: App, services: Services): void {
  const by = endpointsOver(services);
  app.post("/api/v4/users/login", by(logIn));
  app.post("/api/v4/users/logout", by(logOut));
  app.get("/api/v4/users", by(usersInPages));
  app.post("/api/v4/users/usernames", by(usersOfNames));
  app.post("/api/v4/users/ids", by(usersOfIds));
  app.post("/api/v4/users/search", by(searchUsers));
  app.get("/api/v4/users/autocomplete", by(completeName));
  // What no account may be called is no route, or a bad parameter (read in the server's source).
  app.get("/api/v4/users/username/:username{[A-Za-z0-9_.-]+}", by(userOfName));
  app.post("/api/v4/users/status/ids", by(statusOfIds));
  app.get("/api/v4/users/:user_id", by(readUser));
  app.get("/api/v4/users/:user_id/status", by(readStatus));
  app.put("/api/v4/users/:user_id/status", by(setStatus));
  app.put("/api/v4/users/:user_id/patch", by(patchUser));
  app.put("/api/v4/users/:user_id/active", by(activate));
  app.delete("/api/v4/users/:user_id", by(deactivate));
  app.post("/api/v4/users/:user_id/typing", by(showTyping));
}

async function logIn(c: Ctx, { store: { people } }: Services): Promise<Response> {
  const body = await objectBody(c, "login");
  const user = people.byName(stringOf(body["login_id"]));
  if (!user || !people.checkPassword(user.id, stringOf(body["password"]))) {
    throw new ApiError(
      401,
      "api.user.login.invalid_credentials_email_username",
      "Enter a valid email or username and/or password.",
    );
  }
  if (user.deleteAt !== 0) {
    throw new ApiError(
      401,
      "api.user.login.inactive.app_error",
      "Login failed because your account has been deactivated. Please contact an administrator.",
    );
  }
  const token = people.openSession(user.id);
  c.header("Token", token);
  setCookie(c, "MMAUTHTOKEN", token, { httpOnly: true, sameSite: "Strict", path: "/" });
  setCookie(c, "MMUSERID", user.id, { sameSite: "Strict", path: "/" });
  return c.json(wireUser(user, true));
}

function logOut(c: Ctx, { store: { people } }: Services): Response {
  people.closeSession(c.get("token"));
  return c.json(OK);
}

function usersInPages(c: Ctx, { store }: Services): Response {
  const { people, places } = store;
  me(c);
  const { from, perPage } = pageQuery(c);
  const channelId = c.req.query("in_channel");
  const all =
    channelId === undefined
      ? people.all()
      : known(places.members(visibleChannel(c, store, channelId).id).map((id) => people.get(id)));
  const byName = all.sort((a, b) => (a.username < b.username ? -1 : 1));
  return c.json(wireUsers(byName.slice(from, from + perPage)));
}

async function usersOfNames(c: Ctx, { store: { people } }: Services): Promise<Response> {
  me(c);
  const names = await stringsBody(c, "usernames");
  return c.json(wireUsers(known(names.map((name) => people.byName(name)))));
}

async function usersOfIds(c: Ctx, { store: { people } }: Services): Promise<Response> {
  me(c);
  const ids = await stringsBody(c, "user_ids");
  return c.json(wireUsers(known(ids.map((id) => people.get(id)))));
}

async function searchUsers(c: Ctx, { store: { people } }: Services): Promise<Response> {
  me(c);
  const body = await objectBody(c, "props");
  const term = stringOf(body["term"]).replace(/^@/, "").toLowerCase();
  if (term === "") throw badBody("term");
  return c.json(wireUsers(startingWith(people.all(), term)));
}

function completeName(c: Ctx, { store }: Services): Response {
  const { people, places } = store;
  me(c);
  const found = startingWith(people.all(), (c.req.query("name") ?? "").toLowerCase());
  const channelId = c.req.query("in_channel");
  if (channelId === undefined) return c.json({ users: wireUsers(found) });
  const { id } = visibleChannel(c, store, channelId);
  const isIn = (user: UserRecord) => places.isMember(id, user.id);
  return c.json({
    users: wireUsers(found.filter(isIn)),
    out_of_channel: wireUsers(found.filter((user) => !isIn(user))),
  });
}

function userOfName(c: Ctx, { store: { people } }: Services): Response {
  me(c);
  const name = textParam(c, "username");
  if (name.length > 64 || ["all", "channel", "matterbot", "system"].includes(name)) throw badBody("username");
  const user = people.byName(name);
  if (!user) throw noSuchUsername(name);
  return c.json(wireUser(user));
}

async function statusOfIds(c: Ctx, { presence }: Services): Promise<Response> {
  me(c);
  return c.json((await stringsBody(c, "user_ids")).map((id) => wireStatus(presence, id)));
}

function readUser(c: Ctx, { store: { people } }: Services): Response {
  const user = userParam(c, people);
  return c.json(wireUser(user, user.id === me(c).id));
}

function readStatus(c: Ctx, { store: { people }, presence }: Services): Response {
  me(c);
  return c.json(wireStatus(presence, userParam(c, people).id));
}

/** As the server's documentation has it; `dnd_end_time` in seconds. */
async function setStatus(c: Ctx, { store: { people }, presence }: Services): Promise<Response> {
  const user = ownUserParam(c, people);
  const { status, dnd_end_time } = await objectBody(c, "status");
  const wanted = SET_BY_HAND.find((one) => one === status);
  if (wanted === undefined) throw badBody("status");
  presence.setByHand(user.id, wanted, wanted === "dnd" ? Number(dnd_end_time ?? 0) : 0);
  return c.json(wireStatus(presence, user.id));
}

async function patchUser(c: Ctx, services: Services): Promise<Response> {
  const user = ownUserParam(c, services.store.people);
  const { username } = await objectBody(c, "user");
  if (typeof username === "string") rename(services, user, username);
  return c.json(wireUser(user, true));
}

function rename({ store: { people }, membership }: Services, user: UserRecord, username: string): void {
  const holder = people.byName(username);
  if (holder && holder.id !== user.id) {
    throw new ApiError(
      400,
      "app.user.save.username_exists.app_error",
      "An account with that username already exists.",
    );
  }
  try {
    membership.rename(user, username);
  } catch {
    throw badBody("username");
  }
}

async function activate(c: Ctx, services: Services): Promise<Response> {
  const { active } = await objectBody(c, "active");
  if (typeof active !== "boolean") throw badBody("active");
  return setActive(c, services, active);
}

function deactivate(c: Ctx, services: Services): Response {
  return setActive(c, services, false);
}

function setActive(c: Ctx, { store, membership }: Services, isActive: boolean): Response {
  membership.setActive(ownUserParam(c, store.people), isActive);
  return c.json(OK);
}

async function showTyping(c: Ctx, { store, membership }: Services): Promise<Response> {
  const user = ownUserParam(c, store.people);
  const body = await objectBody(c, "typing");
  const channelId = stringOf(body["channel_id"]);
  if (!store.places.isMember(channelId, user.id)) throw refused();
  membership.typing(user, channelId, stringOf(body["parent_id"]));
  return c.json(OK);
}

/** Those who exist, each once. */
function known(users: readonly (UserRecord | undefined)[]): UserRecord[] {
  return [...new Set(users)].filter((user) => user !== undefined);
}

const MAX_FOUND = 100;

/** The active ones, by name. */
function startingWith(users: readonly UserRecord[], term: string): UserRecord[] {
  return users
    .filter((user) => user.deleteAt === 0 && user.username.startsWith(term))
    .sort((a, b) => (a.username < b.username ? -1 : 1))
    .slice(0, MAX_FOUND);
}

/** As others see them. */
function wireUsers(users: readonly UserRecord[]): object[] {
  return users.map((user) => wireUser(user));
}

function wireStatus(presence: Presence, userId: string): object {
  const byHand = presence.byHand(userId);
  return {
    user_id: userId,
    status: presence.status(userId),
    manual: byHand !== undefined,
    last_activity_at: 0,
    ...(byHand && byHand.endsAt > 0 ? { dnd_end_time: byHand.endsAt } : {}),
  };
}
