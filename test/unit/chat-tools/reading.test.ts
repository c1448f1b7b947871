// `read_thread` and `read_channel`: what of the chat they show, and in which words.

import { describe, expect, test } from "vitest";
import type { Post } from "../../../src/mattermost/types.ts";
import { channelId, type FakeChat, fakeChat, idOf, postId, userId } from "../../support/fake-chat.ts";

const reply = (root = "root"): Partial<Post> => ({ threadId: postId(root) });

/** A second channel that alice and the bot are in. */
function withThere(type = "P"): FakeChat {
  const chat = fakeChat();
  chat.join(chat.addChannel("there", type), "bot", "alice");
  chat.addPost("far", "far away", { channelId: channelId("there") });
  return chat;
}

describe("read_thread", () => {
  test("without a link reads this thread, oldest first, and asks nothing that it need not know", async () => {
    const chat = fakeChat();
    chat.addPost("b", "second", { ...reply(), userId: userId("bob") });
    chat.addPost("c", "third", { ...reply(), userId: userId("bot"), isFromPerson: false });
    const outcome = await chat.run("read_thread");
    expect(outcome).toMatchObject({
      isError: false,
      summary: "3 posts of this thread",
      target: { thread: postId("root"), channel: channelId("here") },
    });
    expect(outcome.text.split("\n\n").slice(1)).toEqual([
      `post ${postId("root")} by @alice, 2026-11-27 14:03 UTC:\n> hello`,
      `post ${postId("b")} by @bob, 2026-11-27 14:03 UTC, a reply in the thread of ${postId("root")}:\n> second`,
      `post ${postId("c")} by you, this bot, 2026-11-27 14:03 UTC, a reply in the thread of ${postId("root")}:\n> third`,
    ]);
    expect(outcome.text).toMatch(
      /^3 posts of this thread, oldest first\. Each line that begins with > is quoted/,
    );
    expect(chat.calls).toEqual([`thread ${postId("root")}`]);
  });

  test.each([
    postId("far"),
    `https://chat.example.com/lab/pl/${postId("far")}`,
    `/lab/pl/${postId("far")}`,
    `/_redirect/pl/${postId("far")}`,
    ` <https://x/lab/pl/${postId("far")}> `,
  ])("reads another thread by %s", async (link) => {
    const outcome = await withThere().run("read_thread", { link, unknown: 1 });
    expect(outcome).toMatchObject({ isError: false, summary: "1 post of a thread in ~there" });
    expect(outcome.text).toContain("\n> far away");
  });

  test("reads the whole thread of a reply that is linked", async () => {
    const chat = withThere();
    chat.addPost("farther", "and farther", { channelId: channelId("there"), ...reply("far") });
    const outcome = await chat.run("read_thread", { link: postId("farther") });
    expect(outcome.text).toContain("> far away");
    expect(outcome.text).toContain("> and farther");
  });

  test("says what a link is when it is given something else", async () => {
    for (const link of ["that one", 7, { id: postId("far") }.id.slice(1), ["x"]]) {
      const outcome = await withThere().run("read_thread", { link });
      expect([outcome.isError, outcome.text]).toEqual([
        true,
        expect.stringContaining(
          "`link` should be a post's permalink (https://server/team/pl/ID, /team/pl/ID) or its id",
        ),
      ]);
    }
  });

  test("of a long thread shows the first post and the newest ones, and says what is left out", async () => {
    const chat = fakeChat();
    for (let n = 1; n <= 60; n++) chat.addPost(`${n}`, `reply no. ${n}.`, reply());
    const { text, summary } = await chat.run("read_thread");
    expect(summary).toBe("40 posts of this thread");
    expect(text.match(/^post /gm)).toHaveLength(40);
    expect(text).toMatch(/> hello\n\n\(21 posts are left out here\)\n\npost [^>]*\n> reply no\. 22\./);
    expect(text).toMatch(/> reply no\. 60\.$/);
  });

  test("of a long thread shows those around the linked post", async () => {
    const chat = fakeChat();
    for (let n = 1; n <= 100; n++) chat.addPost(`${n}`, `reply no. ${n}.`, reply());
    const { text } = await chat.run("read_thread", { link: postId("50") });
    expect(text).toContain("> hello");
    expect(text).toContain("> reply no. 50.");
    expect(text.match(/^post /gm)).toHaveLength(40);
    expect(text).toMatch(/\(31 posts are left out here\)$/);
    // A page further up each time.
    const first = (await chat.run("read_thread", { link: postId("31") })).text;
    expect(first).toContain("> reply no. 12.");
  });

  test("of long posts shows as many as fit, the linked one among them", async () => {
    const chat = fakeChat();
    for (let n = 1; n <= 30; n++) chat.addPost(`${n}`, `reply no. ${n}. ${"a".repeat(7000)}`, reply());
    const { text, summary } = await chat.run("read_thread", { link: postId("2") });
    expect(text.length).toBeLessThan(32_000);
    for (const shown of ["> hello", "> reply no. 2."]) expect(text).toContain(shown);
    expect(text).toContain("posts are left out here)");
    expect(summary).toMatch(/^[45] posts of this thread$/);
  });
});

