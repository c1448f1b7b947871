// What was missed is read page by page until the gap is passed: by the order that the server gives, and by nothing else.

import { expect, test } from "vitest";
import { connectRest } from "../../../src/mattermost/rest.ts";
import type { ChannelId } from "../../../src/mattermost/types.ts";
import { transportOf } from "../../support/fetch-transport.ts";

const CHANNEL = "c" as ChannelId;
const DAY_MS = 24 * 3_600_000;

interface WirePost {
  readonly id: string;
  readonly create_at: number;
  readonly root_id: string;
  readonly delete_at: number;
  readonly metadata?: { readonly reactions: readonly object[] };
}

const post = (id: string, create_at: number, over: Partial<WirePost> = {}): WirePost => ({
  id,
  create_at,
  root_id: "",
  delete_at: 0,
  ...over,
});

/**
 * A channel as the server pages it (10.11): the newest first in `order`, and in `posts` the roots of its replies as well,
 * which have no place in the order. `isHidden`: what the server takes out of a page after it has cut it.
 */
function channelOf(all: readonly WirePost[], isHidden: (post: WirePost) => boolean = () => false) {
  const asked: string[] = [];
  const known = new Map<string, WirePost>();
  const wire = (one: WirePost) => ({ ...one, channel_id: "c", user_id: "u", message: one.id });
  const transport = transportOf(async (url) => {
    const { searchParams } = new URL(url);
    const [page, perPage] = [Number(searchParams.get("page")), Number(searchParams.get("per_page"))];
    const before = searchParams.get("before");
    asked.push(before ?? "newest");
    // By its date (read in the source of 10.11): also of one that was deleted, and those of the same date are left out.
    const until = before === null ? Infinity : (known.get(before)?.create_at ?? -1);
    for (const one of all) {
      known.set(one.id, one);
    }
    const newestFirst = all
      .filter((one) => one.create_at < until)
      .sort((one, other) => other.create_at - one.create_at);
    const cut = newestFirst.slice(page * perPage, (page + 1) * perPage);
    const shown = cut.filter((one) => !isHidden(one));
    const roots = all.filter((one) => shown.some((reply) => reply.root_id === one.id));
    return Response.json({
      order: shown.map((one) => one.id),
      posts: Object.fromEntries([...roots, ...shown].map((one) => [one.id, wire(one)])),
      prev_post_id: newestFirst[(page + 1) * perPage]?.id ?? "",
      next_post_id: "",
    });
  });
  return { asked, api: connectRest({ url: "https://example.com", token: "t", transport }) };
}

/** So many posts, a second apart, the newest at `newestAt`. */
const many = (count: number, newestAt: number): WirePost[] =>
  Array.from({ length: count }, (_, at) => post(`n${at}`, newestAt - at * 1000));

const NOW = 1_700_000_000_000;

test("an old root that comes along with a reply doesn't end the reading early", async () => {
  const old = post("old", NOW - 30 * DAY_MS);
  const missed = [post("reply", NOW, { root_id: "old" }), ...many(251, NOW - 1000)];
  const { api, asked } = channelOf([old, ...missed]);
  const found = (await api.postsSince(CHANNEL, NOW - 3_600_000)).posts;
  expect(found).toHaveLength(252);
  expect(found.map(({ id }) => id)).not.toContain("old");
  expect(found.at(-1)?.id).toBe("reply");
  expect(asked).toEqual(["newest", "n197"]);
});

test("a page of exactly 200 with an old root beside it is not the last", async () => {
  const old = post("old", NOW - 30 * DAY_MS);
  const page = many(200, NOW).map((one) => ({ ...one, root_id: "old" }));
  const { api } = channelOf([old, ...page, post("mention", NOW - 250_000)]);
  const found = (await api.postsSince(CHANNEL, NOW - 300_000)).posts;
  expect(found[0]?.id).toBe("mention");
  expect(found).toHaveLength(201);
});

test("deleted posts on a full page don't make it the last", async () => {
  const page = many(200, NOW).map((one, at) => (at % 2 === 0 ? { ...one, delete_at: NOW } : one));
  const { api } = channelOf([...page, post("mention", NOW - 250_000)]);
  const found = (await api.postsSince(CHANNEL, NOW - 300_000)).posts;
  expect(found.map(({ id }) => id)[0]).toBe("mention");
  expect(found).toHaveLength(101);
});

test("what the server leaves out of a page doesn't make it the last", async () => {
  const all = [...many(200, NOW), post("mention", NOW - 250_000)];
  const { api } = channelOf(all, ({ id }) => id === "n7");
  const found = (await api.postsSince(CHANNEL, NOW - 300_000)).posts;
  expect(found[0]?.id).toBe("mention");
  expect(found).toHaveLength(200);
});

