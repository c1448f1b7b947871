// What a real 10.11 server says, beyond what 7.10 does, is understood as what it is.

import { expect, test } from "vitest";
import { decodePostList } from "../../src/mattermost/decode.ts";
import { decodeFrame } from "../../src/mattermost/frame.ts";
import type { SocketEvent } from "../../src/mattermost/types.ts";
import { exchangesOf, framesOf } from "../support/server-recording.ts";

const BOT = "5dxkqfh5tib38x941rky8jwjcw";

const frames = framesOf("10.11").map((frame) => decodeFrame(JSON.stringify(frame)));
const events: SocketEvent[] = frames.flatMap((frame) => (frame?.kind === "event" ? [frame.event] : []));

test("every recorded frame is decoded, and none that we know is unusable", () => {
  for (const frame of frames) {
    expect(frame).toBeDefined();
    expect(frame?.kind === "skipped" ? frame.problem : undefined).toBeUndefined();
  }
});

test("a post comes with whom the server takes as mentioned, and with nobody where it names none", () => {
  const mentioning = events.flatMap((event) =>
    event.type === "posted" && event.post.userId !== BOT ? [[event.post.message, event.mentions]] : [],
  );
  expect(mentioning).toEqual([
    ["@claude-code hello", [BOT]],
    ["＠claude-code full width", undefined],
    ["交给@claude-code处理", undefined],
    ["_@claude-code_ italic", [BOT]],
    ["**@claude-code** bold", [BOT]],
    ["@Claude-Code case", [BOT]],
    ["(@claude-code)", [BOT]],
    ["`@claude-code` code", undefined],
    ["@claude-code-2 other", undefined],
    ["foo@claude-code.com mail", undefined],
    ["@claude-code. dot", [BOT]],
    ["> @claude-code in a quote", [BOT]],
    ["claude-code without at", undefined],
    ["@channel all", [BOT]],
    ["a root", undefined],
    ["hello in private", [BOT]],
    ["an old root", undefined],
    ["a new reply to an old root", undefined],
  ]);
});

test("a page holds an old root that is not in its order, and that is none of its posts", () => {
  const page = exchangesOf("10.11").find(({ request }) => request.path.endsWith("/posts?per_page=1&page=0"));
  expect(page?.response.body).toMatchObject({
    order: [expect.any(String)],
    posts: { a4ck365kcfrgxe3w4g8i49ybgr: {} },
  });
  const list = decodePostList(page?.response.body);
  expect(list?.posts.map((post) => post.message)).toEqual(["a new reply to an old root"]);
  expect(list).toMatchObject({ length: 1, oldestAt: list?.posts[0]?.createdAt, hasOlder: true });
});

test("a search's answer is a list of posts as well", () => {
  const search = exchangesOf("10.11").find(({ request }) => request.path.endsWith("/posts/search"));
  expect(decodePostList(search?.response.body)?.length).toBe(3);
});
