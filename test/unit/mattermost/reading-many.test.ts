// Many channels are read at a time, on a server with a limit: in which order requests are sent.

import { expect, test } from "vitest";
import { connectRest } from "../../../src/mattermost/rest.ts";
import type { ChannelId, UserId } from "../../../src/mattermost/types.ts";
import { createFakeClock, settle } from "../../support/fake-clock.ts";
import { transportOf } from "../../support/fetch-transport.ts";

const BURST = 20;
const PER_SECOND = 10;

/** Answers at once; counts as Mattermost does. */
function server() {
  const clock = createFakeClock();
  const sent: string[] = [];
  let left = BURST;
  let countedAt = clock.now();
  const api = connectRest({
    url: "http://server",
    token: "t",
    clock,
    random: () => 0,
    transport: transportOf(async (url) => {
      left = Math.min(BURST, left + ((clock.now() - countedAt) / 1000) * PER_SECOND) - 1;
      countedAt = clock.now();
      const [, channel, user] = /\/channels\/(\w+)\/posts|\/users\/(\w+)$/.exec(String(url)) ?? [];
      sent.push(channel ?? user ?? String(url));
      const headers = {
        "x-ratelimit-limit": String(BURST),
        "x-ratelimit-remaining": String(Math.max(0, Math.floor(left))),
        "x-ratelimit-reset": String(Math.ceil((BURST - left) / PER_SECOND)),
      };
      const body = user === undefined ? { order: [], posts: {} } : { id: user, username: user };
      return new Response(JSON.stringify(body), { status: left < 0 ? 429 : 200, headers });
    }),
  });
  const read = (name: string, isUrgent?: boolean) => void api.postsSince(name as ChannelId, 0, isUrgent);
  return { api, clock, sent, read };
}

test("a look-up doesn't wait for the channels that are still to be read, nor do those somebody waits for", async () => {
  const { api, clock, sent, read } = server();
  // It is known by then what the server allows.
  await api.user("first" as UserId);
  for (let at = 0; at < 60; at++) read(`c${at}`, false);
  await settle();
  await clock.advance(1000);
  const before = sent.length;
  expect(before).toBeLessThan(40);
  void api.user("alice" as UserId);
  read("mentioned", true);
  await clock.advance(10_000);
  expect(sent.slice(before, before + 2).sort()).toEqual(["alice", "mentioned"]);
  expect(new Set(sent).size).toBe(63);
});

test("a part of what the server allows is left for what is urgent", async () => {
  const { api, clock, sent, read } = server();
  await api.user("first" as UserId);
  for (let at = 0; at < 60; at++) read(`c${at}`, false);
  await settle();
  const channels = sent.length - 1;
  expect(channels).toBeLessThan(BURST - BURST / 4 + 1);
  for (let at = 0; at < 3; at++) void api.user(`u${at}` as UserId);
  await clock.advance(3000);
  expect(sent.slice(channels + 1, channels + 4)).toEqual(["u0", "u1", "u2"]);
});

test("pages of one channel are read one after the other, of many at the same time", async () => {
  const { sent, read } = server();
  for (let at = 0; at < 10; at++) read(`c${at}`);
  await settle();
  expect(sent).toEqual(Array.from({ length: 10 }, (_, at) => `c${at}`));
});