test("nothing is read beyond the gap, nor beyond the channel's first post", async () => {
  const long = channelOf(many(1000, NOW));
  expect((await long.api.postsSince(CHANNEL, NOW - 250_000)).posts).toHaveLength(251);
  expect(long.asked).toEqual(["newest", "n198"]);
  const short = channelOf(many(3, NOW));
  expect((await short.api.postsSince(CHANNEL, 0)).posts).toHaveLength(3);
  expect(short.asked).toEqual(["newest"]);
  const empty = channelOf([]);
  expect(await empty.api.postsSince(CHANNEL, 0)).toEqual({ posts: [], reactedTo: [], isCut: false });
});

test("what has come in between two pages is on both, and is found once", async () => {
  const all = many(300, NOW);
  const { api } = channelOf(all, () => {
    // Somebody speaks once the first page is cut.
    if (all.length === 300) {
      all.push(post("late", NOW + 1000));
    }
    return false;
  });
  const found = (await api.postsSince(CHANNEL, 0)).posts;
  expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
  expect(found).toHaveLength(300);
});

test("a thread's first post comes before its replies, whatever its date, and the others in the order of theirs", async () => {
  const { api } = channelOf([
    post("root", NOW + 365 * DAY_MS),
    post("reply", NOW - 2000, { root_id: "root" }),
    post("again", NOW, { root_id: "root" }),
    post("other", NOW - 1000),
    post("before", NOW - 3000),
  ]);
  const found = (await api.postsSince(CHANNEL, 0)).posts;
  expect(found.map(({ id }) => id)).toEqual(["before", "root", "reply", "other", "again"]);
});

test("what is deleted between two pages keeps no other from being found", async () => {
  const all = many(300, NOW);
  const { api } = channelOf(all, () => {
    if (all.length === 300) {
      all.splice(
        all.findIndex(({ id }) => id === "n50"),
        1,
      );
    }
    return false;
  });
  const { posts: found } = await api.postsSince(CHANNEL, 0);
  expect(found.map(({ id }) => id)).toContain("n200");
});

test("posts of one moment are found on both sides of a page's end, also when the post it ended with is deleted", async () => {
  const all = many(300, NOW).map((one, at) => ({ ...one, create_at: NOW - Math.floor(at / 7) * 1000 }));
  const { api } = channelOf(all, () => {
    if (all.length === 300) {
      all.splice(
        all.findIndex(({ id }) => id === "n199"),
        1,
      );
    }
    return false;
  });
  const { posts: found } = await api.postsSince(CHANNEL, 0);
  expect(found.map(({ id }) => id)).toEqual(expect.arrayContaining(all.map(({ id }) => id)));
});

test("of a gap of more than ten thousand posts the newest are read, and that there are more is told", async () => {
  const { api } = channelOf(many(10_100, NOW));
  const { posts, isCut } = await api.postsSince(CHANNEL, 0);
  expect(posts.length).toBeGreaterThan(9900);
  expect(isCut).toBe(true);
});

/** Put on a post for the first time, and for the last. */
const reaction = (post_id: string, create_at: number, update_at = create_at) => ({
  user_id: "u",
  post_id,
  emoji_name: "x",
  create_at,
  update_at,
});

test("of earlier posts that come along those are given that somebody has reacted to since", async () => {
  const since = NOW - 10_000;
  const reacted = (id: string, at: number, by: object, more: Partial<WirePost> = {}) =>
    post(id, at, { metadata: { reactions: [by] }, ...more });
  const { api } = channelOf([
    reacted("root", since - 3000, reaction("root", since)),
    reacted("before", since - 2000, reaction("before", since - 1000)),
    reacted("again", since - 2000, reaction("again", since - 1000, since + 1)),
    reacted("gone", since - 2000, reaction("gone", since + 1), { delete_at: NOW }),
    ...many(250, since - 4000),
    reacted("reply", NOW, reaction("reply", NOW), { root_id: "root" }),
  ]);
  const { posts, reactedTo } = await api.postsSince(CHANNEL, since);
  expect(posts.map(({ id }) => id)).toEqual(["reply"]);
  expect(reactedTo.map(({ id, reactions }) => [id, reactions?.[0]?.createdAt]).sort()).toEqual([
    ["again", since + 1],
    ["root", since],
  ]);
});

test("a reaction that can't be read keeps neither its post nor the others on it from being heard", async () => {
  const reactions = [{ nonsense: true }, reaction("odd", NOW)];
  const { api } = channelOf([post("odd", NOW, { metadata: { reactions } })]);
  const { posts } = await api.postsSince(CHANNEL, 0);
  expect(posts).toMatchObject([{ id: "odd", reactions: [{ emojiName: "x" }] }]);
});
