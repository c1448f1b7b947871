// What was decided on cards while nobody listened, those on their way at that time too.

import { expect, test } from "vitest";
import { MattermostError } from "../../../src/mattermost/error.ts";
import type { PostId, ThreadId, UserId } from "../../../src/mattermost/types.ts";
import { cardWorld, down, HOUR, hello, setUpAwaited } from "../../support/catch-up-world.ts";
import { settle } from "../../support/fake-clock.ts";
import { createRouterWorld } from "../../support/router-world.ts";

test("reactions that were put on open cards while nobody listened count, and deleted cards are told", async () => {
  const world = createRouterWorld();
  world.begin("thread" as ThreadId);
  world.post("claude-code", "may I?", { id: "card" as PostId });
  world.server.openCards.push(
    { threadId: "thread" as ThreadId, postId: "card" as PostId },
    { threadId: "thread" as ThreadId, postId: "deleted" as PostId },
  );
  world.server.reactions.push({ userId: "alice" as never, postId: "card" as PostId, emojiName: "+1" });
  world.server.reactions.push({ userId: "claude-code" as never, postId: "card" as PostId, emojiName: "+1" });
  await world.router.take(hello);
  expect(world.delivered.map(({ signal }) => signal)).toMatchObject([
    { type: "postDeleted", postId: "deleted" },
    { type: "reaction", by: { name: "alice" }, postId: "card", emojiName: "+1" },
  ]);
});

test("a choice that is taken off while the server can't be asked is taken off", async () => {
  const world = cardWorld();
  await world.router.take(hello);
  world.fail("user bob", down());
  await world.react("bob", "card", "one", "reactionRemoved", 0);
  await world.clock.advance(10_000);
  expect(world.delivered.map(({ signal }) => signal)).toMatchObject([
    { type: "reaction", emojiName: "one", isRemoval: true },
  ]);
});

test("cards that could not be looked at are looked at again, and decide once", async () => {
  const world = createRouterWorld();
  world.begin("thread" as ThreadId);
  world.post("claude-code", "may I?", { id: "card" as PostId });
  world.server.openCards.push({ threadId: "thread" as ThreadId, postId: "card" as PostId });
  world.server.reactions.push({ userId: "alice" as never, postId: "card" as PostId, emojiName: "+1" });
  await world.says("alice", "hear me first");
  world.fail("reactions of card", down());
  await world.router.take(hello);
  await world.clock.advance(10_000);
  expect(world.texts()).toEqual(["hear me first", "reaction"]);
});

test("a reaction of somebody who has left the channel since decides nothing", async () => {
  const world = createRouterWorld();
  world.begin("thread" as ThreadId);
  world.post("claude-code", "may I?", { id: "card" as PostId });
  world.server.openCards.push({ threadId: "thread" as ThreadId, postId: "card" as PostId });
  for (const userId of ["bob", "alice"] as UserId[]) {
    world.server.reactions.push({ userId, postId: "card" as PostId, emojiName: "+1" });
  }
  world.server.left.push("bob" as UserId);
  await world.router.take(hello);
  expect(world.delivered.map(({ signal }) => signal)).toMatchObject([{ by: { name: "alice" } }]);
});

test("whether somebody is still in the channel is asked again when it can't be told, and nothing counts until then", async () => {
  const world = createRouterWorld();
  world.begin("thread" as ThreadId);
  world.post("claude-code", "may I?", { id: "card" as PostId });
  world.server.openCards.push({ threadId: "thread" as ThreadId, postId: "card" as PostId });
  world.server.reactions.push({ userId: "alice" as UserId, postId: "card" as PostId, emojiName: "+1" });
  world.fail("member alice", down());
  await world.router.take(hello);
  expect(world.delivered).toEqual([]);
  world.server.left.push("alice" as UserId);
  await world.clock.advance(10_000);
  expect(world.delivered).toEqual([]);
  expect(world.clock.pending()).toBe(0);
});

test("a card whose reactions Mattermost refuses, as of one deleted just now, keeps no message from being heard", async () => {
  const world = createRouterWorld();
  world.cursor.at = { at: world.clock.now() - HOUR, heard: [] };
  const router = world.restart();
  world.begin("thread" as ThreadId);
  world.post("claude-code", "may I?", { id: "card" as PostId });
  world.server.openCards.push({ threadId: "thread" as ThreadId, postId: "card" as PostId });
  world.post("alice", "said meanwhile");
  const serverId = "app.post.get.app_error";
  world.fail("reactions of card", new MattermostError("not-found", "gone", { status: 404, serverId }));
  await router.take(hello);
  expect(world.texts()).toContain("said meanwhile");
});

test("of a thousand reactions on a card each person is looked up once, and none for an emoji that decides nothing", async () => {
  const world = createRouterWorld();
  world.begin("thread" as ThreadId);
  world.post("claude-code", "may I?", { id: "card" as PostId });
  world.server.openCards.push({ threadId: "thread" as ThreadId, postId: "card" as PostId });
  const react = (userId: string, emojiName: string) =>
    world.server.reactions.push({ userId: userId as UserId, postId: "card" as PostId, emojiName });
  for (let index = 0; index < 500; index++) {
    react("alice", "+1");
    react(`stranger${index}`, "tada");
  }
  await world.router.take(hello);
  expect(world.server.asked.filter((line) => line.startsWith("member"))).toEqual([
    "member claude-code",
    "member alice",
  ]);
});

