// `search`: what the server finds for the bot is not what the person who asked may see.

import { expect, test } from "vitest";
import { channelId, fakeChat, idOf, postId, userId } from "../../support/fake-chat.ts";

/** The bot is everywhere, alice in `here` and `team`. */
function town() {
  const chat = fakeChat();
  for (const [name, type] of [
    ["team", "P"],
    ["secret", "P"],
    ["open", "O"],
    ["direct", "D"],
  ] as const) {
    chat.join(chat.addChannel(name, type), "bot");
    chat.addPost(name, `deploy in ${name}`, { channelId: channelId(name), userId: userId("bob") });
  }
  chat.join(channelId("team"), "alice");
  return chat;
}

test("finds what both may read, newest first, and says where it is", async () => {
  const chat = town();
  chat.addPost("last", "deploy here", { threadId: postId("root") });
  const outcome = await chat.run("search", { query: " deploy\n in " });
  expect(chat.calls).toContain(`search ${idOf("teamlab")} deploy in`);
  expect(outcome).toMatchObject({
    isError: false,
    summary: "1 post found",
    target: { found: 1, withheld: 1 },
  });
  const both = await chat.run("search", { query: "deploy" });
  expect(both.text.match(/^(post .*|> .*)$/gm)).toEqual([
    `post ${postId("last")} in ~here by @alice, 2026-11-27 14:03 UTC, a reply in the thread of ${postId("root")}:`,
    "> deploy here",
    `post ${postId("team")} in ~team by @bob, 2026-11-27 14:03 UTC:`,
    "> deploy in team",
  ]);
});

test("says how many were withheld of open channels, and nothing of any other", async () => {
  const chat = town();
  const { text } = await chat.run("search", { query: "deploy" });
  expect(text).toMatch(
    /\(1 more post was found in open channels that the bot or the person who asked has not joined: withheld\)$/,
  );
  const secret = await chat.run("search", { query: "deploy in secret" });
  const direct = await chat.run("search", { query: "deploy in direct" });
  const nothing = await chat.run("search", { query: "no such words" });
  expect(secret).toEqual(nothing);
  expect(direct).toEqual(nothing);
});

test("a guest is not told of open channels, nor is one who is not in the session's channel, nor nobody", async () => {
  const chat = town();
  chat.addUser("guest", { isGuest: true });
  chat.join(channelId("here"), "guest");
  for (const asker of [userId("guest"), userId("bob"), undefined]) {
    const { text } = await chat.run("search", { query: "deploy" }, { asker });
    expect(text).not.toContain("withheld");
  }
});

test("without anybody who asked, only this channel's posts are found", async () => {
  const chat = town();
  chat.addPost("last", "deploy here");
  const { text } = await chat.run("search", { query: "deploy" }, { asker: undefined });
  expect(text.match(/^> .*$/gm)).toEqual(["> deploy here"]);
});

test("from a direct message, which is in no team, all of the bot's teams are searched", async () => {
  const chat = town();
  chat.join(channelId("direct"), "alice");
  chat.join(chat.addChannel("far", "P", "other"), "bot", "alice");
  chat.addPost("far", "deploy far away", { channelId: channelId("far") });
  const { text } = await chat.run("search", { query: "deploy" }, { channelId: channelId("direct") });
  expect(text.match(/^> .*$/gm)).toEqual(["> deploy far away", "> deploy in direct", "> deploy in team"]);
  expect(text).toContain(`post ${postId("direct")} in a direct message by`);
});

test("shows 20 posts at most, and says that there are more", async () => {
  const chat = town();
  for (let n = 1; n <= 30; n++) chat.addPost(`${n}`, `deploy no. ${n}.`);
  const { text, summary } = await chat.run("search", { query: "deploy" });
  expect(summary).toBe("20 posts found");
  expect(text.match(/^post /gm)).toHaveLength(20);
  expect(text).toContain("> deploy no. 11.");
  expect(text).not.toContain("> deploy no. 10.");
  expect(text).toContain("(more were found: narrow the search, or use before:)");
});

test.each([{}, { query: "" }, { query: "a".repeat(501) }])("says what a query is", async (input) => {
  const outcome = await town().run("search", input);
  expect([outcome.isError, outcome.text]).toEqual([
    true,
    expect.stringContaining("`query` should be the words"),
  ]);
});
