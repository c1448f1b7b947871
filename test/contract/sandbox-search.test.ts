// What the sandbox's search finds, by the server's documentation of its modifiers; the shape of an answer is in a recording.
import { afterEach, beforeEach, expect, test } from "vitest";
import { searchFor } from "../../sandbox/server/search.ts";
import { endsAtOnce } from "../support/hostile-texts.ts";
import type { Json } from "../support/sandbox-client.ts";
import { startWorld, type World } from "../support/sandbox-world.ts";

let world: World;
let now = Date.UTC(2026, 0, 10, 12);
beforeEach(async () => {
  now = Date.UTC(2026, 0, 10, 12);
  world = await startWorld({ now: () => now });
});
afterEach(() => world.sandbox.close());

async function found(terms: string, more: Json = {}, as = world.alice): Promise<string[]> {
  const path = `/teams/${world.teamId}/posts/search`;
  const { body } = await world.api(as, "POST", path, { terms, is_or_search: false, ...more });
  const { order, posts } = body as { order: string[]; posts: Record<string, Json> };
  return order.map((id) => String(posts[id]?.["message"]));
}

test("words must all stand there, whole and in any case and order; with is_or_search one is enough", async () => {
  for (const message of ["Deploy the shop", "deployment of the shop", "the shop is open"]) {
    await world.post(world.alice, message);
  }
  expect(await found("SHOP deploy")).toEqual(["Deploy the shop"]);
  expect(await found("dep* shop")).toEqual(["deployment of the shop", "Deploy the shop"]);
  expect(await found("deploy open", { is_or_search: true })).toEqual(["the shop is open", "Deploy the shop"]);
});

test("a phrase stands there as it is, and what follows a minus does not", async () => {
  for (const message of ["the build failed twice", "twice the failed build", "the build is green"]) {
    await world.post(world.alice, message);
  }
  expect(await found('"build failed"')).toEqual(["the build failed twice"]);
  expect(await found("build -failed")).toEqual(["the build is green"]);
  expect(await found('build -"failed build"')).toEqual(["the build is green", "the build failed twice"]);
});

test("from: and in: name one of several, -from: and -in: none", async () => {
  const { id: other } = world.sandbox.createChannel({ teamId: world.teamId, name: "other" });
  for (const { id } of [world.alice, world.bob]) world.sandbox.addMember(other, id);
  await world.post(world.alice, "x by alice at work");
  await world.post(world.bob, "x by bob at work");
  await world.post(world.bob, "x by bob elsewhere", { channel_id: other });
  expect(await found("x from:alice")).toEqual(["x by alice at work"]);
  expect(await found("x from: @alice")).toEqual(["x by alice at work"]);
  expect(await found("x in:other")).toEqual(["x by bob elsewhere"]);
  expect(await found("channel:~other from:alice from:bob")).toEqual(["x by bob elsewhere"]);
  expect(await found("x in:other in:work -from:alice")).toEqual(["x by bob elsewhere", "x by bob at work"]);
  expect(await found("x -in:work")).toEqual(["x by bob elsewhere"]);
  expect(await found("x from:nobody")).toEqual([]);
});

test("before:, after: and on: are days, the day itself belongs to on: alone", async () => {
  for (const day of [10, 11, 12]) {
    now = Date.UTC(2026, 0, day, 23, 59);
    await world.post(world.alice, `x on the ${day}th`);
  }
  expect(await found("x before:2026-01-11")).toEqual(["x on the 10th"]);
  expect(await found("x after:2026-01-11")).toEqual(["x on the 12th"]);
  expect(await found("on:2026-1-11")).toEqual(["x on the 11th"]);
});

test("only what the account is in is searched: in: opens nothing, and a conversation is named by the other one", async () => {
  const { id: secret } = world.sandbox.createChannel({ teamId: world.teamId, name: "secret", type: "P" });
  world.sandbox.addMember(secret, world.bob.id);
  await world.post(world.bob, "x in secret", { channel_id: secret });
  const direct = world.sandbox.openConversation([world.alice.id, world.bob.id]);
  await world.post(world.bob, "x between us", { channel_id: direct.id });
  expect(await found("x")).toEqual(["x between us"]);
  expect(await found("x in:secret")).toEqual([]);
  expect(await found("x in:@bob")).toEqual(["x between us"]);
  expect(await found("x in:secret", {}, world.bob)).toEqual(["x in secret"]);
});

test("system messages, deleted posts and archived channels are not found", async () => {
  const { body } = await world.post(world.alice, "gone");
  await world.api(world.alice, "DELETE", `/posts/${String(body["id"])}`);
  expect(await found("gone")).toEqual([]);
  await world.post(world.alice, "archived words");
  world.sandbox.archiveChannel(world.channelId);
  expect(await found("archived")).toEqual([]);
});

test("terms that say nothing find nothing, and none at all are refused", async () => {
  await world.post(world.alice, "x");
  expect(await found('- "" in:')).toEqual([]);
  const path = `/teams/${world.teamId}/posts/search`;
  const { status, body } = await world.api(world.alice, "POST", path, { terms: " ", is_or_search: false });
  expect([status, body["id"]]).toEqual([400, "api.context.invalid_body_param.app_error"]);
});

test("terms and posts are read at once, whatever they are", () => {
  const names = { userId: () => undefined, channelId: () => undefined };
  endsAtOnce("a search", (text) => {
    searchFor(text, false, names);
    searchFor('word "a phrase" pre*', false, names)?.({ message: text } as never);
  });
});
