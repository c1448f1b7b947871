// Accounts over REST: reading, finding, logging in, renaming, deactivating, their teams, channels and status.
import { setCookie } from "hono/cookie";
import { ApiError, badBody, noSuchUsername, refused } from "../api-error.ts";
import type { UserRecord } from "../people.ts";
import type { ChannelRecord } from "../places.ts";
import { wireChannel, wireTeam, wireUser } from "../wire.ts";
import {
  type App,
  type Ctx,
  idParam,
  me,
  OK,
  objectBody,
  ownUserParam,
  pageQuery,
  type Services,
  stringOf,
  stringsBody,
  userParam,
} from "./context.ts";

export function mountUsers(app: App, { store, membership, presence }: Services): void {
  const { people, places } = store;
  const status = (userId: string) => ({
    user_id: userId,
    status: presence.status(userId),
    manual: false,
    last_activity_at: 0,
  });
  const known = (users: readonly (UserRecord | undefined)[]) =>
    [...new Set(users)].filter((user) => user !== undefined);

  app.post("/api/v4/users/login", async (c) => {
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
  });

  app.post("/api/v4/users/logout", (c) => {
    people.closeSession(c.get("token"));
    return c.json(OK);
  });

  app.get("/api/v4/users", (c) => {
    me(c);
    const { from, perPage } = pageQuery(c);
    const channelId = c.req.query("in_channel");
    const all = channelId === undefined ? people.all() : known(places.members(channelId).map(people.get));
    const byName = all.sort((a, b) => (a.username < b.username ? -1 : 1));
    return c.json(byName.slice(from, from + perPage).map((user) => wireUser(user)));
  });

  app.post("/api/v4/users/usernames", async (c) => {
    me(c);
    const names = await stringsBody(c, "usernames");
    return c.json(known(names.map(people.byName)).map((user) => wireUser(user)));
  });

  app.post("/api/v4/users/ids", async (c) => {
    me(c);
    const ids = await stringsBody(c, "user_ids");
    return c.json(known(ids.map(people.get)).map((user) => wireUser(user)));
  });

  app.post("/api/v4/users/search", async (c) => {
    me(c);
    const body = await objectBody(c, "props");
    const term = stringOf(body["term"]).replace(/^@/, "").toLowerCase();
    if (term === "") throw badBody("term");
    return c.json(
      startingWith(people.all(), term)
        .slice(0, 100)
        .map((user) => wireUser(user)),
    );
  });

  app.get("/api/v4/users/autocomplete", (c) => {
    me(c);
    const name = (c.req.query("name") ?? "").toLowerCase();
    const channelId = c.req.query("in_channel");
    const found = startingWith(people.all(), name).slice(0, 100);
    if (channelId === undefined) return c.json({ users: found.map((user) => wireUser(user)) });
    const isIn = (user: UserRecord) => places.isMember(channelId, user.id);
    return c.json({
      users: found.filter(isIn).map((user) => wireUser(user)),
      out_of_channel: found.filter((user) => !isIn(user)).map((user) => wireUser(user)),
    });
  });

  // What no account may be called is no route, or a bad parameter (read in the server's source).
  app.get("/api/v4/users/username/:username{[A-Za-z0-9_.-]+}", (c) => {
    me(c);
    const name = c.req.param("username");
    if (name.length > 64 || ["all", "channel", "matterbot", "system"].includes(name))
      throw badBody("username");
    const user = people.byName(name);
    if (!user) throw noSuchUsername(name);
    return c.json(wireUser(user));
  });

  app.post("/api/v4/users/status/ids", async (c) => {
    me(c);
    return c.json((await stringsBody(c, "user_ids")).map(status));
  });

  app.get("/api/v4/users/:user_id", (c) => {
    const user = userParam(c, people);
    return c.json(wireUser(user, user.id === me(c).id));
  });

  app.get("/api/v4/users/:user_id/status", (c) => {
    me(c);
    return c.json(status(userParam(c, people).id));
  });

  app.put("/api/v4/users/:user_id/patch", async (c) => {
    const user = ownUserParam(c, people);
    const { username } = await objectBody(c, "user");
    if (typeof username === "string") rename(user, username);
    return c.json(wireUser(user, true));
  });

  app.put("/api/v4/users/:user_id/active", async (c) => {
    const { active } = await objectBody(c, "active");
    if (typeof active !== "boolean") throw badBody("active");
    return setActive(c, active);
  });

  app.delete("/api/v4/users/:user_id", (c) => setActive(c, false));

  app.post("/api/v4/users/:user_id/typing", async (c) => {
    const user = ownUserParam(c, people);
    const body = await objectBody(c, "typing");
    const channelId = stringOf(body["channel_id"]);
    if (!places.isMember(channelId, user.id)) throw refused();
    membership.typing(user, channelId, stringOf(body["parent_id"]));
    return c.json(OK);
  });

  app.get("/api/v4/users/:user_id/teams", (c) => {
    return c.json(places.teamsOf(ownUserParam(c, people).id).map(wireTeam));
  });

  app.get("/api/v4/users/:user_id/teams/:team_id/channels", (c) => {
    const user = ownUserParam(c, people);
    const teamId = idParam(c, "team_id");
    if (!places.inTeam(teamId, user.id)) throw refused();
    const channels = places.channelsOf(user.id, teamId);
    return c.json(wireAll(channels));
  });

  app.get("/api/v4/users/:user_id/channels", (c) => {
    const user = ownUserParam(c, people);
    const channels = places.channels().filter(({ id }) => places.isMember(id, user.id));
    // Seen on 10.11: over all teams, by id.
    return c.json(wireAll(channels.sort((a, b) => (a.id < b.id ? -1 : 1))));
  });

  function wireAll(channels: readonly ChannelRecord[]): object[] {
    return channels.filter(({ deleteAt }) => deleteAt === 0).map((channel) => wireChannel(store, channel));
  }

  function setActive(c: Ctx, active: boolean): Response {
    membership.setActive(ownUserParam(c, people), active);
    return c.json(OK);
  }

  function rename(user: UserRecord, username: string): void {
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
}

function startingWith(users: readonly UserRecord[], term: string): UserRecord[] {
  return users
    .filter((user) => user.deleteAt === 0 && user.username.startsWith(term))
    .sort((a, b) => (a.username < b.username ? -1 : 1));
}
