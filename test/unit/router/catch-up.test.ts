// What was said and decided while nobody listened: at the start, after a gap, and while the server can't be asked.

import { expect, test } from "vitest";
import { MattermostError } from "../../../src/mattermost/error.ts";
import type { PostId, SocketEvent, ThreadId, UserId } from "../../../src/mattermost/types.ts";
import { settle } from "../../support/fake-clock.ts";
import { createRouterWorld } from "../../support/router-world.ts";

const HOUR = 3_600_000;
const hello: SocketEvent = { type: "hello", connectionId: "c", resumed: false };
const down = (code: "server" | "unauthorized" = "server"): MattermostError => new MattermostError(code, code);

test("what was said since the stored cursor is heard at the start, once, in order; what is older is not", async () => {
  const world = createRouterWorld();
  const now = world.clock.now();
  world.cursor.at = { at: now - HOUR, heard: ["known" as PostId] };
  world.post("alice", "@claude-code before that", { createdAt: now - 2 * HOUR, id: "older" as PostId });
  world.post("alice", "@claude-code heard already", { createdAt: now - HOUR, id: "known" as PostId });
  world.post("alice", "@claude-code start", { createdAt: now - HOUR + 1 });
  world.post("bob", "and this", { createdAt: now - HOUR + 2 });
  const router = world.restart();
  await router.take(hello);
  await router.take(hello);
  expect(world.opened.map(({ text }) => text)).toEqual(["start"]);
  expect(world.texts()).toEqual(["and this"]);
});

test("messages more than a day old are named in one reply and not acted on, however many there are", async () => {
  const world = createRouterWorld();
  const now = world.clock.now();
  world.cursor.at = { at: now - 72 * HOUR, heard: [] };
  for (let index = 1; index <= 30; index++) {
    world.post("alice", `@claude-code old ${index}`, { createdAt: now - 48 * HOUR + index });
  }
  world.post("alice", "just chatting", { createdAt: now - 47 * HOUR, threadId: "elsewhere" as ThreadId });
  world.post("alice", "@claude-code fresh", { createdAt: now - HOUR });
  const router = world.restart();
  await router.take(hello);
  expect(world.opened.map(({ text }) => text)).toEqual(["fresh"]);
  expect(world.replies).toHaveLength(1);
  expect(world.replies[0]).toContain("- `@claude-code old 30`\n- and 10 before them");
  expect(world.replies[0]).not.toContain("chatting");
  const later = world.restart();
  await later.take(hello);
  expect(world.replies).toHaveLength(1);
});

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

test("that not all of a gap could be read is told where somebody works, asks or waits, once each", async () => {
  const world = createRouterWorld();
  world.server.mostRead = 2;
  for (const name of ["live", "asked", "asleep"]) {
    world.begin(name as ThreadId);
  }
  world.server.liveThreads.push("live" as ThreadId);
  world.post("claude-code", "may I?", { id: "card" as PostId, threadId: "asked" as ThreadId });
  world.server.openCards.push({ threadId: "asked" as ThreadId, postId: "card" as PostId });
  for (const words of ["one", "two", "three"]) {
    world.post("alice", words, { threadId: "live" as ThreadId });
  }
  await world.router.take(hello);
  expect(world.replies).toEqual([
    expect.stringMatching(/^live: ⏳ .* was not heard/),
    expect.stringMatching(/^asked: ⏳ .* was not heard/),
  ]);
  expect(world.texts()).toEqual(["two", "three"]);
});

test("or, where nobody does, in the thread with a session in which was spoken last", async () => {
  const world = createRouterWorld();
  world.server.mostRead = 2;
  world.begin("asleep" as ThreadId);
  for (const threadId of ["asleep", "asleep", "elsewhere"] as ThreadId[]) {
    world.post("alice", "words", { threadId });
  }
  await world.router.take(hello);
  expect(world.replies).toEqual([expect.stringMatching(/^asleep: /)]);
});

