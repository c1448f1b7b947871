// A channel's pages and a search's finds, as the server answers them: `order` is the answer, and nothing beside it.

import { describe, expect, test } from "vitest";
import { decodePost, decodeUser } from "../../../src/mattermost/decode.ts";
import { connectRest } from "../../../src/mattermost/rest.ts";
import type { ChannelId, PostId } from "../../../src/mattermost/types.ts";
import { transportOf } from "../../support/fetch-transport.ts";
import { defined } from "../../support/mattermost-client.ts";
import { exchangesOf } from "../../support/server-recording.ts";

const wire = (id: string, create_at: number, more: object = {}) => ({
  id,
  create_at,
  channel_id: "c",
  user_id: "u",
  root_id: "",
  message: id,
  ...more,
});

function answering(body: unknown, status = 200) {
  const asked: { readonly path: string; readonly method: string; readonly body: unknown }[] = [];
  const transport = transportOf(async (url, { method = "", body: sent }) => {
    const { pathname, search } = new URL(url);
    const text = typeof sent === "string" ? sent : "";
    asked.push({ path: `${pathname}${search}`, method, body: text === "" ? undefined : JSON.parse(text) });
    return Response.json(body, { status });
  });
  return { asked, api: connectRest({ url: "https://example.com", token: "t", transport, tries: 1 }) };
}

describe("a page of a channel", () => {
  const page = {
    order: ["b", "gone", "a"],
    posts: {
      a: wire("a", 1),
      b: wire("b", 3, { root_id: "root" }),
      root: wire("root", 0),
      gone: wire("gone", 2, { delete_at: 9 }),
    },
    prev_post_id: "older",
  };

  test("is what is in its order, oldest first, without deleted posts", async () => {
    const { api, asked } = answering(page);
    const { posts, hasOlder } = await api.postsBefore("c" as ChannelId, undefined, 3);
    expect([posts.map(({ id }) => id), hasOlder]).toEqual([["a", "b"], true]);
    await api.postsBefore("c" as ChannelId, "b" as PostId, 1000);
    expect(asked.map(({ path }) => path)).toEqual([
      "/api/v4/channels/c/posts?page=0&per_page=3&skipFetchThreads=true",
      "/api/v4/channels/c/posts?page=0&per_page=200&skipFetchThreads=true&before=b",
    ]);
  });

  test("is none when it is no list of posts", async () => {
    for (const body of [null, [], {}, { order: "a", posts: {} }, "<html>"]) {
      await expect(answering(body).api.postsBefore("c" as ChannelId, undefined, 3)).rejects.toMatchObject({
        code: "bad-answer",
      });
      await expect(answering(body).api.searchPosts("team", "x")).rejects.toMatchObject({
        code: "bad-answer",
      });
    }
  });
});

test("a search is asked for as in the recording of 10.11, and its finds come newest first", async () => {
  const { request, response } = defined(
    exchangesOf("10.11").find((exchange) => exchange.request.path.endsWith("/posts/search")),
  );
  const { api, asked } = answering(response.body);
  const found = await api.searchPosts(/teams\/([^/]+)/.exec(request.path)?.[1] ?? "", "scripted model");
  expect(asked).toEqual([{ path: request.path, method: "POST", body: request.body }]);
  expect(found.map(({ id }) => id)).toEqual((response.body as { order: string[] }).order);
});

test("a team's id can't lead elsewhere", async () => {
  const { api, asked } = answering({ order: [], posts: {} });
  await api.searchPosts("../users", "x");
  expect(asked[0]?.path).toBe("/api/v4/teams/..%2Fusers/posts/search");
});

test("all that a post's attachments say is read, whatever of it there is", () => {
  const textsOf = (attachments: unknown) =>
    decodePost(wire("a", 1, { props: { attachments } }))?.attachmentTexts;
  const whole = {
    pretext: "Before",
    author_name: "CI",
    title: "Build 7",
    title_link: "https://ci.example/7",
    text: "failed",
    fields: [
      { title: "Branch", value: "main", short: true },
      { title: "Tries", value: 3 },
      { value: null },
      7,
    ],
    footer: "ci",
    fallback: "Build 7 failed",
    color: "#f00",
  };
  expect(textsOf([whole, { fallback: "Only this" }])).toEqual([
    "Before\nCI\nBuild 7\nhttps://ci.example/7\nfailed\nBranch: main\nTries: 3\nci",
    "Only this",
  ]);
  for (const nothing of [undefined, null, "x", {}, [], [null, 7, "x", [], { text: 7, fields: "x" }]]) {
    expect(textsOf(nothing)).toBeUndefined();
  }
});

test("a guest is told from other people", () => {
  const user = { id: "u", username: "carol" };
  expect(decodeUser({ ...user, roles: "system_guest" })).toMatchObject({ isGuest: true });
  for (const roles of ["system_user", "system_admin system_user", "", null, undefined, 7]) {
    expect(decodeUser({ ...user, roles })).not.toHaveProperty("isGuest");
  }
});
