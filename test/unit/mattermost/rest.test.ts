import { describe, expect, test } from "vitest";
import { MattermostError } from "../../../src/mattermost/error.ts";
import { connectRest } from "../../../src/mattermost/rest.ts";
import type { ChannelId, FileId, PostId, UserId } from "../../../src/mattermost/types.ts";
import { createFakeClock, settle } from "../../support/fake-clock.ts";
import { transportOf } from "../../support/fetch-transport.ts";

const TOKEN = "tok3n0000000000000000000000";
const POST = "p" as PostId;
const USER = "u" as UserId;
const CHANNEL = "c" as ChannelId;

interface Sent {
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
  readonly headers: Headers;
}
type Answer = Response | Error | "never" | "stuck";

/** Answers in turn; an unexpected request fails the test. */
function serve(...answers: Answer[]) {
  const sent: Sent[] = [];
  const clock = createFakeClock();
  const fakeFetch = async (url: string | URL | Request, init: RequestInit = {}) => {
    sent.push({
      method: init.method ?? "GET",
      url: String(url),
      body: init.body === undefined ? undefined : JSON.parse(String(init.body)),
      headers: new Headers(init.headers),
    });
    const answer = answers.shift();
    if (answer === undefined) {
      throw new Error(`unexpected ${init.method} ${url}`);
    }
    if (answer === "never") {
      return new Promise<Response>((_, reject) => {
        init.signal?.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
      });
    }
    if (answer === "stuck") {
      const body = new ReadableStream({
        start: (controller) =>
          init.signal?.addEventListener("abort", () =>
            controller.error(new DOMException("aborted", "AbortError")),
          ),
      });
      return new Response(body);
    }
    if (answer instanceof Error) {
      throw answer;
    }
    return answer;
  };
  const api = connectRest({
    url: "https://example.com/chat/",
    token: TOKEN,
    transport: transportOf(fakeFetch),
    clock,
    random: () => 0.5,
    instance: "1-a",
  });
  return { api, sent, clock, left: () => answers.length };
}

const json = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });
const refuse = (status: number, id: string) => json({ id, message: "m", status_code: status }, status);
const user = (username: string, over: object = {}) => ({ id: `id-${username}`, username, ...over });
const wirePost = (id: string, create_at: number, over: object = {}) => ({
  id,
  channel_id: "c",
  root_id: "",
  user_id: "u",
  message: "m",
  create_at,
  ...over,
});

/** The rejection as a value, so that time can be moved on before it is looked at. */
const failure = (promise: Promise<unknown>): Promise<MattermostError> =>
  promise.then(
    () => {
      throw new Error("expected a failure");
    },
    (error: unknown) => {
      if (!(error instanceof MattermostError)) {
        throw error;
      }
      return error;
    },
  );