test("what was decided and what was said while nobody listened is heard in the order of time", async () => {
  const world = createRouterWorld();
  world.begin("thread" as ThreadId);
  await world.says("alice", "before the gap");
  const now = world.clock.now();
  world.server.openCards.push({ threadId: "thread" as ThreadId, postId: "card" as PostId });
  world.post("claude-code", "may I?", { id: "card" as PostId });
  const react = (userId: string, createdAt: number) =>
    world.server.reactions.push({
      userId: userId as UserId,
      postId: "card" as PostId,
      emojiName: "+1",
      createdAt,
    });
  react("bob", now + 400);
  react("alice", now + 200);
  world.post("alice", "one", { createdAt: now + 100 });
  world.post("alice", "two", { createdAt: now + 300 });
  await world.router.take(hello);
  expect(world.texts().slice(1)).toEqual(["one", "reaction", "two", "reaction"]);
});

/** A thread with a card, and what people do there from now on: on the server at once, told by the socket after that. */
function cardWorld() {
  const world = createRouterWorld();
  world.begin("thread" as ThreadId);
  const now = world.clock.now();
  world.post("claude-code", "may I?", { id: "card" as PostId, createdAt: now });
  world.server.openCards.push({ threadId: "thread" as ThreadId, postId: "card" as PostId });
  const told: Promise<void>[] = [];
  return {
    ...world,
    says: (by: string, message: string, at: number) =>
      void told.push(world.says(by, message, { createdAt: now + at })),
    reacts(by: string, emojiName: string, at: number, postId = "card") {
      const reaction = { userId: by as UserId, postId: postId as PostId, emojiName, createdAt: now + at };
      world.server.reactions.push(reaction);
      told.push(world.router.take({ type: "reactionAdded", reaction }));
    },
    allTold: async () => void (await Promise.all(told)),
    /** What has come to the session, each thing once. */
    heard: () =>
      world.delivered
        .map(({ signal }) => {
          const isMessage = signal.type === "message";
          return isMessage
            ? signal.message.text
            : signal.type === "reaction"
              ? signal.emojiName
              : signal.type;
        })
        .filter((what, index, all) => all.indexOf(what) === index),
  };
}

test.each(["reactions of card", "post card", "member claude-code"])(
  "a reaction that comes before a message comes before it also while a gap is being read (%s)",
  async (line) => {
    const world = cardWorld();
    world.meanwhile(line, () => {
      world.reacts("bob", "arrows_counterclockwise", 1);
      world.says("alice", "something else", 2);
    });
    await world.router.take(hello);
    await world.allTold();
    expect(world.heard()).toEqual(["arrows_counterclockwise", "something else"]);
  },
);

test.each(["since", "post card", "member claude-code"])(
  "a message that comes before a reaction comes before it also while a gap is being read (%s)",
  async (line) => {
    const world = cardWorld();
    world.meanwhile(line, () => {
      world.says("alice", "no", 1);
      world.reacts("bob", "+1", 2);
    });
    await world.router.take(hello);
    await world.allTold();
    expect(world.heard()).toEqual(["no", "+1"]);
  },
);

test("a reaction whose writer can't be looked up just now comes before what others do after it", async () => {
  const world = cardWorld();
  await world.router.take(hello);
  world.reacts("alice", "-1", 1);
  await world.allTold();
  world.fail("user bob", down());
  world.reacts("bob", "+1", 2);
  world.reacts("alice", "white_check_mark", 3);
  await world.allTold();
  expect(world.heard()).toEqual(["-1", "+1", "white_check_mark"]);
  expect(world.clock.pending()).toBe(0);
});

test("what is done after a message whose writer can't be looked up just now comes after it", async () => {
  const world = cardWorld();
  await world.router.take(hello);
  world.fail("user bob", down());
  world.says("bob", "no", 1);
  world.reacts("alice", "+1", 2);
  await world.allTold();
  expect(world.heard()).toEqual(["no", "+1"]);
});

