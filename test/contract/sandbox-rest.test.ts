// The sandbox's REST answers that the recording does not show.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startSandbox } from "../../sandbox/server/sandbox.ts";
import { call, type Json } from "../support/sandbox-client.ts";
import { startWorld, type World } from "../support/sandbox-world.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.sandbox.close());

const users = (list: unknown) => (list as Json[]).map((user) => user["username"]);

describe("the listener", () => {
  test("refuses an address that others could reach", async () => {
    await expect(startSandbox({ host: "0.0.0.0" })).rejects.toThrow("127.0.0.1, ::1 or localhost");
  });

  test("gives no page of another origin access", async () => {
    const response = await fetch(`${world.sandbox.url}/api/v4/system/ping`, {
      headers: { Origin: "http://evil.example" },
    });
    expect(response.status).toBe(200);
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
  });

  test("lets routes be mounted in front", async () => {
    const sandbox = await startSandbox({
      mount: (app) => {
        app.use(async (c, next) => {
          if (!c.req.header("host")?.startsWith("127.0.0.1")) return c.text("no", 403);
          return next();
        });
        app.get("/", (c) => c.html("<p>page</p>"));
      },
    });
    expect((await call(sandbox, "", "GET", "/")).text).toBe("<p>page</p>");
    expect((await call(sandbox, "", "GET", "/api/v4/system/ping")).body["status"]).toBe("OK");
    await sandbox.close();
  });

  test("answers an unknown route as the server does", async () => {
    const { body, status } = await world.api(world.alice, "GET", "/nothing/here");
    expect([status, body["id"]]).toEqual([404, "api.context.404.app_error"]);
  });

  test("refuses a body that is too large or is not JSON", async () => {
    const large = await world.post(world.alice, "x".repeat(2 * 1024 * 1024));
    expect(large.status).toBe(413);
    const broken = await fetch(`${world.sandbox.url}/api/v4/posts`, {
      method: "POST",
      headers: { Authorization: `Bearer ${world.alice.token}` },
      body: "{",
    });
    expect(broken.status).toBe(400);
  });
});

describe("accounts", () => {
  test("log in with a password and are then known by token and by cookie", async () => {
    const login = await call(world.sandbox, "", "POST", "/api/v4/users/login", {
      login_id: "alice",
      password: "secret-of-alice",
    });
    expect(login.body["username"]).toBe("alice");
    const token = login.headers.get("token") ?? "";
    expect((await call(world.sandbox, token, "GET", "/api/v4/users/me")).body["id"]).toBe(world.alice.id);
    expect(login.headers.get("set-cookie")).toContain(`MMAUTHTOKEN=${token}; Path=/; HttpOnly`);
    const byCookie = (method: string, path: string, more = {}) =>
      fetch(world.sandbox.url + path, { method, headers: { Cookie: `MMAUTHTOKEN=${token}`, ...more } });
    expect((await byCookie("GET", "/api/v4/users/me")).status).toBe(200);
    // What any page could make a browser send must change nothing.
    expect((await byCookie("DELETE", "/api/v4/users/me")).status).toBe(401);
    const fromPage = { "X-Requested-With": "XMLHttpRequest" };
    expect((await byCookie("POST", "/api/v4/users/logout", fromPage)).status).toBe(200);
    expect((await byCookie("GET", "/api/v4/users/me")).status).toBe(401);
  });

  test.each([
    ["alice", "wrong"],
    ["nobody", "secret-of-alice"],
    ["bob", ""],
  ])("are refused a login as %s with the password %j", async (login_id, password) => {
    const { status } = await call(world.sandbox, "", "POST", "/api/v4/users/login", { login_id, password });
    expect(status).toBe(401);
  });

  test("are found by ids, by the beginning of a name, and by channel", async () => {
    const { api, alice, bob, channelId } = world;
    expect(users((await api(alice, "POST", "/users/ids", [bob.id])).body)).toEqual(["bob"]);
    const search = await api(alice, "POST", "/users/search", { term: "ro" });
    expect(users(search.body)).toEqual(["robot"]);
    const complete = await api(alice, "GET", `/users/autocomplete?name=o&in_channel=${channelId}`);
    expect(users(complete.body["users"])).toEqual([]);
    expect(users(complete.body["out_of_channel"])).toEqual(["outsider"]);
    const inChannel = await api(alice, "GET", `/users?in_channel=${channelId}&page=1&per_page=2`);
    expect(users(inChannel.body)).toEqual(["robot"]);
  });

  test("lose their sessions when deactivated, and get them back", async () => {
    const { api, alice, bob, sandbox } = world;
    sandbox.setUserActive(bob.id, false);
    expect((await api(bob, "GET", "/users/me")).status).toBe(401);
    expect((await api(alice, "GET", `/users/${bob.id}`)).body["delete_at"]).toBeGreaterThan(0);
    sandbox.setUserActive(bob.id, true);
    expect((await api(bob, "GET", "/users/me")).body["delete_at"]).toBe(0);
  });

  test("keep their id under a new name, which can't be another's", async () => {
    const { api, alice, bob } = world;
    await api(bob, "PUT", "/users/me/patch", { username: "robert" });
    expect((await api(alice, "GET", "/users/username/robert")).body["id"]).toBe(bob.id);
    expect((await api(alice, "GET", "/users/username/bob")).status).toBe(404);
    expect((await api(bob, "PUT", "/users/me/patch", { username: "alice" })).status).toBe(400);
    expect((await api(alice, "PUT", `/users/${bob.id}/patch`, { username: "b2" })).status).toBe(403);
  });
});

