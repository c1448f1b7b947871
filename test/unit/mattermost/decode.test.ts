import { describe, expect, test } from "vitest";
import {
  decodeChannel,
  decodeChannelId,
  decodeList,
  decodePost,
  decodePostId,
  decodePostList,
  decodeReaction,
  decodeUpload,
  decodeUser,
  decodeUserId,
  PENDING_POST_ID_PROP,
} from "../../../src/mattermost/decode.ts";

const ID = "yi9kmrg9pf843c7g9t5fmqwjgw";
const wirePost = {
  id: ID,
  channel_id: "59r731ty1tgfmgi8dzzuhw8njw",
  root_id: "",
  user_id: "8f7db4f9aiyomfid6z7boke9ry",
  message: "hello",
  create_at: 1000,
  delete_at: 0,
  type: "",
  props: {},
};

describe("who wrote a post", () => {
  const isFromPerson = (over: object) => decodePost({ ...wirePost, ...over })?.isFromPerson;

  test("a plain post is a person's, with props missing or null too", () => {
    expect([{}, { props: null }, { props: undefined }, { type: null }].map(isFromPerson)).toEqual([
      true,
      true,
      true,
      true,
    ]);
  });

  test("a post with any type is the system's", () => {
    expect(isFromPerson({ type: "system_add_to_channel" })).toBe(false);
    expect(isFromPerson({ type: "custom_plugin" })).toBe(false);
  });

  test.each(["from_webhook", "from_bot"])("%s counts in every spelling of true", (key) => {
    for (const value of ["true", true, "True", " TRUE ", 1, "1", "yes", {}]) {
      expect(isFromPerson({ props: { [key]: value } }), JSON.stringify(value)).toBe(false);
    }
    for (const value of ["false", false, "False", 0, "0", "", null]) {
      expect(isFromPerson({ props: { [key]: value } }), JSON.stringify(value)).toBe(true);
    }
  });

  test.each([
    "from_plugin",
    "from_oauth_app",
    "override_username",
    "override_icon_url",
    "mm_claude_pending_post_id",
    "mm_claude_anything",
  ])("a post with %s is no person's", (key) => {
    expect(isFromPerson({ props: { [key]: "alice" } })).toBe(false);
    expect(isFromPerson({ props: { disable_group_highlight: true, [key]: "alice" } })).toBe(false);
  });

  const isFromBot = (props: object, over: object = {}) =>
    decodePost({ ...wirePost, props, ...over })?.isFromBot;

  test("one is a bot's that says so, and nothing else", () => {
    expect(isFromBot({ from_bot: "true" })).toBe(true);
    expect(isFromBot({ from_bot: true, from_webhook: "false", disable_group_highlight: true })).toBe(true);
    expect(isFromBot({})).toBeUndefined();
    expect(isFromBot({ from_bot: "false" })).toBeUndefined();
    expect(isFromBot({ from_bot: "true" }, { type: "custom_build" })).toBeUndefined();
  });

  test.each([
    ...["from_webhook", "from_plugin", "from_oauth_app", "override_username", "override_icon_url"],
    ...["mm_claude_instance", "mm_claude_pending_post_id"],
  ])("a bot account's post with %s is not the bot's own", (key) => {
    expect(isFromBot({ from_bot: "true", [key]: "true" })).toBeUndefined();
    expect(isFromBot({ [key]: "true" })).toBeUndefined();
  });

  test("other props leave a post a person's", () => {
    const props = { disable_group_highlight: true, mentionHighlightDisabled: "true", x_from_bot: "true" };
    expect(isFromPerson({ props })).toBe(true);
  });
});

