import { expect, test } from "vitest";
import { MattermostError } from "../../../src/mattermost/error.ts";
import type { ChannelId, PostId, ThreadId, UserId } from "../../../src/mattermost/types.ts";
import { createRouterWorld as setUp } from "../../support/router-world.ts";

const THREAD = "thread" as ThreadId;

test("a mention by a listed person starts a session; replies there need no mention", async () => {
  const { says, opened, texts } = setUp();
  await says("alice", "@claude-code, fix it", { id: THREAD });
  await says("bob", "and quickly");
  expect(opened).toEqual([{ thread: "thread", by: "alice", text: "fix it", withThread: false }]);
  expect(texts()).toEqual(["and quickly"]);
});

test("a mention of the bot in its own thread is a message like any other", async () => {
  const { says, begin, texts } = setUp();
  begin(THREAD);
  await says("alice", "@claude-code again");
  expect(texts()).toEqual(["again"]);
});

test("a mention in the middle of a thread gives Claude the thread so far", async () => {
  const { says, opened } = setUp();
  await says("alice", "what do you think, @claude-code?");
  expect(opened).toEqual([
    { thread: "thread", by: "alice", text: "what do you think, @claude-code?", withThread: true },
  ]);
});

test("without a session and without a mention a post means nothing, and nobody is looked up", async () => {
  const { says, opened, replies, server } = setUp();
  await says("alice", "hello");
  await says("alice", "stop");
  await says("alice", "`@claude-code` is a bot");
  expect([opened, replies, server.asked]).toEqual([[], [], []]);
});

test("whether a post mentions the bot is the server's to say, where it does", async () => {
  const { says, opened } = setUp();
  await says("alice", "@claude-code one", { threadId: "t1" as ThreadId }, ["bob"]);
  await says("alice", "日本語@claude-code two", { threadId: "t2" as ThreadId }, ["claude-code"]);
  await says("alice", "@all three", { threadId: "t3" as ThreadId }, ["bob", "claude-code"]);
  await says("alice", "@claude-code four", { threadId: "t4" as ThreadId });
  expect(opened.map(({ text }) => text)).toEqual(["日本語@claude-code two", "four"]);
});

test("two quick mentions in one thread start one session", async () => {
  const { says, opened, texts } = setUp();
  await says("alice", "@claude-code one");
  await says("alice", "@claude-code two");
  expect(opened).toHaveLength(1);
  expect(texts()).toEqual(["two"]);
});

test.each([
  ["a system post, a webhook's or a bot's", { isFromPerson: false }, "alice"],
  ["an account that is a bot", {}, "robot"],
  ["a deactivated account", {}, "gone"],
  ["an account nobody knows", {}, "nobody"],
  ["the bot itself", {}, "claude-code"],
  ["another channel", { channelId: "elsewhere" as ChannelId }, "alice"],
])("a post of %s is never input", async (_who, more, by) => {
  const { says, opened, delivered, replies, begin } = setUp({ isOpenToAll: true });
  await says(by, "@claude-code do it", more);
  begin(THREAD);
  await says(by, "do it", more);
  await says(by, "!stop", more);
  expect([opened, delivered, replies]).toEqual([[], [], []]);
});

test("an edit is never new input", async () => {
  const { router, post, opened } = setUp();
  await router.take({ type: "postEdited", post: post("alice", "@claude-code do it") });
  expect(opened).toEqual([]);
});

test("the same post twice is taken once", async () => {
  const { router, post, begin, texts } = setUp();
  begin(THREAD);
  const event = { type: "posted", post: post("alice", "hello") } as const;
  await router.take(event);
  await router.take(event);
  expect(texts()).toEqual(["hello"]);
});