describe("requests", () => {
  test("go below the sub-path with the token in the header", async () => {
    const { api, sent } = serve(json(user("claude-code", { is_bot: true })));
    expect(await api.me()).toEqual({
      id: "id-claude-code",
      username: "claude-code",
      isBot: true,
      isActive: true,
    });
    expect(sent[0]).toMatchObject({ method: "GET", url: "https://example.com/chat/api/v4/users/me" });
    expect(sent[0]?.headers.get("authorization")).toBe(`Bearer ${TOKEN}`);
  });

  test("a new post carries its idempotency key and its root", async () => {
    const { api, sent } = serve(json(wirePost("new", 5, { root_id: "root" }), 201));
    const post = await api.createPost({
      channelId: CHANNEL,
      rootId: POST,
      message: "hi",
      pendingPostId: "k",
    });
    expect(post).toMatchObject({ id: "new", threadId: "root" });
    expect(sent[0]?.body).toEqual({
      channel_id: "c",
      root_id: "p",
      message: "hi",
      pending_post_id: "k",
      // The server forgets the other one: by this a post is recognised later.
      props: { mm_claude_pending_post_id: "k", mm_claude_instance: "1-a" },
    });
  });

  test("edits, reactions and files go where the server expects them", async () => {
    const { api, sent } = serve(
      json(wirePost("p", 1)),
      json({ user_id: "u", post_id: "p", emoji_name: "+1" }),
      json({ status: "OK" }),
      json(null),
      new Response(Buffer.from([1, 2])),
    );
    const reaction = { userId: USER, postId: POST, emojiName: "+1" };
    await api.editPost(POST, { message: "new", pendingPostId: "k" });
    await api.addReaction(reaction);
    await api.removeReaction(reaction);
    expect(await api.reactions(POST)).toEqual([]);
    expect(await api.file("f" as FileId, 9)).toEqual(new Uint8Array([1, 2]));
    expect(sent.map(({ method, url, body }) => [method, url.replace(/.*v4/, ""), body])).toEqual([
      ["PUT", "/posts/p/patch", { message: "new" }],
      ["POST", "/reactions", { user_id: "u", post_id: "p", emoji_name: "+1" }],
      ["DELETE", "/users/u/posts/p/reactions/+1", undefined],
      ["GET", "/posts/p/reactions", undefined],
      ["GET", "/files/f", undefined],
    ]);
  });

  test("channels of all teams come once each, without direct and group messages", async () => {
    const channel = (id: string, type: string) => ({ id, team_id: "", display_name: id, type });
    const { api } = serve(
      json([{ id: "t1" }, { id: "t2" }]),
      json([channel("a", "O"), channel("d", "D")]),
      json([channel("a", "O"), channel("b", "P"), channel("g", "G")]),
    );
    expect((await api.myChannels()).map((found) => found.id)).toEqual(["a", "b"]);
  });

  test("names are asked for in lower case, none at all without a request", async () => {
    const { api, sent } = serve(json([user("alice")]));
    expect(await api.usersByNames([])).toEqual([]);
    await api.usersByNames(["Alice", "Nobody"]);
    expect(sent.map((one) => one.body)).toEqual([["alice", "nobody"]]);
  });

  test.each([
    ["jane.doe", "/users/username/jane.doe"],
    ["Bob", "/users/username/bob"],
    ["all", "/users/username/all"],
  ])("the name %s stays a name", async (name, path) => {
    const { api, sent } = serve(refuse(404, "app.user.get_by_username.app_error"));
    expect(await api.userByName(name)).toBeUndefined();
    expect(sent[0]?.url).toBe(`https://example.com/chat/api/v4${path}`);
  });

  test.each(["", ".", "..", "a/../../me", "x?y#z", "josé", "日本", "x".repeat(65)])(
    "the name %j, which no account may have, is nobody's, without a request",
    async (name) => {
      const { api } = serve();
      expect(await api.userByName(name)).toBeUndefined();
    },
  );

  test("a reaction that can't be used keeps no other from being read", async () => {
    const good = { user_id: "u", post_id: "p", emoji_name: "+1", create_at: 5 };
    const { api } = serve(json([{ ...good, emoji_name: "piñata" }, { ...good, user_id: "" }, null, good]));
    expect(await api.reactions(POST)).toEqual([{ userId: "u", postId: "p", emojiName: "+1", createdAt: 5 }]);
  });

  test("a name that the server takes for a bad parameter is nobody's", async () => {
    const { api } = serve(refuse(400, "api.context.invalid_body_param.app_error"));
    expect(await api.userByName("channel")).toBeUndefined();
  });

  test("membership is no when the server says not found or forbidden", async () => {
    const { api } = serve(
      json({ channel_id: "c", user_id: "u" }),
      refuse(404, "app.channel.get_member.missing.app_error"),
      refuse(403, "api.context.permissions.app_error"),
    );
    expect([
      await api.isMember(CHANNEL, USER),
      await api.isMember(CHANNEL, USER),
      await api.isMember(CHANNEL, USER),
    ]).toEqual([true, false, false]);
  });

  test("the longest post is the server's, or what every server takes", async () => {
    const { api } = serve(json({ MaxPostSize: "16383" }), json({}), json({ MaxPostSize: "many" }));
    expect([await api.maxPostSize(), await api.maxPostSize(), await api.maxPostSize()]).toEqual([
      16383, 4000, 4000,
    ]);
  });
});

describe("retries", () => {
  test("a network error, a 500 and a 502 are tried again with growing pauses", async () => {
    const { api, sent, clock } = serve(
      new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED") }),
      refuse(500, "x"),
      new Response("<html>bad gateway</html>", { status: 502 }),
      json(user("a")),
    );
    const me = api.me();
    const waits: (number | undefined)[] = [];
    for (let i = 0; i < 3; i++) {
      await settle();
      waits.push(clock.nextIn());
      await clock.advance(clock.nextIn() ?? 0);
    }
    expect((await me).username).toBe("a");
    expect(waits).toEqual([250, 500, 1000]);
    expect(sent).toHaveLength(4);
    expect(clock.pending()).toBe(0);
  });

  test("429 with its plain text body waits as long as Retry-After says, and a little longer", async () => {
    const { api, clock, sent } = serve(
      new Response("limit exceeded", { status: 429, headers: { "retry-after": "1" } }),
      json(user("a")),
    );
    const me = api.me();
    await settle();
    await clock.advance(1249);
    expect(sent).toHaveLength(1);
    await clock.advance(1);
    expect((await me).username).toBe("a");
  });

  test("Retry-After may be a date", async () => {
    const { api, clock } = serve(
      new Response("", {
        status: 503,
        headers: { "retry-after": new Date(1_700_000_005_000).toUTCString() },
      }),
      json(user("a")),
    );
    const me = api.me();
    await settle();
    expect(clock.nextIn()).toBe(6250);
    await clock.advance(6250);
    await me;
  });

  test("a wait of more than a minute is an error at once", async () => {
    const { api } = serve(new Response("", { status: 429, headers: { "retry-after": "3600" } }));
    expect((await failure(api.me())).code).toBe("rate-limited");
  });

  test("four tries are all there are", async () => {
    const { api, sent, clock } = serve(...Array.from({ length: 5 }, () => refuse(500, "x")));
    const failed = failure(api.me());
    await clock.advance(60_000);
    expect(await failed).toMatchObject({ code: "server", status: 500 });
    expect(sent).toHaveLength(4);
  });

  test("a retried post is the same post: its idempotency key doesn't change", async () => {
    const { api, sent, clock } = serve(refuse(500, "x"), json(wirePost("new", 5)));
    const created = api.createPost({ channelId: CHANNEL, rootId: POST, message: "hi", pendingPostId: "k" });
    await clock.advance(10_000);
    await created;
    expect(sent[0]?.body).toEqual(sent[1]?.body);
  });

  test.each([
    [401, "api.context.session_expired.app_error", "unauthorized"],
    [403, "api.context.permissions.app_error", "forbidden"],
    [404, "app.post.get.app_error", "not-found"],
    [400, "model.post.is_valid.msg.app_error", "too-long"],
    [400, "api.post.create_post.root_id.app_error", "rejected"],
  ])("%i %s fails at once as %s", async (status, id, code) => {
    const { api, sent } = serve(refuse(status, id));
    expect(await failure(api.post(POST))).toMatchObject({ code, status, serverId: id });
    expect(sent).toHaveLength(1);
  });
});