describe("posts", () => {
  test("one of mm-claude's own tells which process made it, where that did", () => {
    const marked = { ...wirePost, props: { mm_claude_instance: "loyw3v28-x" } };
    expect(decodePost(marked)?.instance).toBe("loyw3v28-x");
    expect(decodePost({ ...wirePost, props: { mm_claude_instance: 1 } })).not.toHaveProperty("instance");
    expect(decodePost(wirePost)).not.toHaveProperty("instance");
  });

  test("a root is its own thread, a reply belongs to its root", () => {
    const root = "kr1x5a946iypikqgato8c5ytdh";
    expect(decodePost(wirePost)?.threadId).toBe(ID);
    expect(decodePost({ ...wirePost, root_id: root })?.threadId).toBe(root);
  });

  test("a file the server gave no details about is still a file of its post", () => {
    const post = decodePost({
      ...wirePost,
      file_ids: ["f1", "f2"],
      metadata: { files: [{ id: "f2", name: "a.txt", size: 3, mime_type: "text/plain" }] },
    });
    expect(post?.files).toEqual([
      { id: "f1", name: "f1", size: 0, mimeType: "application/octet-stream" },
      { id: "f2", name: "a.txt", size: 3, mimeType: "text/plain" },
    ]);
  });

  test.each([
    ["no id", { id: undefined }],
    ["an id that climbs out of a path", { id: "../users/me" }],
    ["no author", { user_id: "" }],
    ["a message that is no text", { message: 7 }],
    ["no time", { create_at: "now" }],
  ])("a post with %s is not decoded", (_, over) => {
    expect(decodePost({ ...wirePost, ...over })).toBeUndefined();
  });

  test("a post of ours carries the id it was made with, where it is text", () => {
    const pendingPostId = (value: unknown) =>
      decodePost({ ...wirePost, props: { [PENDING_POST_ID_PROP]: value } })?.pendingPostId;
    expect(["bot:1", 7, null, undefined].map(pendingPostId)).toEqual([
      "bot:1",
      undefined,
      undefined,
      undefined,
    ]);
  });

  const listed = (id: string, create_at: number, over: object = {}) => ({
    ...wirePost,
    id,
    create_at,
    ...over,
  });

  test("a list is what its order names, oldest first, without deleted and unusable posts", () => {
    const list = decodePostList({
      order: ["c", "b", "gone", "odd", "missing", "toString", "a"],
      posts: {
        c: listed("c", 3),
        a: listed("a", 1),
        gone: listed("gone", 2, { delete_at: 9 }),
        odd: { nonsense: true },
        root: listed("root", 0),
        b: listed("b", 3),
      },
    });
    expect(list?.posts.map((post) => post.id)).toEqual(["a", "b", "c"]);
    expect(list).toMatchObject({ length: 7, oldestAt: 1, hasOlder: false });
  });

  test("a list tells how far back it reaches by its order alone, with what was deleted", () => {
    const posts = {
      a: listed("a", 20),
      gone: listed("gone", 10, { delete_at: 30 }),
      root: listed("root", 1),
    };
    expect(decodePostList({ order: ["a", "gone"], posts, prev_post_id: "root" })).toMatchObject({
      length: 2,
      oldestAt: 10,
      hasOlder: true,
    });
  });

  test("an empty list is one, in each of the server's spellings", () => {
    for (const empty of [
      { order: [], posts: {} },
      { order: null, posts: null },
      { order: [], prev_post_id: "" },
    ]) {
      expect(decodePostList(empty)).toMatchObject({ posts: [], length: 0, hasOlder: false });
    }
  });

  test("an answer that is no post list is not one", () => {
    for (const other of [undefined, null, "x", [], {}, { posts: {} }, { order: "a" }, { order: [7] }]) {
      expect(decodePostList(other), JSON.stringify(other)).toBeUndefined();
    }
  });
});

test("a deactivated account and a bot are told apart from the rest", () => {
  expect(decodeUser({ id: "u", username: "bob", delete_at: 5 })).toEqual({
    id: "u",
    username: "bob",
    isBot: false,
    isActive: false,
  });
  expect(decodeUser({ id: "u", username: "b", is_bot: true, delete_at: 0 })).toMatchObject({
    isBot: true,
    isActive: true,
  });
  expect(decodeUser({ id: "u", username: "" })).toBeUndefined();
});

test("an id is letters, digits, - and _, and nothing that could change a URL", () => {
  expect(decodeUserId(ID)).toBe(ID);
  for (const bad of ["", "a/b", "..", "a?b", "a b", "a%2e", 7, null, undefined, "x".repeat(65)]) {
    expect([decodeUserId(bad), decodePostId(bad), decodeChannelId(bad)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  }
});

test("an emoji name that is none makes no reaction", () => {
  const reaction = { user_id: "u", post_id: "p", emoji_name: "+1_dark_skin_tone" };
  expect(decodeReaction(reaction)).toEqual({ userId: "u", postId: "p", emojiName: "+1_dark_skin_tone" });
  expect(decodeReaction({ ...reaction, emoji_name: "a/../b" })).toBeUndefined();
});

test("a reaction has the time it was made at, where the server tells one", () => {
  const createdAt = (time: unknown) =>
    decodeReaction({ user_id: "u", post_id: "p", emoji_name: "x", create_at: time });
  expect(createdAt(1234)?.createdAt).toBe(1234);
  // The first time and the last: one that was taken off is put on again.
  const again = { user_id: "u", post_id: "p", emoji_name: "x", create_at: 1234, update_at: 5678 };
  expect(decodeReaction(again)?.createdAt).toBe(5678);
  for (const none of [0, null, undefined]) {
    expect(createdAt(none)).not.toHaveProperty("createdAt");
  }
  for (const bad of ["now", -1, Number.NaN]) {
    expect(createdAt(bad)).toBeUndefined();
  }
});

test("a channel has the time of its newest post, where it has one", () => {
  const channel = { id: "c", team_id: "t", display_name: "Claude", type: "O" };
  expect(decodeChannel({ ...channel, last_post_at: 1234 })).toEqual({
    id: "c",
    teamId: "t",
    displayName: "Claude",
    type: "O",
    isArchived: false,
    lastPostAt: 1234,
  });
  for (const none of [0, null, undefined]) {
    expect(decodeChannel({ ...channel, last_post_at: none })).not.toHaveProperty("lastPostAt");
  }
  expect(decodeChannel({ ...channel, delete_at: 5 })?.isArchived).toBe(true);
  expect(decodeChannel({ ...channel, last_post_at: "now" })).toBeUndefined();
});

test("an upload is one file with a usable id", () => {
  expect(decodeUpload({ file_infos: [{ id: ID, name: "a.txt" }], client_ids: [] })).toBe(ID);
  for (const infos of [[], [{ id: "a" }, { id: "b" }], [{}], [{ id: "../x" }], null, undefined, "a"]) {
    expect(decodeUpload({ file_infos: infos }), JSON.stringify(infos)).toBeUndefined();
  }
  expect(decodeUpload(undefined)).toBeUndefined();
});

test("null is an empty list, one unusable entry spoils a list", () => {
  expect(decodeList(null, decodeUser)).toEqual([]);
  expect(decodeList([{ id: "u", username: "a" }, {}], decodeUser)).toBeUndefined();
  expect(decodeList({}, decodeUser)).toBeUndefined();
});
