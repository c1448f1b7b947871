// Whose answer a refusal is: only what Mattermost itself has said, in its own JSON, is final.

import { describe, expect, test } from "vitest";
import { isGone, isTransient, MattermostError } from "../../../src/mattermost/error.ts";
import { connectRest } from "../../../src/mattermost/rest.ts";
import type { Reply } from "../../../src/mattermost/transport.ts";
import type { ChannelId, FileId, MattermostApi, PostId, UserId } from "../../../src/mattermost/types.ts";
import { exchangesOf } from "../../support/server-recording.ts";

const POST = "p" as PostId;
const USER = "u" as UserId;
const CHANNEL = "c" as ChannelId;

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const replyOf = ({ status, body, headers = {} }: Answer): Reply => ({
  status,
  headers: { get: (name) => headers[name] ?? null },
  body: (async function* () {
    yield Buffer.from(body);
  })(),
  cancel() {},
});

/** A client that gets the same answer to whatever it asks, once. */
const answered = (answer: Answer): MattermostApi =>
  connectRest({
    url: "https://example.com",
    token: "t0ken",
    transport: async () => replyOf(answer),
    tries: 1,
  });

const failure = async (call: Promise<unknown>): Promise<MattermostError> => {
  try {
    await call;
  } catch (error) {
    if (error instanceof MattermostError) {
      return error;
    }
    throw error;
  }
  throw new Error("expected a failure");
};

const JSON_TYPE = { "content-type": "application/json" };
const HTML_TYPE = { "content-type": "text/html; charset=utf-8" };

/** As a real server writes it (7.10 and 10.11). */
const own = (status: number, id: string): string =>
  JSON.stringify({ id, message: "No.", detailed_error: "", request_id: "r", status_code: status });

const PERMISSIONS = "api.context.permissions.app_error";

const calls: Readonly<Record<string, (api: MattermostApi) => Promise<unknown>>> = {
  "create a post": (api) =>
    api.createPost({ channelId: CHANNEL, rootId: POST, message: "m", pendingPostId: "k" }),
  "edit a post": (api) => api.editPost(POST, { message: "m", pendingPostId: "k" }),
  "read a post": (api) => api.post(POST),
  "read a thread": (api) => api.thread(POST),
  "look up a user by name": (api) => api.userByName("alice"),
  "look up a user": (api) => api.user(USER),
  "look up a member": (api) => api.isMember(CHANNEL, USER),
  "read a channel": (api) => api.channel(CHANNEL),
  "read a channel's posts": (api) => api.postsBefore(CHANNEL, POST, 20),
  search: (api) => api.searchPosts("t", "words"),
  "look up a channel": (api) => api.channelByName("dev", "shop"),
  "add a reaction": (api) => api.addReaction({ userId: USER, postId: POST, emojiName: "x" }),
};

/** What proxies, firewalls, portals and other programs at the same address answer. */
const between: readonly [string, (status: number) => Omit<Answer, "status">][] = [
  ["a page", () => ({ body: "<html><h1>403 Forbidden</h1></html>", headers: HTML_TYPE })],
  ["nothing", () => ({ body: "" })],
  ["a line of text", () => ({ body: "Access denied", headers: { "content-type": "text/plain" } })],
  ["null", () => ({ body: "null", headers: JSON_TYPE })],
  ["JSON without an id", () => ({ body: '{"message":"forbidden"}', headers: JSON_TYPE })],
  [
    "JSON with an id of another kind",
    (status) => ({ body: `{"id":"0.4f3","message":"no","status_code":${status}}`, headers: JSON_TYPE }),
  ],
  [
    "JSON with an id that is no text",
    (status) => ({ body: `{"id":7,"message":"no","status_code":${status}}`, headers: JSON_TYPE }),
  ],
  ["JSON that names another program's id", () => ({ body: '{"id":"waf.rule.942"}', headers: JSON_TYPE })],
  [
    "JSON that speaks of another status",
    (status) => ({ body: own(status === 404 ? 403 : 404, PERMISSIONS), headers: JSON_TYPE }),
  ],
  ["JSON that is cut off", (status) => ({ body: own(status, PERMISSIONS).slice(0, -9), headers: JSON_TYPE })],
  ["a list", (status) => ({ body: `[${own(status, PERMISSIONS)}]`, headers: JSON_TYPE })],
  ["a page that quotes JSON", (status) => ({ body: own(status, PERMISSIONS), headers: HTML_TYPE })],
  [
    "a page around JSON",
    (status) => ({ body: `<pre>${own(status, PERMISSIONS)}</pre>`, headers: JSON_TYPE }),
  ],
];