describe("read_channel", () => {
  test("without a channel reads this one: the newest posts, oldest first, replies as such", async () => {
    const chat = fakeChat();
    for (let n = 1; n <= 30; n++) chat.addPost(`${n}`, `post no. ${n}.`, n % 2 ? {} : reply());
    const outcome = await chat.run("read_channel");
    expect(outcome).toMatchObject({ summary: "20 posts of ~here", target: { channel: channelId("here") } });
    expect(outcome.text).toMatch(
      /post [^>]*\n> post no\. 11\.[\s\S]*> post no\. 30\.\n\nThere are older ones: read_channel with `before`\.$/,
    );
    const limited = await chat.run("read_channel", { limit: "3", before: `/lab/pl/${postId("11")}` });
    expect(limited.text.match(/^> .*/gm)).toEqual(["> post no. 8.", "> post no. 9.", "> post no. 10."]);
    const all = await chat.run("read_channel", { limit: 1000 });
    expect(all.summary).toBe("31 posts of ~here");
    expect(all.text).not.toContain("There are older ones");
  });

  test.each([
    "there",
    "~there",
    "There",
    "lab/there",
    "https://chat.example.com/lab/channels/there",
    channelId("there"),
    `https://chat.example.com/lab/channels/${channelId("there")}`,
  ])("finds the channel %s", async (channel) => {
    const outcome = await withThere().run("read_channel", { channel });
    expect(outcome).toMatchObject({ isError: false, summary: "1 post of ~there" });
  });

  test("finds a channel whose name looks like an id, and one of another team that both are in", async () => {
    const chat = fakeChat();
    const name = idOf("a name");
    chat.join(chat.addChannel(name), "bot", "alice");
    expect((await chat.run("read_channel", { channel: name })).summary).toBe(`0 posts of ~${name}`);
    chat.join(chat.addChannel("far", "O", "other"), "bot", "alice");
    expect((await chat.run("read_channel", { channel: "other/far" })).isError).toBe(false);
    expect((await chat.run("read_channel", { channel: "far" })).isError).toBe(true);
  });

  test("names no direct message by who is in it", async () => {
    const chat = fakeChat();
    const direct = chat.addChannel("direct", "D");
    chat.join(direct, "bot", "alice");
    expect((await chat.run("read_channel", { channel: direct })).summary).toBe("0 posts of a direct message");
    // In a session there, a channel's name says too little.
    const how = { channelId: direct };
    expect((await chat.run("read_channel", { channel: "here" }, how)).isError).toBe(true);
    expect((await chat.run("read_channel", { channel: "lab/here" }, how)).isError).toBe(false);
  });

  test.each([
    [{ channel: "two words" }, "`channel` should be a channel's name"],
    [{ limit: "many" }, "`limit` should be a whole number from 1 to 40"],
    [{ limit: 0 }, "`limit` should be"],
    [{ before: "yesterday" }, "`before` should be a post's permalink"],
  ])("says what would be right instead of %j", async (input, says) => {
    const outcome = await withThere().run("read_channel", input);
    expect([outcome.isError, outcome.text]).toEqual([true, expect.stringContaining(says)]);
  });

  test("`before` tells nothing of a post elsewhere", async () => {
    const chat = withThere();
    const elsewhere = await chat.run("read_channel", { before: postId("far") });
    const missing = await chat.run("read_channel", { before: postId("none") });
    expect(elsewhere.text).toBe(missing.text);
    expect(chat.calls.filter((call) => call.startsWith("postsBefore"))).toEqual([]);
  });
});

test("words of a post that is moved while it is read are not shown", async () => {
  const chat = fakeChat();
  chat.addChannel("secret", "P");
  chat.join(channelId("secret"), "bot");
  chat.addPost("b", "moved away", reply());
  const root = chat.addPost("x", "a root", {});
  chat.addPost("y", "in the secret channel now", { ...reply("x"), channelId: channelId("secret") });
  expect((await chat.run("read_thread", { link: root.id })).text).not.toContain("secret channel");
  // The whole thread has gone there between two requests.
  let open = (): void => {};
  chat.gates.set("thread", new Promise((resolve) => (open = resolve)));
  const reading = chat.run("read_thread", { link: root.id });
  await chat.clock.advance(0);
  chat.posts.set(root.id, {
    ...root,
    channelId: channelId("secret"),
    message: "words of the secret channel",
  });
  open();
  expect((await reading).text).toBe((await chat.run("read_thread", { link: postId("none") })).text);
});

test("the server's failure is told, and reads nothing", async () => {
  for (const name of ["thread", "isMember", "post"]) {
    const chat = withThere();
    chat.faults.set(name, "server");
    const outcome = await chat.run("read_thread", { link: postId("far") });
    expect(outcome).toMatchObject({ isError: true, summary: "not possible" });
    expect(outcome.text).toContain("the server failed");
  }
});
