// What people change about posts that are there, heard at once or found after a gap: a message that waits is taken back
// or said in other words, a thread loses its first post.

import { expect, test } from "vitest";
import { MattermostError } from "../../../src/mattermost/error.ts";
import type {
  ChannelId,
  Post,
  PostId,
  SocketEvent,
  ThreadId,
  UserId,
} from "../../../src/mattermost/types.ts";
import { createRouterWorld } from "../../support/router-world.ts";

const THREAD = "thread" as ThreadId;
const hello: SocketEvent = { type: "hello", connectionId: "c", resumed: false };
const down = (): MattermostError => new MattermostError("unreachable", "down");

function setUp() {
  const world = createRouterWorld();
  world.begin(THREAD);
  const id = "waits" as PostId;
  /** The post as it says now, on the server too. */
  const change = (message: string, more: Partial<Post> = {}): Post => {
    world.server.posts.splice(
      world.server.posts.findIndex((post) => post.id === id),
      1,
    );
    return world.post("alice", message, { id, ...more });
  };
  const edit = (message: string, more: Partial<Post> = {}): Promise<void> =>
    world.router.take({ type: "postEdited", post: change(message, more) });
  /** What the session was told after its message. */
  const told = () => world.delivered.slice(1).map(({ signal }) => signal);
  return { ...world, change, edit, id, told };
}

test.each([
  ["do that", "do that"],
  ["@claude-code, do that", "do that"],
  ["@claude-code", undefined],
  ["  ", undefined],
  ["@bob do that", undefined],
  ["@nobody do that", "@nobody do that"],
  ["!stop", "!stop"],
  ["/compact", "/compact"],
  ["stop", "stop"],
])("a message that is edited to %j waits as %j", async (message, text) => {
  const { says, edit, id, told, opened, replies } = setUp();
  await says("alice", "do this", { id });
  await edit(message);
  expect(told()).toEqual([
    text === undefined ? { type: "postDeleted", postId: id } : { type: "postEdited", postId: id, text },
  ]);
  expect([opened, replies]).toEqual([[], []]);
});

test("with a file it is one without words as well", async () => {
  const { says, edit, id, told } = setUp();
  await says("alice", "look", { id });
  const file = { id: "f" as never, name: "a.png", size: 1, mimeType: "image/png" };
  await edit("", { files: [file] });
  expect(told()).toEqual([{ type: "postEdited", postId: id, text: "" }]);
});

test("a link's preview is no edit, and each edit is told once", async () => {
  const { says, edit, id, told } = setUp();
  await says("alice", "see https://a.example", { id });
  await edit("see https://a.example");
  await edit("see https://b.example");
  await edit("see https://b.example");
  await edit("see https://a.example");
  expect(told()).toEqual([
    { type: "postEdited", postId: id, text: "see https://b.example" },
    { type: "postEdited", postId: id, text: "see https://a.example" },
  ]);
});

test("an edit of a post that nothing is known of is told: an earlier run may have heard it", async () => {
  const { edit, id, delivered } = setUp();
  await edit("do that");
  expect(delivered.map(({ signal }) => signal)).toEqual([
    { type: "postEdited", postId: id, text: "do that" },
  ]);
});

test.each([
  ["a bot, a webhook or the system", { isFromPerson: false }],
  ["the bot itself", { userId: "claude-code" as UserId }],
  ["another channel", { channelId: "elsewhere" as ChannelId }],
  ["a thread without a session", { threadId: "elsewhere" as ThreadId }],
])("edits of %s mean nothing", async (_whose, more) => {
  const { edit, delivered, opened } = setUp();
  await edit("@claude-code do it", more);
  expect([delivered, opened]).toEqual([[], []]);
});

test("an edit that can't be understood just now is looked at again while the message waits", async () => {
  const world = setUp();
  await world.says("alice", "do this", { id: world.id });
  world.server.waitingPosts.push({ threadId: THREAD, postId: world.id });
  world.fail("name bob", down());
  await world.edit("@bob do that");
  expect(world.told()).toEqual([]);
  await world.clock.advance(10_000);
  expect(world.told()).toEqual([{ type: "postDeleted", postId: world.id }]);
});