test("a person who isn't listed is refused once an hour, in code format, and gets no answer besides", async () => {
  const { says, opened, replies, clock } = setUp();
  await says("carol", "@claude-code hi");
  await says("carol", "@claude-code please");
  expect(replies).toHaveLength(1);
  expect(replies[0]).toContain("`@carol`");
  expect(replies[0]?.replace(/`[^`]*`/g, "")).not.toContain("@");
  await clock.advance(3_600_000 - 1);
  await says("carol", "@claude-code please");
  expect(replies).toHaveLength(1);
  await clock.advance(1);
  await says("carol", "@claude-code please");
  expect(replies).toHaveLength(2);
  expect(opened).toEqual([]);
});

test("with an empty allow list everybody may start a session", async () => {
  const { says, opened } = setUp({ isOpenToAll: true });
  await says("carol", "@claude-code hi");
  expect(opened).toHaveLength(1);
});

test("when every session works, the person is told that it is too busy", async () => {
  const { says, replies } = setUp({ isFull: true });
  await says("alice", "@claude-code hi");
  expect(replies).toEqual(["thread: ⚠️ **Too busy** - 5 sessions active. Please try again later."]);
});

test("a mention with no text is asked for one", async () => {
  const { says, replies, opened } = setUp();
  await says("alice", "@claude-code");
  await says("alice", "@claude-code!");
  expect(replies).toEqual(["thread: Mention me with your request", "thread: Mention me with your request"]);
  expect(opened).toEqual([]);
});

test("a file with no text is a message", async () => {
  const { says, opened } = setUp();
  const file = { id: "f" as never, name: "a.png", size: 1, mimeType: "image/png" };
  await says("alice", "@claude-code", { files: [file] });
  expect(opened).toHaveLength(1);
});

test("a message that begins with a mention of another existing person is a side conversation", async () => {
  const { says, begin, texts } = setUp();
  begin(THREAD);
  await says("alice", "@bob what do you think?");
  await says("alice", "@Bob. Look");
  await says("alice", "@types/node is broken");
  await says("alice", "@nobody what do you think?");
  await says("alice", "ask @bob");
  expect(texts()).toEqual(["@types/node is broken", "@nobody what do you think?", "ask @bob"]);
});

test("the person a command names is looked up; one who doesn't exist is nobody", async () => {
  const { says, begin, delivered } = setUp();
  begin(THREAD);
  await says("alice", "!invite @jane.doe");
  await says("alice", "@claude-code kick @jane.doe.");
  await says("alice", "/invite @nobody");
  expect(delivered.map(({ signal }) => signal)).toMatchObject([
    { type: "command", command: { name: "invite", user: { username: "jane.doe" } } },
    { type: "command", command: { name: "kick", user: { username: "jane.doe" } } },
    { type: "command", command: { name: "invite", username: "nobody", user: undefined } },
  ]);
});

test("a path or a sentence that looks like a command stays a message, with its words", async () => {
  const { says, begin, texts } = setUp();
  begin(THREAD);
  for (const text of ["/etc/hosts is wrong", "no problem", "@claude-code stop using tabs"]) {
    await says("alice", text);
  }
  expect(texts()).toEqual(["/etc/hosts is wrong", "no problem", "stop using tabs"]);
});

test("a slash command carries its text for Claude; `/name` is a message when Claude knows no such command", async () => {
  const { says, begin, delivered } = setUp();
  begin(THREAD);
  await says("alice", "!compact keep the plan");
  await says("alice", "/review");
  expect(delivered.map(({ signal }) => signal)).toMatchObject([
    {
      command: {
        slash: "compact",
        message: { text: "/compact keep the plan", isSlashCommand: true },
        orElse: undefined,
      },
    },
    { command: { slash: "review", orElse: { text: "/review", isSlashCommand: false } } },
  ]);
});

test("a reaction finds its session by the thread of its post, also of a post nobody told us of", async () => {
  const { react, begin, delivered, post, server } = setUp();
  begin(THREAD);
  post("claude-code", "card", { id: "card" as PostId });
  await react("bob", "card", "thumbsup");
  await react("bob", "card", "+1_dark_skin_tone");
  expect(delivered.map(({ signal }) => signal)).toMatchObject([
    { type: "reaction", emojiName: "+1", by: { name: "bob" }, isRemoval: false },
    { type: "reaction", emojiName: "+1" },
  ]);
  expect(server.asked.filter((line) => line === "post card")).toHaveLength(1);
});

test("reactions of bots, of the bot itself, on unknown posts and with unknown emoji mean nothing", async () => {
  const { react, begin, delivered, post, logged } = setUp();
  begin(THREAD);
  post("alice", "x", { id: "known" as PostId });
  post("alice", "x", { id: "far" as PostId, channelId: "elsewhere" as ChannelId });
  await react("robot", "known");
  await react("claude-code", "known");
  await react("alice", "far");
  await react("alice", "unknown");
  await react("alice", "known", "heart");
  expect(delivered).toEqual([]);
  expect(logged).toEqual([]);
});

test("a removed reaction is told as such", async () => {
  const { react, begin, delivered, post } = setUp();
  begin(THREAD);
  post("claude-code", "card", { id: "card" as PostId });
  await react("alice", "card", "one", "reactionRemoved");
  expect(delivered[0]?.signal).toMatchObject({ type: "reaction", isRemoval: true });
});

test("a deleted root ends the session, any other deleted post is told to it", async () => {
  const { router, post, begin, delivered } = setUp();
  begin(THREAD);
  await router.take({ type: "postDeleted", post: post("alice", "x", { id: "p" as PostId }) });
  await router.take({ type: "postDeleted", post: post("alice", "x", { id: THREAD }) });
  expect(delivered.map(({ signal }) => signal.type)).toEqual(["postDeleted", "threadLost"]);
});

const hello = (resumed: boolean) => ({ type: "hello", connectionId: "c", resumed }) as const;

test("what was posted during an outage is taken once, in order; a resumed connection needs no catching up", async () => {
  const { router, says, post, begin, texts, server } = setUp();
  begin(THREAD);
  await says("alice", "before");
  post("alice", "missed 1");
  post("alice", "missed 2");
  await router.take(hello(true));
  expect(server.asked).not.toContain("since");
  await router.take(hello(false));
  await router.take(hello(false));
  await says("alice", "after");
  expect(texts()).toEqual(["before", "missed 1", "missed 2", "after"]);
});

const down = (): MattermostError => new MattermostError("unreachable", "down");

test("a catch-up that fails is done again with the next post, in order", async () => {
  const { router, says, post, begin, texts, server } = setUp();
  begin(THREAD);
  await says("alice", "before");
  post("alice", "missed");
  server.failures.push(down());
  await router.take(hello(false));
  expect(texts()).toEqual(["before"]);
  server.failures.push(down());
  await says("alice", "after 1");
  await says("alice", "after 2");
  expect(texts()).toEqual(["before", "missed", "after 1", "after 2"]);
});

test("a post whose author can't be looked up just now is not lost", async () => {
  const { says, begin, texts, server, logged } = setUp();
  begin(THREAD);
  server.failures.push(down());
  await says("alice", "one");
  await says("alice", "two");
  expect(texts()).toEqual(["one", "two"]);
  expect(logged).toHaveLength(1);
});

test("a refusal that will not pass does not make it deaf", async () => {
  const { router, says, begin, texts, server, logged } = setUp();
  begin(THREAD);
  server.failures.push(new MattermostError("forbidden", "no"));
  await router.take(hello(false));
  server.failures.push(new MattermostError("forbidden", "no"));
  await says("alice", "one");
  await says("alice", "two");
  expect(texts()).toEqual(["two"]);
  expect(logged).toHaveLength(2);
});

test("a post that can never be dealt with, while the server answers everything else, is said so and holds up nothing", async () => {
  const { says, begin, texts, server, replies, clock } = setUp();
  begin(THREAD);
  server.failing.add("name weird");
  await says("alice", "@weird hi");
  await says("alice", "next");
  expect(texts()).toEqual([]);
  await clock.advance(600_000);
  expect(replies).toEqual([expect.stringContaining("💥 This message was not taken")]);
  expect(texts()).toEqual(["next"]);
});

test("for a reaction in another channel nothing is asked of the server", async () => {
  const world = setUp();
  const reaction = { userId: "alice" as UserId, postId: "unknown" as PostId, emojiName: "x" };
  await world.router.take({ type: "reactionAdded", reaction, channelId: "elsewhere" as ChannelId });
  expect(world.server.asked).toEqual([]);
});