describe("time", () => {
  test("a server that stays silent is given up after 10 s a try", async () => {
    const { api, clock } = serve("never", json(user("a")));
    const me = api.me();
    await settle();
    expect(clock.nextIn()).toBe(10_000);
    await clock.advance(10_250);
    expect((await me).username).toBe("a");
  });

  test("the error says how long it waited", async () => {
    const { api, clock } = serve("never", "never", "never", "never");
    const failed = failure(api.me());
    await clock.advance(120_000);
    expect((await failed).message).toContain("no answer within 10 s");
  });

  test("a file gets 60 s", async () => {
    const { api, clock } = serve("never", new Response("x"));
    const file = api.file("f" as FileId, 9);
    await settle();
    expect(clock.nextIn()).toBe(60_000);
    await clock.advance(61_000);
    expect(await file).toHaveLength(1);
  });

  test("a body that never ends is given up too", async () => {
    const { api, clock } = serve("stuck", json(user("a")));
    const me = api.me();
    await clock.advance(11_000);
    expect((await me).username).toBe("a");
  });
});

describe("what the errors say", () => {
  test("an unreachable server: the address, the reason and the setting to look at", async () => {
    const down = () =>
      new TypeError("fetch failed", { cause: new Error("getaddrinfo ENOTFOUND example.com") });
    const { api, clock } = serve(down(), down(), down(), down());
    const failed = failure(api.me());
    await clock.advance(60_000);
    expect(await failed).toMatchObject({
      code: "unreachable",
      status: undefined,
      message:
        "Could not read the bot's own account: no answer from https://example.com/chat/: " +
        "getaddrinfo ENOTFOUND example.com; check MATTERMOST_URL and the network.",
    });
  });

  test("a redirect: where it leads, and no second request", async () => {
    const { api, sent } = serve(
      new Response(null, { status: 302, headers: { location: "https://evil.example/" } }),
    );
    const error = await failure(api.me());
    expect(error.code).toBe("redirected");
    expect(error.message).toContain("https://evil.example/");
    expect(sent).toHaveLength(1);
  });

  test("a page that isn't Mattermost's, with 200 or 404, is a bad answer", async () => {
    const page = (status: number) => new Response("<html>Welcome to nginx</html>", { status });
    const { api } = serve(page(200), page(404), json({ some: "json" }));
    for (let i = 0; i < 3; i++) {
      expect(await failure(api.me())).toMatchObject({ code: "bad-answer" });
    }
  });

  test("a wrong address is no proof that a user doesn't exist", async () => {
    const { api } = serve(
      new Response("not here", { status: 404 }),
      refuse(404, "api.context.404.app_error"),
    );
    expect((await failure(api.userByName("bob"))).code).toBe("bad-answer");
    expect((await failure(api.userByName("bob"))).code).toBe("bad-answer");
  });

  test("a token that can't be a header is refused without being shown or sent", async () => {
    const { sent } = serve();
    const api = connectRest({
      url: "https://example.com",
      token: "sécret\n",
      transport: (() => sent.push()) as never,
    });
    const error = await failure(api.me());
    expect(error.code).toBe("unauthorized");
    expect(`${error.message}${error.stack}${String(error.cause)}`).not.toContain("sécret");
  });

  test("the token is in none of them", async () => {
    const answers = [refuse(401, TOKEN), new Response(TOKEN, { status: 404 }), refuse(400, "x"), json({})];
    const { api } = serve(...answers);
    for (let i = 0; i < 4; i++) {
      const error = await failure(api.me());
      expect(`${error.message} ${error.serverId} ${String(error.cause)}`).not.toContain(TOKEN);
    }
  });
});
