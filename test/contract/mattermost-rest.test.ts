// The REST client against the answers of a real 7.10 server: it asks for what was recorded, word for word, and
// reads what came back.

import { expect, test } from "vitest";
import { decodeChannelId, decodePostId, decodeUserId } from "../../src/mattermost/decode.ts";
import { MattermostError } from "../../src/mattermost/error.ts";
import { connectRest } from "../../src/mattermost/rest.ts";
import { transportOf } from "../support/fetch-transport.ts";
import { exchange, type RestExchange } from "../support/server-recording.ts";

const id = <T>(decode: (value: unknown) => T | undefined, text: string): T => {
  const value = decode(text);
  if (value === undefined) throw new Error(`no id: ${text}`);
  return value;
};
const CHANNEL = id(decodeChannelId, "59r731ty1tgfmgi8dzzuhw8njw");
const NO_CHANNEL = id(decodeChannelId, "aaaaaaaaaaaaaaaaaaaaaaaaaa");
const ROOT = id(decodePostId, "yi9kmrg9pf843c7g9t5fmqwjgw");
const REPLY = id(decodePostId, "kr1x5a946iypikqgato8c5ytdh");
const BOT = id(decodeUserId, "oo6caazrjjb7udffjpgxnbc1pr");
const ALICE = id(decodeUserId, "8f7db4f9aiyomfid6z7boke9ry");

/** A client whose every request must be the next of these exchanges. */
function replay(...exchanges: RestExchange[]) {
  const left = [...exchanges];
  const replayFetch = async (url: unknown, init: RequestInit = {}) => {
    const next = left.shift();
    if (next === undefined) throw new Error(`unexpected ${init.method} ${String(url)}`);
    expect(`${init.method} ${String(url)}`).toBe(`${next.request.method} http://server${next.request.path}`);
    if (next.request.body !== undefined && next.request.body !== null) {
      // Each post of ours carries a mark in its props, which the recording was made without.
      const { props: _mark, ...body } = JSON.parse(String(init.body));
      expect(Array.isArray(next.request.body) ? JSON.parse(String(init.body)) : body).toEqual(
        next.request.body,
      );
    }
    return new Response(JSON.stringify(next.response.body), { status: next.response.status });
  };
  return connectRest({ url: "http://server", token: "t", transport: transportOf(replayFetch), tries: 1 });
}

const codeOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => "no error",
    (error: unknown) =>
      error instanceof MattermostError ? [error.code, error.status, error.serverId] : error,
  );

test("the bot's account", async () => {
  const api = replay(exchange("GET", "/api/v4/users/me"));
  expect(await api.me()).toEqual({ id: BOT, username: "claude-code", isBot: true, isActive: true });
});

test("a bad token", async () => {
  const api = replay(exchange("GET", "/api/v4/users/me", "bad token"));
  expect(await codeOf(api.me())).toEqual(["unauthorized", 401, "api.context.session_expired.app_error"]);
});

test("people, known and unknown", async () => {
  const api = replay(
    exchange("GET", "/api/v4/users/username/alice"),
    exchange("GET", "/api/v4/users/username/nobody-here"),
    exchange("POST", "/api/v4/users/usernames"),
  );
  expect(await api.userByName("alice")).toEqual({
    id: ALICE,
    username: "alice",
    isBot: false,
    isActive: true,
  });
  expect(await api.userByName("nobody-here")).toBeUndefined();
  const found = await api.usersByNames(["alice", "bob", "nobody-here"]);
  expect(found.map((user) => user.username)).toEqual(["alice", "bob"]);
});

test("the channel, one that doesn't exist, and the list without direct messages", async () => {
  const api = replay(
    exchange("GET", `/api/v4/channels/${CHANNEL}`),
    exchange("GET", `/api/v4/channels/${NO_CHANNEL}`),
    exchange("GET", "/api/v4/users/me/teams"),
    exchange("GET", "/api/v4/users/me/teams/4xdmyc3bdtfh3gaez4z9uf1aoy/channels"),
  );
  expect(await api.channel(CHANNEL)).toEqual({
    id: CHANNEL,
    teamId: "4xdmyc3bdtfh3gaez4z9uf1aoy",
    name: expect.stringMatching(/^[a-z-]+$/),
    displayName: "Claude Sessions",
    isArchived: false,
    lastPostAt: expect.any(Number),
    type: "O",
  });
  expect(await codeOf(api.channel(NO_CHANNEL))).toEqual([
    "not-found",
    404,
    "app.channel.get.existing.app_error",
  ]);
  const names = (await api.myChannels()).map((channel) => channel.displayName);
  expect(names).toContain("Claude Sessions");
  expect(names).not.toContain("");
});

