// What a bot account that a project lists can make mm-claude do, and all that it can't.

import { expect, test } from "vitest";
import type { Post, PostId, ThreadId } from "../../../src/mattermost/types.ts";
import { createRouterWorld, type RouterWorldOptions } from "../../support/router-world.ts";

const THREAD = "thread" as ThreadId;
const OF_BOT = { isFromPerson: false, isFromBot: true } as const;
const LISTED = [{ name: "lab", allowed: ["alice", "bob"], bots: ["builder"] }];

function setUp(options: RouterWorldOptions = { projects: LISTED }) {
  const world = createRouterWorld(options);
  const writes = (by: string, message: string, more: Partial<Post> = {}) =>
    world.says(by, message, { ...OF_BOT, ...more });
  return { ...world, writes };
}

test("a listed bot's mention starts a session, and its mentions in that thread are messages", async () => {
  const { writes, opened, texts } = setUp();
  await writes("builder", "@claude-code the build failed", { id: THREAD });
  await writes("builder", "@claude-code again");
  expect(opened).toEqual([{ thread: "thread", by: "builder", text: "the build failed", withThread: false }]);
  expect(texts()).toEqual(["again"]);
});

test("what a bot writes without a mention is nothing, also in its own session, and nobody is looked up", async () => {
  const { writes, delivered, server } = setUp();
  await writes("builder", "@claude-code the build failed");
  server.asked.length = 0;
  await writes("builder", "@alice it still fails");
  expect([delivered, server.asked]).toEqual([[], []]);
});

test.each([
  ["that no project lists", "robot", OF_BOT],
  ["that is the bot itself", "claude-code", OF_BOT],
  ["in a webhook's post, or a plugin's", "builder", { isFromPerson: false }],
  // A person can write the prop that marks a bot's post.
  ["that is a person", "alice", OF_BOT],
  ["that nobody knows", "nobody", OF_BOT],
])("an account %s is not heard", async (_which, by, kind) => {
  const world = createRouterWorld({ projects: LISTED });
  await world.says(by, "@claude-code do it", kind);
  world.begin(THREAD);
  await world.says(by, "@claude-code do it", kind);
  const { opened, delivered, replies, audited } = world;
  expect([opened, delivered, replies, audited]).toEqual([[], [], [], []]);
});

test("without a list of bots no bot is heard, also where everyone is listed", async () => {
  const { writes, opened, replies } = setUp({ isOpenToAll: true });
  await writes("builder", "@claude-code do it");
  expect([opened, replies]).toEqual([[], []]);
});

test("a bot may ask in the project that lists it, and in no other of the channel", async () => {
  const projects = [{ name: "web", allowed: ["alice"] }, ...LISTED];
  const { writes, opened, replies } = setUp({ projects });
  await writes("builder", "@claude-code do it");
  await writes("builder", "@claude-code in web: do it");
  await writes("builder", "@claude-code in nothing: do it");
  expect([opened, replies]).toEqual([[], []]);
  await writes("builder", "@claude-code in lab: do it");
  expect(opened.map(({ text }) => text)).toEqual(["do it"]);
});

test.each([
  ...["stop", "interrupt", "invite @carol", "kick @bob", "permissions interactive", "mode acceptEdits"],
  ...["model opus", "rules", "undo", "fork", "btw why?", "compact", "help", "sessions", "handover", "merge"],
])("%s is no command where a bot writes it, in a thread with a session or without one", async (words) => {
  const { writes, begin, delivered, replies } = setUp();
  const heard = () => delivered.filter(({ signal }) => signal.type !== "message");
  for (const spelled of [`@claude-code ${words}`, `@claude-code !${words}`, `!${words} @claude-code`]) {
    await writes("builder", spelled, { threadId: "elsewhere" as ThreadId });
    begin("elsewhere" as ThreadId);
    await writes("builder", spelled, { threadId: "elsewhere" as ThreadId });
  }
  expect([heard(), replies]).toEqual([[], []]);
});

test.each(["resume 3f0b1c1e-0000-4000-8000-000000000000", "worktree remove fix-cart confirm", ""])(
  "%j of a bot is not answered",
  async (words) => {
    const { writes, opened, replies } = setUp();
    await writes("builder", `@claude-code ${words}`);
    expect([opened, replies]).toEqual([[], []]);
  },
);

test("a bot decides nothing by reactions, and its edits change nothing", async () => {
  const { writes, post, react, router, delivered } = setUp();
  await writes("builder", "@claude-code the build failed", { id: THREAD });
  for (const emoji of ["+1", "white_check_mark", "x", "octagonal_sign", "double_vertical_bar"])
    await react("builder", "thread", emoji);
  const edited = post("builder", "@claude-code do something else", { ...OF_BOT, id: THREAD as PostId });
  await router.take({ type: "postEdited", post: edited });
  expect(delivered).toEqual([]);
});

test("a bot that mentions this one in answer to each post is heard a few times an hour, and told so once", async () => {
  const { writes, clock, texts, replies } = setUp();
  await writes("builder", "@claude-code hello", { id: THREAD });
  // As two bots once did for 37 minutes.
  for (let round = 0; round < 1941; round++) {
    await clock.advance((37 * 60_000) / 1941);
    await writes("builder", "@claude-code hello to you");
  }
  expect(texts().length).toBeLessThan(20);
  expect(replies).toHaveLength(1);
  expect(replies[0]?.replace(/`[^`]*`/g, "")).not.toContain("@");
});

test("what a bot wrote while mm-claude was away is heard afterwards, within the same limit", async () => {
  const { router, clock, post, opened } = setUp();
  await router.take({ type: "hello", connectionId: "one", resumed: false });
  for (let round = 0; round < 30; round++) {
    await clock.advance(1000);
    post("builder", "@claude-code hello", { ...OF_BOT, threadId: `t${round}` as ThreadId });
  }
  await router.take({ type: "hello", connectionId: "two", resumed: false });
  await clock.advance(1000);
  expect(opened).toHaveLength(10);
});
