// The REST client and the socket against the sandbox server: the way through, with real sockets and time.
import { expect, onTestFinished, test } from "vitest";
import { decodeChannelId, decodePostId } from "../../src/mattermost/decode.ts";
import { MattermostError } from "../../src/mattermost/error.ts";
import { connectRest } from "../../src/mattermost/rest.ts";
import { MattermostSocket } from "../../src/mattermost/socket.ts";
import { systemClock } from "../../src/util/clock.ts";
import { createLog } from "../../src/util/log.ts";
import { defined, nextIn } from "../support/mattermost-client.ts";
import { setupWorld } from "../support/setup-world.ts";

async function bridge() {
  const world = await setupWorld();
  // Waits shrink to nothing with this random, so tries follow each other at once.
  const options = { url: world.url, clock: systemClock, random: () => 0.01 };
  const log = createLog({ debug: false, write: () => {}, secrets: [] });
  const api = connectRest({ ...options, token: world.bot.token });
  const alice = connectRest({ ...options, token: world.alice.token });
  // The socket stays away for 200 ms, long enough to miss something.
  const socket = MattermostSocket.open({ ...options, random: () => 0.2, token: world.bot.token, log });
  onTestFinished(() => socket.close());
  const next = nextIn(socket);
  await next("hello");
  const channelId = defined(decodeChannelId(world.channel.id));
  const write = async (message: string) => {
    // A root post, which the product never makes itself.
    const response = await fetch(`${world.url}/api/v4/posts`, {
      method: "POST",
      headers: { Authorization: `Bearer ${world.alice.token}`, "Content-Type": "application/json" },
      body: JSON.stringify({ channel_id: channelId, message }),
    });
    return defined(decodePostId(((await response.json()) as { id: unknown }).id));
  };
  return { ...world, api, aliceApi: alice, socket, next, channelId, write };
}

test("a mention, a reply, an edit and reactions go round", async () => {
  const { api, next, channelId, write, bot } = await bridge();
  const rootId = await write("@claude-code hi");
  expect((await next("posted")).post).toMatchObject({ id: rootId, threadId: rootId, isFromPerson: true });

  const reply = { channelId, rootId, message: "hello", pendingPostId: `${bot.id}:1` };
  const post = await api.createPost(reply);
  expect((await api.createPost(reply)).id).toBe(post.id);
  expect((await next("posted")).post).toMatchObject({ id: post.id, threadId: rootId, isFromPerson: false });

  await api.editPost(post.id, { message: "hello again", pendingPostId: reply.pendingPostId });
  expect((await next("postEdited")).post.message).toBe("hello again");
  const me = await api.me();
  const reaction = { userId: me.id, postId: post.id, emojiName: "+1" };
  await api.addReaction(reaction);
  const placed = { ...reaction, createdAt: expect.any(Number) as number };
  expect((await next("reactionAdded")).reaction).toEqual(placed);
  expect(await api.reactions(post.id)).toEqual([placed]);
  await api.removeReaction(reaction);
  expect((await next("reactionRemoved")).reaction).toMatchObject(reaction);
  expect(await api.reactions(post.id)).toEqual([]);
  expect((await api.thread(rootId)).map((one) => one.message)).toEqual(["@claude-code hi", "hello again"]);
});

test("a file goes up, into a post with an attachment, and down again; an edit leaves both in place", async () => {
  const { api, aliceApi, next, channelId, write, bot } = await bridge();
  const rootId = await write("hi");
  await next("posted");
  const bytes = Uint8Array.from({ length: 300_000 }, (_, at) => at * at);
  const fileId = await api.uploadFile(channelId, "ä b.diff", bytes);
  const attachment = { color: "#cc0000", text: "**Really?**" };
  const pendingPostId = `${bot.id}:3`;
  const draft = { channelId, rootId, message: "see", pendingPostId };
  const post = await api.createPost({ ...draft, attachment, fileIds: [fileId] });
  const file = { id: fileId, name: "ä b.diff", size: bytes.length };
  expect(post).toMatchObject({ pendingPostId, files: [file] });
  expect((await next("posted")).post).toMatchObject({ pendingPostId, files: [file] });

  expect(Buffer.compare(await aliceApi.file(fileId, bytes.length), bytes)).toBe(0);
  const refused = await aliceApi.file(fileId, bytes.length - 1).catch((error: unknown) => error);
  expect(refused instanceof MattermostError && refused.code).toBe("too-large");

  const edits = [{ message: "seen" }, { message: "sealed", attachment }, { message: "sold" }];
  for (const edit of edits) {
    await api.editPost(post.id, { ...edit, pendingPostId });
    expect((await next("postEdited")).post).toMatchObject({ message: edit.message, pendingPostId });
    expect((await api.post(post.id)).files).toMatchObject([file]);
  }
});