test("the longest post", async () => {
  const api = replay(exchange("GET", "/api/v4/config/client?format=old"));
  expect(await api.maxPostSize()).toBe(16383);
});

test("a reply with its idempotency key, sent twice, is one post", async () => {
  const api = replay(
    exchange("POST", "/api/v4/posts", "idempotency"),
    exchange("POST", "/api/v4/posts", "the same again"),
  );
  const reply = {
    channelId: CHANNEL,
    rootId: ROOT,
    message: "working on it",
    pendingPostId: `${BOT}:1700000000001`,
  };
  const [first, second] = [await api.createPost(reply), await api.createPost(reply)];
  expect(first).toMatchObject({ id: REPLY, threadId: ROOT, isFromPerson: false });
  expect(second.id).toBe(first.id);
});

test("an edit, a reaction and the list of reactions", async () => {
  const api = replay(
    exchange("PUT", `/api/v4/posts/${REPLY}/patch`),
    exchange("POST", "/api/v4/reactions"),
    exchange("GET", `/api/v4/posts/${REPLY}/reactions`),
    exchange("DELETE", `/api/v4/users/${ALICE}/posts/${REPLY}/reactions/+1`),
  );
  await api.editPost(REPLY, { message: "edited", pendingPostId: "k" });
  await api.addReaction({ userId: BOT, postId: REPLY, emojiName: "+1" });
  const reactions = await api.reactions(REPLY);
  expect(reactions.map((reaction) => reaction.emojiName)).toEqual(["+1", "white_check_mark", "-1", "+1"]);
  await api.removeReaction({ userId: ALICE, postId: REPLY, emojiName: "+1" });
});

test("an upload is answered with the id that a post names it by", async () => {
  const recorded = exchange("POST", "/api/v4/files");
  // The recording holds a word about the form in the place of its bytes.
  const api = replay({ ...recorded, request: { ...recorded.request, body: undefined } });
  const fileId = await api.uploadFile(CHANNEL, "notes.txt", Buffer.from("notes"));
  const { body } = exchange("POST", "/api/v4/posts", "a person posts with a file").request;
  expect(body).toMatchObject({ file_ids: [fileId] });
});

test("a thread comes oldest first", async () => {
  const api = replay(exchange("GET", `/api/v4/posts/${ROOT}/thread`));
  const posts = await api.thread(ROOT);
  expect(posts.map((post) => post.message)).toEqual([
    "@claude-code fix the bug",
    "edited",
    "/permissions interactive",
    "see the file",
  ]);
});

test("what the server refuses, and why", async () => {
  const post = { channelId: CHANNEL, rootId: ROOT, message: "x", pendingPostId: "k" };
  const refusals: [string, (api: ReturnType<typeof replay>) => Promise<unknown>, RestExchange][] = [
    ["too-long", (api) => api.createPost(post), exchange("POST", "/api/v4/posts", "over MaxPostSize")],
    [
      "rejected",
      (api) => api.createPost(post),
      exchange("POST", "/api/v4/posts", "root that does not exist"),
    ],
    [
      "forbidden",
      (api) => api.createPost(post),
      exchange("POST", "/api/v4/posts", "channel the bot is not in"),
    ],
    [
      "forbidden",
      (api) => api.editPost(REPLY, { message: "x", pendingPostId: "k" }),
      exchange("PUT", `/api/v4/posts/${REPLY}/patch`, "edit of a deleted post"),
    ],
    [
      "not-found",
      (api) => api.addReaction({ userId: BOT, postId: REPLY, emojiName: "+1" }),
      exchange("POST", "/api/v4/reactions", "reaction on a deleted post"),
    ],
  ];
  for (const [code, call, recorded] of refusals) {
    // What was sent there differs in words that don't matter here.
    const api = replay({ ...recorded, request: { ...recorded.request, body: undefined } });
    expect((await codeOf(call(api))) as unknown[], recorded.note).toContain(code);
  }
});