describe("channels", () => {
  test("are found by team and name", async () => {
    const { api, alice, teamId, channelId } = world;
    const byId = await api(alice, "GET", `/teams/${teamId}/channels/name/work`);
    const byName = await api(alice, "GET", "/teams/name/lab/channels/name/work");
    expect([byId.body["id"], byName.body["id"]]).toEqual([channelId, channelId]);
    expect((await api(alice, "GET", "/teams/name/lab")).body["id"]).toBe(teamId);
    expect((await api(alice, "GET", "/teams/name/none")).status).toBe(404);
  });

  test("list, add and remove members, with a word in the channel", async () => {
    const { api, alice, outsider, channelId, sandbox } = world;
    expect((await api(alice, "GET", `/channels/${channelId}/members/${outsider.id}`)).status).toBe(404);
    const added = await api(alice, "POST", `/channels/${channelId}/members`, { user_id: outsider.id });
    expect(added.status).toBe(201);
    expect((await api(outsider, "GET", `/channels/${channelId}/members/me`)).status).toBe(200);
    await api(alice, "DELETE", `/channels/${channelId}/members/${outsider.id}`);
    const members = await api(alice, "GET", `/channels/${channelId}/members`);
    expect(members.body).toHaveLength(3);
    expect(sandbox.state.threads(channelId).map(([post]) => post?.type)).toEqual([
      "system_add_to_channel",
      "system_remove_from_channel",
    ]);
  });

  test("that are private can't be seen from outside", async () => {
    const secret = world.sandbox.createChannel({ teamId: world.teamId, name: "secret", type: "P" });
    expect((await world.api(world.alice, "GET", `/channels/${secret.id}`)).status).toBe(403);
  });

  test("between two people are one channel, whoever asks", async () => {
    const { api, alice, bob } = world;
    const mine = await api(alice, "POST", "/channels/direct", [alice.id, bob.id]);
    const yours = await api(bob, "POST", "/channels/direct", [bob.id, alice.id]);
    expect(mine.body["id"]).toBe(yours.body["id"]);
    await api(alice, "POST", "/posts", { channel_id: mine.body["id"], message: "psst" });
    expect(world.sandbox.notifications.at(-1)?.mentioned).toEqual([bob.id]);
  });

  test("lose whom /kick names, and say so when it names nobody", async () => {
    const execute = (command: string) =>
      world.api(world.alice, "POST", "/commands/execute", { channel_id: world.channelId, command });
    expect((await execute("/kick @bob")).body["text"]).toBe("");
    expect(world.sandbox.state.members(world.channelId)).not.toContain(world.bob.id);
    expect((await execute("/kick @bob")).body["text"]).toContain("not a member");
    expect((await execute("/invite @nobody")).body["text"]).toContain("couldn't find the user");
    expect((await execute("/invite @alice")).body["text"]).toContain("already in the channel");
  });
});

describe("an incoming webhook", () => {
  test("speaks as its owner, under the name it likes, and can't hide that it is one", async () => {
    const { url } = world.sandbox.createWebhook({ userId: world.alice.id, channelId: world.channelId });
    const path = new URL(url).pathname;
    const payload = { text: "@robot go", username: "bob", props: { from_webhook: "false", k: 1 } };
    const answer = await call(world.sandbox, "", "POST", path, payload);
    expect([answer.status, answer.text]).toEqual([200, "ok"]);
    const post = world.sandbox.state.threads(world.channelId)[0]?.[0];
    expect(post?.userId).toBe(world.alice.id);
    expect(post?.props).toMatchObject({ from_webhook: "true", override_username: "bob", k: 1 });
    expect(world.sandbox.notifications.at(-1)?.mentioned).toEqual([world.robot.id]);
  });

  test("may be sent as a form, and is unknown under another address", async () => {
    const { url } = world.sandbox.createWebhook({ userId: world.alice.id, channelId: world.channelId });
    const form = new URLSearchParams({ payload: JSON.stringify({ text: "formed" }) });
    expect((await fetch(url, { method: "POST", body: form })).status).toBe(200);
    expect(world.sandbox.state.threads(world.channelId)[0]?.[0]?.message).toBe("formed");
    expect((await call(world.sandbox, "", "POST", "/hooks/none", { text: "x" })).status).toBe(400);
  });
});

describe("the rate limit", () => {
  test("lets a burst through, then answers 429 in plain text until time has passed", async () => {
    let now = 1_700_000_000_000;
    const limited = await startWorld({ now: () => now, rateLimit: { perSecond: 10, burst: 2 } });
    const me = () => limited.api(limited.alice, "GET", "/users/me");
    const first = await me();
    expect(first.headers.get("x-ratelimit-limit")).toBe("3, 3");
    expect(first.headers.get("x-ratelimit-remaining")).toBe("2, 2");
    await me();
    await me();
    const refused = await me();
    expect([refused.status, refused.text.trim()]).toEqual([429, "limit exceeded"]);
    expect(refused.headers.get("content-type")).toMatch(/^text\/plain/);
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(refused.headers.get("x-ratelimit-remaining")).toBe("0");
    expect((await limited.api(limited.bob, "GET", "/users/me")).status).toBe(200);
    now += 100;
    expect((await me()).status).toBe(200);
    await limited.sandbox.close();
  });
});

describe("the request log", () => {
  test("has one entry a request, with who and what came of it", async () => {
    await world.post(world.alice, "hello");
    await world.api(world.bob, "GET", "/users/username/nobody?x=1");
    expect(world.sandbox.requests).toMatchObject([
      { method: "POST", path: "/api/v4/posts", query: "", userId: world.alice.id, status: 201 },
      { path: "/api/v4/users/username/nobody", query: "?x=1", userId: world.bob.id, status: 404 },
    ]);
  });
});