describe("what something between answers passes", () => {
  const statuses = [400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 414, 415, 418, 421, 422, 423];
  const more = [425, 426, 428, 431, 444, 451, 499, 500, 501, 502, 503, 504, 507, 511, 520, 525, 530, 599];

  test.each(between)("%s, with whatever status", async (_title, answerOf) => {
    for (const status of [...statuses, ...more]) {
      for (const [title, call] of Object.entries(calls)) {
        const error = await failure(call(answered({ status, ...answerOf(status) })));
        const said = [isTransient(error), isGone(error), error.answeredBy, error.status];
        expect(said, `${title}: ${status}`).toEqual([true, false, "between", status]);
      }
    }
  });

  test.each([301, 302, 303, 307, 308])("a redirect (%i) to a page", async (status) => {
    for (const [title, call] of Object.entries(calls)) {
      const headers = { ...HTML_TYPE, location: "https://sso.example/login?next=secret#more" };
      const error = await failure(call(answered({ status, body: "<html>", headers })));
      expect([error.code, isTransient(error), isGone(error)], title).toEqual(["redirected", true, false]);
      // Where to, for whoever has to mend the address; what it carries along is nobody's business.
      expect(error.message).toContain("https://sso.example/login");
      expect(error.message).not.toContain("secret");
    }
  });

  test("a page with 200 is no answer to anything: nothing was written, nobody is a member, it is no file", async () => {
    const asked = {
      ...calls,
      "remove a reaction": (api: MattermostApi) =>
        api.removeReaction({ userId: USER, postId: POST, emojiName: "x" }),
      "upload a file": (api: MattermostApi) => api.uploadFile(CHANNEL, "a", new Uint8Array([1])),
      "read reactions": (api: MattermostApi) => api.reactions(POST),
      "read the channel": (api: MattermostApi) => api.postsSince(CHANNEL, 0),
      "read the settings": (api: MattermostApi) => api.maxPostSize(),
    };
    for (const body of ["<html>Sign in</html>", "", '"ok"']) {
      for (const [title, call] of Object.entries(asked)) {
        const error = await failure(call(answered({ status: 200, body, headers: HTML_TYPE })));
        expect([error.code, isTransient(error), isGone(error)], title).toEqual(["bad-answer", true, false]);
      }
    }
    const page = answered({ status: 200, body: "<html>Sign in</html>", headers: HTML_TYPE });
    expect((await failure(page.file("f" as FileId, 99))).code).toBe("bad-answer");
  });

  test("a page that somebody has attached is a file", async () => {
    const headers = { ...HTML_TYPE, "content-disposition": "attachment; filename*=UTF-8''a.html" };
    const api = answered({ status: 200, body: "<html>", headers });
    expect(Buffer.from(await api.file("f" as FileId, 99)).toString()).toBe("<html>");
  });

  test("JSON of another kind with 200 makes nobody a member", async () => {
    const answers = [{}, { user_id: "other", channel_id: "c" }, { user_id: "u" }, { status: "OK" }, []];
    for (const body of answers) {
      const api = answered({ status: 200, body: JSON.stringify(body), headers: JSON_TYPE });
      expect((await failure(api.isMember(CHANNEL, USER))).code).toBe("bad-answer");
    }
    const member = answered({ status: 200, body: '{"user_id":"u","channel_id":"c"}', headers: JSON_TYPE });
    expect(await member.isMember(CHANNEL, USER)).toBe(true);
  });

  test("a refused token is the server's word alone", async () => {
    const id = "api.context.session_expired.app_error";
    const fromServer = await failure(answered({ status: 401, body: own(401, id), headers: JSON_TYPE }).me());
    expect([fromServer.code, fromServer.answeredBy]).toEqual(["unauthorized", "mattermost"]);
    const page = await failure(answered({ status: 401, body: "<html>", headers: HTML_TYPE }).me());
    expect([page.code, page.answeredBy]).toEqual(["bad-answer", "between"]);
    expect(page.message).not.toContain("MATTERMOST_TOKEN");
  });

  test("a proxy that wants a password is named", async () => {
    const error = await failure(answered({ status: 407, body: "<html>", headers: HTML_TYPE }).me());
    expect(error.message).toContain("HTTPS_PROXY");
    expect(isTransient(error)).toBe(true);
  });

  test("the rate limiter's plain text is a rate limit, with the time it asks for", async () => {
    const headers = { "content-type": "text/plain", "retry-after": "3" };
    const error = await failure(answered({ status: 429, body: "limit exceeded", headers }).me());
    expect(error).toMatchObject({ code: "rate-limited", retryAfterMs: 3000 });
    expect(isTransient(error)).toBe(true);
  });
});

