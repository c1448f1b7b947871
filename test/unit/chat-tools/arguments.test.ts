// Models write arguments in many ways; whatever can only mean one thing is taken.

import { expect, test } from "vitest";
import { channelIn, countIn, emojiIn, postIdIn, textOf } from "../../../src/chat-tools/arguments.ts";
import { endsAtOnce } from "../../support/hostile-texts.ts";

const ID = "kr1x5a946iypikqgato8c5ytdh";

test.each([
  ID,
  `https://chat.example.com/lab/pl/${ID}`,
  `https://example.com/mattermost/lab/pl/${ID}`,
  `http://127.0.0.1:8065/_redirect/pl/${ID}`,
  `/lab/pl/${ID}`,
  `/_redirect/pl/${ID}`,
  `https://chat.example.com/lab/threads/${ID}`,
  `<https://chat.example.com/lab/pl/${ID}>`,
  `[this one](https://chat.example.com/lab/pl/${ID}) please`,
  `https://chat.example.com/lab/pl/${ID}?view=1#x`,
])("a post is named by %s", (text) => {
  expect(postIdIn(text)).toBe(ID);
});

test.each([
  "",
  "here",
  ID.slice(1),
  `${ID}0`,
  ID.toUpperCase(),
  `/lab/pl/${ID}0`,
  `/lab/pl/../${ID}`,
  `${ID}/../x`,
  `/lab/channels/${ID}`,
  "kr1x5a946iypikqgato8c5ytd/",
])("no post is named by %j", (text) => {
  expect(postIdIn(text)).toBeUndefined();
});

test.each([
  ["town-square", undefined, "town-square"],
  ["~town-square", undefined, "town-square"],
  ["Town-Square", undefined, "town-square"],
  ["lab/town-square", "lab", "town-square"],
  ["lab/~town-square", "lab", "town-square"],
  ["~lab/town-square", "lab", "town-square"],
  ["https://chat.example.com/lab/channels/town-square", "lab", "town-square"],
  ["https://example.com/mattermost/lab/channels/town-square/?x=1", "lab", "town-square"],
  ["/lab/channels/town-square", "lab", "town-square"],
  [ID, undefined, ID],
])("%s is a channel's name", (text, team, name) => {
  expect(channelIn(text)).toEqual({ id: name === ID ? ID : undefined, team, name });
});

test.each(["", "~", "two words", "a/b/c", "../x", "a?b", "a%2fb", "@alice", "/lab/messages/@bob"])(
  "%j is no channel's name",
  (text) => {
    expect(channelIn(text)).toBeUndefined();
  },
);

test("a number may be text, and is never above the limit", () => {
  expect(["3", "3.9", "1000", "1e3"].map((text) => countIn(text, 40))).toEqual([3, 3, 40, 40]);
  expect(["0", "-1", "ten", "NaN", "Infinity0", "{}"].map((text) => countIn(text, 40))).toEqual(
    Array(6).fill(undefined),
  );
});

test("nothing, null and blanks count as not given; anything else is looked at as text", () => {
  expect([undefined, null, "", "  \n"].map(textOf)).toEqual(Array(4).fill(undefined));
  expect([" a ", 7, true, ["a"], { a: 1 }].map(textOf)).toEqual(["a", "7", "true", '["a"]', '{"a":1}']);
});

test.each([
  ["tada", "tada"],
  [":tada:", "tada"],
  [":Tada:", "tada"],
  ["+1", "+1"],
  ["👍", "+1"],
  ["👍🏽", "+1"],
  ["⏸", "double_vertical_bar"],
  ["1️⃣", "one"],
  ["👀", "eyes"],
  [":not an emoji:", undefined],
  ["", undefined],
  ["🎉", undefined],
  ["../x", undefined],
])("the emoji %j is %s", (text, name) => {
  expect(emojiIn(text)).toBe(name);
});

test("arguments are read at once, whatever they are", () => {
  endsAtOnce("a tool's arguments", (text) => {
    const given = textOf(text) ?? "";
    postIdIn(given);
    channelIn(given);
    emojiIn(given);
    countIn(given, 40);
  });
});