test.each(["user bob", "post of before"])(
  "a reaction on any post is not lost while the server can't be asked (%s), and stays before what is said after it",
  async (line) => {
    const world = cardWorld();
    const createdAt = world.clock.now() - HOUR;
    world.post("alice", "long before the gap", { id: "of before" as PostId, createdAt });
    world.server.failing.add(line);
    world.reacts("bob", "octagonal_sign", 1, "of before");
    world.says("alice", "said after it", 2);
    await world.allTold();
    await world.clock.advance(5000);
    expect(world.heard()).not.toContain("said after it");
    world.server.failing.clear();
    await world.clock.advance(60_000);
    expect(world.heard()).toEqual(["octagonal_sign", "said after it"]);
    expect(world.delivered).toHaveLength(2);
    expect(world.clock.pending()).toBe(0);
  },
);

test("an end waits for nothing that was missed, and ends also what was said before it and is heard only then", async () => {
  const world = cardWorld();
  await world.router.take(hello);
  world.server.failing.add("user bob");
  world.says("bob", "@claude-code begin anew", 1);
  await world.allTold();
  world.reacts("alice", "octagonal_sign", 2);
  await world.allTold();
  expect(world.heard()).toEqual(["octagonal_sign"]);
  world.sessions.clear();
  world.server.failing.clear();
  await world.clock.advance(60_000);
  expect(world.opened.map(({ text }) => text)).toEqual(["begin anew"]);
  expect(world.texts()).toEqual(["octagonal_sign", "octagonal_sign"].map(() => "reaction"));
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

test.each(["server", "unauthorized"] as const)(
  "a gap that can't be read (%s) is read later, though nobody writes anything, and so are the cards",
  async (code) => {
    const world = createRouterWorld();
    world.begin("thread" as ThreadId);
    world.post("alice", "said in the gap");
    world.post("claude-code", "may I?", { id: "card" as PostId });
    world.server.openCards.push({ threadId: "thread" as ThreadId, postId: "card" as PostId });
    world.server.reactions.push({ userId: "alice" as never, postId: "card" as PostId, emojiName: "+1" });
    world.server.failures.push(down(code), down(code));
    await world.router.take(hello);
    expect(world.delivered).toEqual([]);
    await world.clock.advance(120_000);
    expect(world.texts()).toEqual(["said in the gap", "reaction"]);
    expect(world.clock.pending()).toBe(0);
  },
);

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

test("a server that says when it wants to be asked again is left alone until then, and asked then", async () => {
  const world = createRouterWorld();
  const busy = () => new MattermostError("server", "busy", { status: 503, retryAfterMs: 20_000 });
  world.server.failures.push(busy());
  await world.router.take(hello);
  expect(world.clock.nextIn()).toBeGreaterThanOrEqual(20_000);
  world.fail("user alice", busy());
  await world.clock.advance(30_000);
  await world.says("alice", "@claude-code go");
  expect(world.clock.nextIn()).toBeGreaterThanOrEqual(20_000);
  await world.clock.advance(30_000);
  expect(world.opened).toHaveLength(1);
});

test("a long outage is told twice and then left to the debug log", async () => {
  const world = createRouterWorld();
  world.post("alice", "@claude-code said in the gap");
  world.server.failures.push(...Array.from({ length: 20 }, () => down()));
  await world.router.take(hello);
  await world.clock.advance(HOUR);
  expect(world.opened).toHaveLength(1);
  expect(world.logged.length).toBeLessThanOrEqual(2);
});

test("a router that is closed makes up for nothing any more", async () => {
  const world = createRouterWorld();
  world.server.failures.push(down());
  await world.router.take(hello);
  world.router.close();
  await settle();
  expect(world.clock.pending()).toBe(0);
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

test("after a gap everybody is asked about anew, once: a rename or a deactivation may have been missed", async () => {
  const world = createRouterWorld();
  world.begin("thread" as ThreadId);
  const questions = () => world.server.asked.filter((line) => line === "user alice").length;
  await world.router.take(hello);
  await world.says("alice", "one");
  await world.says("alice", "two");
  expect(questions()).toBe(1);
  world.post("alice", "said in the gap");
  await world.router.take(hello);
  await world.says("alice", "after");
  expect(questions()).toBe(2);
  await world.router.take({ ...hello, resumed: true });
  await world.says("alice", "and more");
  expect(questions()).toBe(2);
});

test("a gap that is read at once is taken as fast as it was written, and no faster", async () => {
  const world = createRouterWorld();
  const now = world.clock.now();
  world.cursor.at = { at: now - HOUR, heard: [] };
  world.begin("thread" as ThreadId);
  for (let index = 0; index < 100; index++) {
    world.post("alice", `slow ${index}`, { createdAt: now - HOUR + index * 2000 });
  }
  for (let index = 0; index < 100; index++) {
    world.post("bob", `fast ${index}`, { createdAt: now - HOUR / 2 + index });
  }
  await world.restart().take(hello);
  expect(world.texts().filter((text) => text.startsWith("slow"))).toHaveLength(100);
  expect(world.texts().filter((text) => text.startsWith("fast"))).toHaveLength(40);
  expect(world.replies).toEqual([expect.stringContaining("That was a lot at once, `@bob`")]);
});

test("a post that is told as news and comes from long before the newest one is not heard", async () => {
  const world = createRouterWorld();
  world.begin("thread" as ThreadId);
  const now = world.clock.now();
  await world.says("alice", "now", { createdAt: now });
  await world.says("alice", "a little late", { createdAt: now - 60_000 });
  await world.says("alice", "of long ago", { createdAt: now - 60_001 });
  await world.says("alice", "!stop", { createdAt: now - HOUR });
  expect(world.texts()).toEqual(["now", "a little late"]);
});

test("a reaction that comes from long before the newest post decides nothing, taking one off always counts", async () => {
  const world = createRouterWorld();
  world.begin("thread" as ThreadId);
  const now = world.clock.now();
  await world.says("alice", "now", { createdAt: now });
  world.post("claude-code", "may I?", { id: "card" as PostId });
  await world.react("alice", "card", "+1", "reactionAdded", now - HOUR);
  expect(world.texts()).toEqual(["now"]);
  await world.react("alice", "card", "one", "reactionRemoved", now - HOUR);
  await world.react("alice", "card", "+1", "reactionAdded", now - 60_000);
  expect(world.texts()).toEqual(["now", "reaction", "reaction"]);
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

test("of two that were written at once the one that is told second is heard, though the socket is cut before it is told", async () => {
  const world = createRouterWorld();
  world.begin("thread" as ThreadId);
  await world.says("alice", "before");
  await world.clock.advance(60_000);
  const now = world.clock.now();
  world.post("bob", "dated first, told second", { createdAt: now - 20 });
  await world.says("alice", "told first", { createdAt: now - 10 });
  await world.router.take(hello);
  await world.router.take(hello);
  expect(world.texts()).toEqual(["before", "told first", "dated first, told second"]);
});

/** A card was on its way when what was missed was read, and somebody has decided about it unheard. */
async function setUpAwaited() {
  const world = createRouterWorld();
  const threadId = "thread" as ThreadId;
  const card = "card" as PostId;
  world.begin(threadId);
  world.server.awaitingCards.push(threadId);
  await world.router.take(hello);
  world.post("claude-code", "may I?", { id: card });
  world.server.reactions.push({ userId: "alice" as UserId, postId: card, emojiName: "+1" });
  const isPosted = () => {
    world.server.awaitingCards.pop();
    world.server.openCards.push({ threadId, postId: card });
    world.router.cardPosted(threadId, card);
  };
  const asked = () => world.server.asked.filter((line) => line === "reactions of card");
  return { ...world, threadId, card, isPosted, asked };
}

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

test("one that was deleted unheard is told", async () => {
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