test("a reaction on a card by somebody who can't be looked up just now is looked at again", async () => {
  const world = setUp();
  world.post("claude-code", "may I?", { id: "card" as PostId });
  world.server.openCards.push({ threadId: THREAD, postId: "card" as PostId });
  world.server.reactions.push({ userId: "alice" as UserId, postId: "card" as PostId, emojiName: "+1" });
  world.fail("user alice", down());
  await world.react("alice", "card");
  expect(world.delivered).toEqual([]);
  await world.clock.advance(10_000);
  expect(world.delivered.map(({ signal }) => signal)).toMatchObject([{ type: "reaction", postId: "card" }]);
});

test("of messages that wait it is found out after a gap which were deleted and which say something else now", async () => {
  const world = setUp();
  await world.says("alice", "do this", { id: world.id });
  await world.says("alice", "as it was", { id: "same" as PostId });
  for (const postId of ["deleted", world.id, "same"] as PostId[]) {
    world.server.waitingPosts.push({ threadId: THREAD, postId });
  }
  world.change("do that");
  await world.router.take(hello);
  await world.router.take(hello);
  expect(world.told().slice(1)).toEqual([
    { type: "postDeleted", postId: "deleted" },
    { type: "postEdited", postId: world.id, text: "do that" },
    { type: "postDeleted", postId: "deleted" },
  ]);
});

test("after a restart each message that waits is told as it is now", async () => {
  const world = setUp();
  world.change("do that");
  world.server.waitingPosts.push({ threadId: THREAD, postId: world.id });
  world.cursor.at = { at: world.clock.now() + 100, heard: [world.id], leadMs: 0 };
  await world.restart().take(hello);
  expect(world.delivered.map(({ signal }) => signal)).toEqual([
    { type: "postEdited", postId: world.id, text: "do that" },
  ]);
});

test("fifty messages of a session are looked at, and no more", async () => {
  const world = setUp();
  const names = Array.from({ length: 80 }, (_, index) => `w${index}` as PostId);
  world.server.waitingPosts.push(...names.map((postId) => ({ threadId: THREAD, postId })));
  world.begin("other" as ThreadId);
  world.server.waitingPosts.push({ threadId: "other" as ThreadId, postId: "w0" as PostId });
  await world.router.take(hello);
  expect(world.server.asked.filter((line) => line.startsWith("post w"))).toHaveLength(51);
});

test("that the server refuses to show a card or a message is no sign that it was deleted", async () => {
  const world = setUp();
  world.server.waitingPosts.push({ threadId: THREAD, postId: world.id });
  world.server.openCards.push({ threadId: THREAD, postId: "card" as PostId });
  world.fail(`post ${THREAD}`, new MattermostError("forbidden", "no"));
  world.fail(`post ${world.id}`, new MattermostError("forbidden", "no"));
  world.fail("post card", new MattermostError("forbidden", "no"));
  await world.router.take(hello);
  expect(world.delivered).toEqual([]);
});

test("a deleted first post ends the session at once, and the audit names whose it was", async () => {
  const world = setUp();
  await world.says("alice", "hello");
  await world.router.take({ type: "postDeleted", post: world.post("alice", "x", { id: THREAD }) });
  expect(world.told()).toEqual([{ type: "threadLost", reason: "its first post was deleted" }]);
  expect(world.records).toEqual([
    {
      action: "stopped",
      threadId: THREAD,
      what: { reason: "its first post was deleted", author: { id: "alice", name: "alice" } },
    },
  ]);
});

test.each(["liveThreads", "openCards", "waitingPosts"] as const)(
  "a first post that was deleted while nobody listened is found out by %s",
  async (by) => {
    const world = setUp();
    const at = { threadId: THREAD, postId: THREAD };
    by === "liveThreads" ? world.server.liveThreads.push(THREAD) : world.server[by].push(at);
    await world.router.take(hello);
    expect(world.delivered.filter(({ signal }) => signal.type === "threadLost")).toEqual([]);
    world.server.goneThreads.push(THREAD);
    await world.router.take(hello);
    expect(world.delivered.map(({ signal }) => signal.type)).toContain("threadLost");
    expect(world.records).toEqual([
      { action: "stopped", threadId: THREAD, what: { reason: "its first post was deleted" } },
    ]);
  },
);

test("in a thread without a session, or in another channel, a deleted first post is nobody's business", async () => {
  const world = setUp();
  const elsewhere = { id: THREAD, channelId: "elsewhere" as ChannelId };
  await world.router.take({ type: "postDeleted", post: world.post("alice", "x", elsewhere) });
  const none = { id: "none" as PostId, threadId: "none" as ThreadId };
  await world.router.take({ type: "postDeleted", post: world.post("alice", "x", none) });
  expect([world.delivered, world.records]).toEqual([[], []]);
});