test("a card that was on its way when a gap was read is looked at once it is known, and other cards are not", async () => {
  const { asked, card, isPosted, router, texts, threadId } = await setUpAwaited();
  router.cardPosted("elsewhere" as ThreadId, "other" as PostId);
  isPosted();
  await settle();
  expect(texts()).toEqual(["reaction"]);
  router.cardPosted(threadId, card);
  await settle();
  expect(asked()).toHaveLength(1);
});

test("while another card of the thread is on its way, that one is looked at too", async () => {
  const { asked, card, isPosted, server, router, threadId } = await setUpAwaited();
  server.awaitingCards.push(threadId);
  isPosted();
  server.awaitingCards.pop();
  router.cardPosted(threadId, card);
  router.cardPosted(threadId, card);
  await settle();
  expect(asked()).toHaveLength(2);
});

test("one that can't be looked at just then is looked at again, and decides once", async () => {
  const { clock, fail, isPosted, texts } = await setUpAwaited();
  fail("reactions of card", down());
  isPosted();
  await settle();
  expect(texts()).toEqual([]);
  await clock.advance(10_000);
  expect([texts(), clock.pending()]).toEqual([["reaction"], 0]);
});

test("one that was deleted during the gap is told", async () => {
  const { delivered, isPosted, server } = await setUpAwaited();
  server.posts.splice(0);
  isPosted();
  await settle();
  expect(delivered.map(({ signal }) => signal)).toEqual([{ type: "postDeleted", postId: "card" }]);
});

test("at a stop it is left for the next start", async () => {
  const { asked, isPosted, restart, router, texts } = await setUpAwaited();
  router.close();
  isPosted();
  await settle();
  expect(asked()).toEqual([]);
  await restart().take(hello);
  expect(texts()).toEqual(["reaction"]);
});

/** A question that takes several answers, on whose card alice has chosen one and bob two. */
async function setUpChoices() {
  const world = createRouterWorld();
  world.begin("thread" as ThreadId);
  const now = world.clock.now();
  world.post("claude-code", "Which?", { id: "card" as PostId, createdAt: now - HOUR });
  const made = (userId: string, emojiName: string) => ({ userId: userId as UserId, emojiName });
  world.server.openCards.push({
    threadId: "thread" as ThreadId,
    postId: "card" as PostId,
    choices: [made("alice", "one"), made("bob", "one"), made("bob", "two")],
  });
  /** What stands on the card now. */
  const stands = (userId: string, emojiName: string, at = -HOUR) =>
    world.server.reactions.push({
      ...made(userId, emojiName),
      postId: "card" as PostId,
      createdAt: now + at,
    });
  const heard = () =>
    world.delivered.map(({ signal }) => {
      const { type } = signal;
      return type === "reaction"
        ? `${signal.by.name} ${signal.isRemoval ? "without " : ""}${signal.emojiName}`
        : type;
    });
  return { ...world, now, stands, heard };
}

test("a choice that was taken off while nobody listened is told so, before what was decided and said then", async () => {
  const { heard, now, post, router, stands } = await setUpChoices();
  stands("alice", "one");
  stands("bob", "two_dark_skin_tone");
  stands("bob", "white_check_mark", 200);
  post("alice", "well", { createdAt: now + 100 });
  await router.take(hello);
  expect(heard()).toEqual(["bob without one", "alice one", "bob two", "message", "bob white_check_mark"]);
});

test.each(["post card", "reactions of card"])(
  "while the card can't be read (%s) no choice is taken for one that was taken off",
  async (line) => {
    const { clock, fail, heard, router, stands } = await setUpChoices();
    stands("alice", "one");
    stands("bob", "one");
    fail(line, down());
    await router.take(hello);
    fail(line, new MattermostError("forbidden", "no"));
    await clock.advance(10_000);
    expect(heard()).toEqual([]);
    await router.take(hello);
    expect(heard()).toEqual(["bob without two", "alice one", "bob one"]);
  },
);

test("a choice of somebody who has left the channel since stays as it is", async () => {
  const { heard, router, server, stands } = await setUpChoices();
  stands("alice", "one");
  stands("bob", "one");
  stands("bob", "two");
  server.left.push("bob" as UserId);
  await router.take(hello);
  expect(heard()).toEqual(["alice one"]);
});

test("✅ below a question that takes several counts once: it says that the choices of that time are all", async () => {
  const { heard, now, router, stands, restart } = await setUpChoices();
  for (const who of ["alice", "bob"]) {
    stands(who, "one");
  }
  stands("bob", "two");
  stands("bob", "white_check_mark", 100);
  const reaction = {
    userId: "bob" as UserId,
    postId: "card" as PostId,
    emojiName: "white_check_mark",
    createdAt: now + 100,
  };
  await router.take({ type: "reactionAdded", reaction });
  await router.take(hello);
  await restart().take(hello);
  expect(heard().filter((what) => what === "bob white_check_mark")).toHaveLength(1);
});