describe("what is too large for a proxy", () => {
  const page = { status: 413, body: "<html>", headers: HTML_TYPE };

  test("stays so for a file: the same bytes meet the same limit", async () => {
    const error = await failure(answered(page).uploadFile(CHANNEL, "a", new Uint8Array([1])));
    expect([error.code, isTransient(error), isGone(error)]).toEqual(["too-large", false, false]);
  });

  test.each([
    ["a proxy's page", page],
    [
      "the server's word",
      { status: 413, body: own(413, "api.context.request_body_too_large.app_error"), headers: JSON_TYPE },
    ],
  ])("is a post too long, which goes in parts (%s)", async (_title, answer) => {
    for (const title of ["create a post", "edit a post"]) {
      const call = calls[title] ?? (() => Promise.reject());
      expect((await failure(call(answered(answer)))).code, title).toBe("too-long");
    }
  });
});

describe("what the server itself refuses is final", () => {
  test.each([
    [403, PERMISSIONS, "forbidden"],
    [404, "app.post.get.app_error", "not-found"],
    [404, "app.user.missing_account.const", "not-found"],
    [400, "api.post.create_post.root_id.app_error", "rejected"],
    [400, "api.context.invalid_body_param.app_error", "rejected"],
    [501, "api.file.upload_file.storage.app_error", "rejected"],
    [400, "api.post.create_post.can_not_post_to_deleted.error", "archived"],
    [400, "api.post.patch_post.can_not_update_post_in_deleted.error", "archived"],
    [400, "api.post.update_post.can_not_update_post_in_deleted.error", "archived"],
    [400, "api.post.update_post.permissions_time_limit.app_error", "frozen"],
    [403, "api.post.update_post.permissions_denied.app_error", "frozen"],
  ])("%i %s is %s", async (status, id, code) => {
    for (const headers of [JSON_TYPE, {}]) {
      const error = await failure(answered({ status, body: own(status, id), headers }).post(POST));
      expect([error.code, isTransient(error), error.answeredBy, error.serverId]).toEqual([
        code,
        false,
        "mattermost",
        id,
      ]);
    }
  });

  test("a plugin that takes no such post speaks for the server, in its own words, which are not repeated", async () => {
    const body = own(400, "Post rejected by plugin. t0ken is a bad word");
    const error = await failure(answered({ status: 400, body, headers: JSON_TYPE }).post(POST));
    expect([error.code, error.answeredBy]).toEqual(["rejected", "mattermost"]);
    expect(error.message).not.toContain("bad word");
  });

  test("a path the server doesn't know says nothing of what was asked for", async () => {
    const body = own(404, "api.context.404.app_error");
    const error = await failure(answered({ status: 404, body, headers: JSON_TYPE }).post(POST));
    expect([isTransient(error), isGone(error)]).toEqual([true, false]);
  });

  test.each(["7.10", "10.11"])("every refusal that was recorded of a real %s is its own", async (version) => {
    const refusals = exchangesOf(version).filter(({ response }) => response.status >= 400);
    expect(refusals.length).toBeGreaterThan(1);
    for (const { note, response } of refusals) {
      const body = JSON.stringify(response.body);
      const error = await failure(answered({ status: response.status, body, headers: JSON_TYPE }).post(POST));
      expect([error.answeredBy, isTransient(error)], note).toEqual([
        "mattermost",
        error.code === "unauthorized",
      ]);
    }
  });

  test("the edit that came too late (10.11) is told from a post that is gone", async () => {
    const late = exchangesOf("10.11").find(({ note }) => note === "edit after PostEditTimeLimit");
    const { status = 0, body } = late?.response ?? {};
    const api = answered({ status, body: JSON.stringify(body), headers: JSON_TYPE });
    const error = await failure(api.editPost(POST, { message: "m", pendingPostId: "k" }));
    expect([error.code, isGone(error), isTransient(error)]).toEqual(["frozen", false, false]);
  });

  test("nobody is a member, and nobody has a name, when the server says so", async () => {
    const missing = own(404, "app.channel.get_member.missing.app_error");
    const unknown = own(404, "app.user.get_by_username.app_error");
    expect(await answered({ status: 404, body: missing, headers: JSON_TYPE }).isMember(CHANNEL, USER)).toBe(
      false,
    );
    expect(
      await answered({ status: 403, body: own(403, PERMISSIONS), headers: JSON_TYPE }).isMember(
        CHANNEL,
        USER,
      ),
    ).toBe(false);
    expect(
      await answered({ status: 404, body: unknown, headers: JSON_TYPE }).userByName("x"),
    ).toBeUndefined();
  });
});
