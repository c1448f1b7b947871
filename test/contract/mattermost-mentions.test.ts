// Whom a real server (10.11) takes as mentioned is whom mm-claude hears: by the list that comes with the event, and by
// its own reading of posts that come without one, over REST or from an older server.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { decodePost } from "../../src/mattermost/decode.ts";
import type { Post, UserId } from "../../src/mattermost/types.ts";
import { Users } from "../../src/mattermost/users.ts";
import { isMentionTold } from "../../src/router/people.ts";
import { read } from "../../src/router/route.ts";
import { createFakeClock } from "../support/fake-clock.ts";

interface Line {
  readonly kind: string;
  readonly frame?: { readonly event: string; readonly data: Readonly<Record<string, string>> };
}

const BOT = "5dxkqfh5tib38x941rky8jwjcw" as UserId;
const NAME = "claude-code";

const posted = ["7.10", "10.11"].flatMap((version) =>
  readFileSync(new URL(`../fixtures/mattermost/server-${version}.ndjson`, import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line)
    .flatMap(({ frame }) => (frame?.event === "posted" ? [frame.data] : []))
    .map((data) => ({
      version,
      post: decodePost(JSON.parse(data["post"] ?? "")) as Post,
      mentions: data["mentions"] === undefined ? undefined : (JSON.parse(data["mentions"]) as UserId[]),
    })),
);

const users = new Users({
  api: { user: async () => expect.unreachable(), userByName: async () => expect.unreachable() },
  clock: createFakeClock(),
});
users.userUpdated({ id: BOT, username: NAME, isBot: true, isActive: true });

const known = (name = NAME) => ({ botId: BOT, botName: name, users });

const isMention = (post: Post, mentions: readonly UserId[] | undefined, name = NAME): boolean =>
  read(post, name, [], isMentionTold(known(name), { type: "posted", post, ...(mentions && { mentions }) }))
    .isMention;

/** The list holds everybody for these, and a direct message's other account always. */
const isForAll = ({ message }: Post): boolean => message.startsWith("@channel");

const channelPosts = posted.filter(
  ({ version, post }) => version === "10.11" && post.message !== "hello in private",
);

test("the recording holds both what mentions the bot and what does not", () => {
  expect(channelPosts.filter(({ mentions }) => mentions?.includes(BOT)).length).toBeGreaterThanOrEqual(7);
  expect(channelPosts.filter(({ mentions }) => !mentions?.includes(BOT)).length).toBeGreaterThanOrEqual(6);
});

describe.each(channelPosts)("$post.message", ({ post, mentions }) => {
  const expected = (mentions?.includes(BOT) ?? false) && !isForAll(post);

  test(`${expected ? "mentions" : "does not mention"} the bot, as the server says`, () => {
    expect(isMention(post, mentions)).toBe(expected);
    // The server leaves the list out when it is empty; another one may not.
    expect(isMention(post, mentions ?? [])).toBe(expected);
  });

  test("reads the same without the server's word", () => {
    expect(isMention(post, undefined)).toBe(expected);
  });
});

test.each(posted.filter(({ version }) => version === "7.10"))(
  "a 7.10 server's list and our reading agree on %j",
  ({ post, mentions = [] }) => {
    const bot = "oo6caazrjjb7udffjpgxnbc1pr" as UserId;
    expect(isMention(post, undefined)).toBe(mentions.includes(bot));
  },
);

const post = (message: string): Post => ({ ...(channelPosts[0]?.post as Post), message });
const ALICE = "alice" as UserId;

test.each<[string, readonly UserId[], boolean]>([
  ["https://host/@claude-code please", [BOT], true],
  ["日本語@claude-code please", [BOT], true],
  ["@claude-code please", [ALICE], false],
  ["@claude-code please", [], false],
  ["@all look at what `@claude-code` does", [BOT, ALICE], false],
  ["@here and you, @claude-code", [BOT, ALICE], true],
  ["@CHANNEL please", [BOT, ALICE], false],
  ["`@all` of you, @claude-code", [BOT], true],
  ["@developers, deploy", [BOT, ALICE], false],
  ["a keyword, or a reply in a thread it follows", [BOT], false],
])("%j with the list %j: %j", (message, mentions, expected) => {
  expect(isMention(post(message), mentions)).toBe(expected);
});

test("of a name that is not the account's own the server's list says nothing", () => {
  expect(isMention(post("@helper please"), [], "helper")).toBe(true);
  expect(isMention(post("@claude-code please"), [BOT], "helper")).toBe(false);
  expect(isMention(post("@Claude-Code please"), [BOT], "Claude-Code")).toBe(true);
});