test("an upload whose answer is lost is made again, and one into a foreign channel is forbidden", async () => {
  const { api, sandbox, channelId } = await bridge();
  sandbox.faults.failNext("cut", { method: "POST", path: "/api/v4/files", afterEffect: true });
  const fileId = await api.uploadFile(channelId, "a", new Uint8Array([1, 2, 3]));
  expect([...(await api.file(fileId, 3))]).toEqual([1, 2, 3]);
  const nowhere = defined(decodeChannelId("a".repeat(26)));
  const refused = await api.uploadFile(nowhere, "a", new Uint8Array(1)).catch((error: unknown) => error);
  expect(refused instanceof MattermostError && refused.code).toBe("forbidden");
});

test("a reply that is lost on its way back is posted once all the same", async () => {
  const { api, sandbox, channelId, write, bot } = await bridge();
  const rootId = await write("hi");
  sandbox.faults.failNext("cut", { method: "POST", path: "/api/v4/posts", afterEffect: true });
  await api.createPost({ channelId, rootId, message: "once", pendingPostId: `${bot.id}:2` });
  expect(sandbox.state.thread(rootId).map((post) => post.message)).toEqual(["hi", "once"]);
});

test("a passing failure of the server is not noticed", async () => {
  const { api, sandbox } = await bridge();
  sandbox.faults.failNext(502, { path: "/api/v4/users/me", count: 2 });
  expect((await api.me()).username).toBe("claude-code");
});

test("an answer about a post that is too long says so", async () => {
  const { api, channelId, write } = await bridge();
  const rootId = await write("hi");
  const size = await api.maxPostSize();
  const post = (length: number) =>
    api.createPost({ channelId, rootId, message: "👍".repeat(length), pendingPostId: `k${length}` });
  await post(size);
  const refused = await post(size + 1).catch((error: unknown) => error);
  expect(refused instanceof MattermostError && refused.code).toBe("too-long");
});

test("what was posted while the socket was cut arrives after a resume, once", async () => {
  const { sandbox, next, write } = await bridge();
  sandbox.faults.dropSockets();
  await next("disconnected");
  const first = await write("while away 1");
  const second = await write("while away 2");
  expect(await next("hello")).toMatchObject({ resumed: true });
  expect((await next("posted")).post.id).toBe(first);
  expect((await next("posted")).post.id).toBe(second);
  const third = await write("back");
  expect((await next("posted")).post.id).toBe(third);
});

test("a resume on which nothing was missed is told at once", async () => {
  const { sandbox, next } = await bridge();
  sandbox.faults.dropSockets();
  expect(await next("hello")).toMatchObject({ resumed: true });
});

test("a server that forgot the connection is a gap, and REST fills it", async () => {
  const { api, sandbox, next, write, channelId } = await bridge();
  const before = await api.post(await write("before"));
  await next("posted");
  sandbox.faults.dropSockets();
  await next("disconnected");
  sandbox.faults.forgetResumable();
  await write("lost");
  expect(await next("hello")).toMatchObject({ resumed: false });
  const { posts } = await api.postsSince(channelId, before.createdAt);
  expect(posts.map((post) => post.message)).toEqual(["before", "lost"]);
});

test("a rename is told", async () => {
  const { sandbox, next, alice } = await bridge();
  sandbox.renameUser(alice.id, "alicia");
  expect((await next("userUpdated")).user).toMatchObject({ id: alice.id, username: "alicia" });
});

test("a webhook speaks for nobody", async () => {
  const { sandbox, next, alice, channel } = await bridge();
  const hook = sandbox.createWebhook({ userId: alice.id, channelId: channel.id });
  await fetch(hook.url, { method: "POST", body: JSON.stringify({ text: "@claude-code rm -rf" }) });
  expect((await next("posted")).post).toMatchObject({ userId: alice.id, isFromPerson: false });
});

test("typing reaches the others", async () => {
  const { socket, channelId, write, url, alice } = await bridge();
  const rootId = await write("hi");
  const { WebSocket } = await import("ws");
  const watcher = new WebSocket(`${url.replace("http", "ws")}/api/v4/websocket`, {
    headers: { Authorization: `Bearer ${alice.token}` },
  });
  onTestFinished(() => watcher.terminate());
  const typing = new Promise<unknown>((resolve) => {
    watcher.on("message", (data) => {
      const frame = JSON.parse(data.toString());
      if (frame.event === "hello") socket.sendTyping(channelId, rootId);
      if (frame.event === "typing") resolve(frame.data);
    });
  });
  expect(await typing).toMatchObject({ parent_id: rootId });
});
