// How reactions come along with the posts of a list: as the recorded ones do, and as the server dates them.
import { afterEach, describe, expect, test } from "vitest";
import type { Json } from "../support/sandbox-client.ts";
import { type World as Sandboxed, startWorld } from "../support/sandbox-world.ts";
import { exchangesOf } from "../support/server-recording.ts";

let world: Sandboxed;

const postsIn = (list: Json) => Object.values(list["posts"] as Record<string, Json>);
const reactionsOn = (post: Json | undefined) =>
  ((post?.["metadata"] as Json | undefined)?.["reactions"] ?? []) as Json[];

/** The posts of the recorded list of a channel's posts. */
const recorded = exchangesOf("7.10")
  .filter(({ request }) => /\/channels\/\w+\/posts\?since=/.test(request.path))
  .flatMap(({ response }) => postsIn(response.body as Json));
const shapes = new Set(recorded.flatMap(reactionsOn).map((one) => Object.keys(one).join()));

const pageOf = async (query: string) =>
  (await world.api(world.bob, "GET", `/channels/${world.channelId}/posts${query}`)).body;
const postIn = async (query: string, id: unknown) =>
  postsIn(await pageOf(query)).find((post) => post["id"] === id);
const reactTo = async (postId: unknown, emoji_name = "x") =>
  (
    await world.api(world.alice, "POST", "/reactions", {
      user_id: world.alice.id,
      post_id: postId,
      emoji_name,
    })
  ).body;
const takeOff = (postId: unknown, emojiName = "x") =>
  world.api(world.alice, "DELETE", `/users/${world.alice.id}/posts/${postId}/reactions/${emojiName}`);

test("a recorded list holds the reactions on its posts, with their dates, and none on what was there before an edit", () => {
  expect(shapes.size).toBe(1);
  const reacted = recorded.filter((post) => reactionsOn(post).length > 0);
  expect(reacted.map((post) => [post["message"], reactionsOn(post).length])).toEqual([["edited", 3]]);
  for (const { create_at, update_at } of reacted.flatMap(reactionsOn)) {
    expect([Number(create_at) > 0, update_at]).toEqual([true, create_at]);
  }
  const revision = recorded.find((post) => post["original_id"] === reacted[0]?.["id"]);
  expect(revision).toMatchObject({ has_reactions: true, metadata: {} });
});

describe.each(["7.10", "10.11"] as const)("on %s", (version) => {
  afterEach(() => world.sandbox.close());

  test("pages and threads hold the reactions on their posts as they are recorded", async () => {
    world = await startWorld({ version });
    const { id } = (await world.post(world.bob, "hello")).body;
    const { update_at } = (await world.api(world.bob, "GET", `/posts/${id}`)).body;
    const put = await reactTo(id);
    const lists = ["?page=0&per_page=200", `?since=${update_at}`].map((query) => postIn(query, id));
    const thread = (await world.api(world.bob, "GET", `/posts/${id}/thread`)).body;
    for (const post of [...(await Promise.all(lists)), ...postsIn(thread)]) {
      expect(reactionsOn(post)).toEqual([put]);
      expect([...shapes]).toEqual([Object.keys(put).join()]);
      expect(Number(post?.["update_at"])).toBeGreaterThan(Number(update_at));
    }
  });

  test("a page holds the reactions on the posts that come along outside its order as well", async () => {
    world = await startWorld({ version });
    const root = (await world.post(world.alice, "root")).body["id"];
    const older = (await world.post(world.bob, "older", { root_id: root })).body["id"];
    await world.post(world.bob, "newest", { root_id: root });
    await reactTo(older);
    expect(reactionsOn(await postIn("?per_page=1", older))).toHaveLength(1);
  });

  // Read in the source: a reaction that is taken off stays in its row, which is taken up when it is put on again.
  test("one that is put on again keeps its first date in lists, and its last as the time of its update", async () => {
    world = await startWorld({ version });
    const { id } = (await world.post(world.bob, "hello")).body;
    const first = await reactTo(id);
    await reactTo(id, "eyes");
    await takeOff(id);
    const again = await reactTo(id);
    expect(Number(again["create_at"])).toBeGreaterThan(Number(first["create_at"]));
    const [listed, other] = reactionsOn(await postIn("?page=0", id));
    expect(listed).toEqual({ ...again, create_at: first["create_at"] });
    expect(other).toMatchObject({ emoji_name: "eyes" });
  });

  test("one that is put on twice is there once, updated", async () => {
    world = await startWorld({ version });
    const { id } = (await world.post(world.bob, "hello")).body;
    const first = await reactTo(id);
    const again = await reactTo(id);
    expect(reactionsOn(await postIn("?page=0", id))).toEqual([{ ...again, create_at: first["create_at"] }]);
  });
});
