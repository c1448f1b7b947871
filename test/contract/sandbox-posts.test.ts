// Posts, their lists and their files: what the recording does not show.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Json } from "../support/sandbox-client.ts";
import { startWorld, type World } from "../support/sandbox-world.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.sandbox.close());

const idsIn = (list: Json) => list["order"] as string[];

describe("a channel's posts", () => {
  async function postMany(count: number): Promise<string[]> {
    const ids = [];
    for (let n = 1; n <= count; n++) ids.push(String((await world.post(world.alice, `${n}`)).body["id"]));
    return ids;
  }
  const list = async (query: string) =>
    (await world.api(world.bob, "GET", `/channels/${world.channelId}/posts${query}`)).body;

  test("come in pages, newest first", async () => {
    const ids = await postMany(5);
    const newestFirst = [...ids].reverse();
    expect(idsIn(await list("?page=0&per_page=2"))).toEqual(newestFirst.slice(0, 2));
    const second = await list("?page=1&per_page=2");
    expect(idsIn(second)).toEqual(newestFirst.slice(2, 4));
    expect([second["next_post_id"], second["prev_post_id"]]).toEqual([ids[3], ids[0]]);
    expect(idsIn(await list("?page=9&per_page=2"))).toEqual([]);
  });

  test("come before and after a post, the nearest of them", async () => {
    const [a, b, c, d, e] = await postMany(5);
    expect(idsIn(await list(`?after=${b}&per_page=2`))).toEqual([d, c]);
    expect(idsIn(await list(`?after=${b}&per_page=2&page=1`))).toEqual([e]);
    expect(idsIn(await list(`?before=${d}&per_page=2`))).toEqual([c, b]);
    expect(idsIn(await list(`?before=${d}&per_page=2&page=1`))).toEqual([a]);
    await world.api(world.alice, "DELETE", `/posts/${d}`);
    expect(idsIn(await list(`?before=${d}&per_page=2`))).toEqual([c, b]);
  });

  test("bring the roots of replies along, outside the order", async () => {
    const root = (await world.post(world.alice, "root")).body["id"];
    const reply = (await world.post(world.bob, "reply", { root_id: root })).body["id"];
    const page = await list("?per_page=1");
    expect(idsIn(page)).toEqual([reply]);
    expect(Object.keys(page["posts"] as Json).sort()).toEqual([root, reply].sort());
  });

  test("bring whole threads along uncounted, or roots alone with their number of replies", async () => {
    const root = (await world.post(world.alice, "root")).body["id"];
    const first = (await world.post(world.bob, "first", { root_id: root })).body["id"];
    const second = (await world.post(world.bob, "second", { root_id: root })).body["id"];
    const posts = async (query: string) =>
      Object.values((await list(query))["posts"] as Record<string, Json>).map((post) => [
        post["id"],
        post["reply_count"],
      ]);
    expect(await posts("?per_page=1")).toEqual([
      [second, 0],
      [root, 0],
      [first, 0],
    ]);
    expect(await posts("?per_page=1&skipFetchThreads=true")).toEqual([
      [second, 2],
      [root, 2],
    ]);
  });

  test("changed since a time bring an older root along, outside the order", async () => {
    const root = (await world.post(world.alice, "root")).body["id"];
    const reply = (await world.post(world.bob, "reply", { root_id: root })).body["id"];
    const { update_at } = (await world.api(world.bob, "GET", `/posts/${root}`)).body;
    await world.api(world.bob, "PUT", `/posts/${reply}/patch`, { message: "edited" });
    const changed = await list(`?since=${update_at}`);
    expect(idsIn(changed)).not.toContain(root);
    expect(Object.keys(changed["posts"] as Json)).toContain(root);
  });

  test("changed since a time show deletions and reactions too", async () => {
    const [first, second, third] = await postMany(3);
    const { update_at } = (await world.api(world.alice, "GET", `/posts/${third}`)).body;
    await world.api(world.alice, "DELETE", `/posts/${first}`);
    await world.api(world.bob, "POST", "/reactions", {
      user_id: world.bob.id,
      post_id: second,
      emoji_name: "eyes",
    });
    const changed = await list(`?since=${update_at}`);
    expect(idsIn(changed)).toEqual([second, first]);
    const gone = (changed["posts"] as Record<string, Json>)[String(first)];
    expect([gone?.["message"], Number(gone?.["delete_at"]) > 0]).toEqual(["", true]);
  });

  test("are not shown to who isn't in the channel", async () => {
    const { status } = await world.api(world.outsider, "GET", `/channels/${world.channelId}/posts`);
    expect(status).toBe(403);
  });
});

describe("posts", () => {
  test("may be as long as the limit in code points, whatever they weigh otherwise", async () => {
    const longest = "👩".repeat(16_383);
    expect((await world.post(world.alice, longest)).status).toBe(201);
    const { body, status } = await world.post(world.alice, `${longest}x`);
    expect([status, body["id"]]).toEqual([400, "model.post.is_valid.msg.app_error"]);
  });

  test("keep to a limit of the sandbox's own, which the configuration tells", async () => {
    const small = await startWorld({ maxPostSize: 10 });
    expect((await small.post(small.alice, "x".repeat(10))).status).toBe(201);
    expect((await small.post(small.alice, "x".repeat(11))).status).toBe(400);
    const config = await small.api(small.alice, "GET", "/config/client?format=old");
    expect(config.body["MaxPostSize"]).toBe("10");
    await small.sandbox.close();
  });

  test("with the same pending id are one post for 30 seconds, and per person", async () => {
    let now = 1_700_000_000_000;
    const timed = await startWorld({ now: () => now });
    const send = async (user = timed.alice) =>
      (await timed.post(user, "once", { pending_post_id: "p" })).body["id"];
    const first = await send();
    expect(await send()).toBe(first);
    expect(await send(timed.bob)).not.toBe(first);
    now += 30_000;
    expect(await send()).not.toBe(first);
    await timed.sandbox.close();
  });

  test("can't reply to a reply, nor to a root of another channel", async () => {
    const root = (await world.post(world.alice, "root")).body["id"];
    const reply = (await world.post(world.alice, "reply", { root_id: root })).body["id"];
    expect((await world.post(world.alice, "x", { root_id: reply })).status).toBe(400);
    const other = world.sandbox.createChannel({ teamId: world.teamId, name: "other" });
    world.sandbox.addMember(other.id, world.alice.id);
    const wrong = await world.post(world.alice, "x", { channel_id: other.id, root_id: root });
    expect(wrong.body["id"]).toBe("api.post.create_post.channel_root_id.app_error");
  });

  test("are refused by an archived channel", async () => {
    world.sandbox.archiveChannel(world.channelId);
    const { body, status } = await world.post(world.alice, "too late");
    expect([status, body["id"]]).toEqual([400, "api.post.create_post.can_not_post_to_deleted.error"]);
  });

  test("are edited and deleted by their author alone", async () => {
    const id = (await world.post(world.alice, "mine")).body["id"];
    expect((await world.api(world.bob, "PUT", `/posts/${id}/patch`, { message: "b" })).status).toBe(403);
    expect((await world.api(world.bob, "DELETE", `/posts/${id}`)).status).toBe(403);
    const put = await world.api(world.alice, "PUT", `/posts/${id}`, { id, message: "put" });
    expect(put.body["message"]).toBe("put");
  });

  test("deleted as a root take their replies along", async () => {
    const root = (await world.post(world.alice, "root")).body["id"];
    const reply = (await world.post(world.bob, "reply", { root_id: root })).body["id"];
    await world.api(world.alice, "DELETE", `/posts/${root}`);
    expect((await world.api(world.bob, "GET", `/posts/${reply}`)).status).toBe(404);
    expect(world.sandbox.state.threads(world.channelId)).toEqual([]);
  });

  test("show their reactions, a repeated one once, to tests as to clients", async () => {
    const id = String((await world.post(world.alice, "hi")).body["id"]);
    const eyes = { user_id: world.bob.id, post_id: id, emoji_name: "eyes" };
    await world.api(world.bob, "POST", "/reactions", eyes);
    const { create_at: createdAt } = (await world.api(world.bob, "POST", "/reactions", eyes)).body;
    const { metadata } = (await world.api(world.alice, "GET", `/posts/${id}`)).body;
    expect((metadata as Json)["reactions"]).toHaveLength(1);
    expect(world.sandbox.state.thread(id)[0]?.reactions).toEqual([
      { emojiName: "eyes", username: "bob", createdAt },
    ]);
    const forAnother = await world.api(world.alice, "POST", "/reactions", eyes);
    expect(forAnother.status).toBe(403);
  });

  test("give a thread's replies in pages", async () => {
    const root = (await world.post(world.alice, "root")).body["id"];
    const replies = [];
    for (const text of ["a", "b", "c"]) {
      replies.push((await world.post(world.bob, text, { root_id: root })).body["id"]);
    }
    const first = (await world.api(world.alice, "GET", `/posts/${root}/thread?perPage=2`)).body;
    expect([idsIn(first), first["has_next"]]).toEqual([[root, replies[0], replies[1]], true]);
    const next = (
      await world.api(world.alice, "GET", `/posts/${root}/thread?perPage=2&fromPost=${replies[1]}`)
    ).body;
    expect([idsIn(next), next["has_next"]]).toEqual([[root, replies[2]], false]);
  });
});

describe("files", () => {
  test("come back byte for byte, and as an attachment unless they are a picture", async () => {
    const form = new FormData();
    form.append("channel_id", world.channelId);
    form.append("files", new Blob([new Uint8Array([137, 80, 78, 71])]), "../../shot.png");
    form.append("files", new Blob(["<script>"]), "page.html");
    const { body } = await world.api(world.alice, "POST", "/files", form);
    const [picture, page] = body["file_infos"] as Json[];
    expect([picture?.["name"], picture?.["mime_type"]]).toEqual(["shot.png", "image/png"]);
    const fetched = await fetch(`${world.sandbox.url}/api/v4/files/${picture?.["id"]}`, {
      headers: { Authorization: `Bearer ${world.alice.token}` },
    });
    expect([...new Uint8Array(await fetched.arrayBuffer())]).toEqual([137, 80, 78, 71]);
    expect(fetched.headers.get("content-disposition")).toContain("inline");
    const html = await world.api(world.alice, "GET", `/files/${page?.["id"]}`);
    expect(html.headers.get("content-disposition")).toContain("attachment");
    expect(html.headers.get("content-security-policy")).toContain("sandbox");
    const info = await world.api(world.alice, "GET", `/files/${page?.["id"]}/info`);
    expect(info.body["size"]).toBe(8);
  });

  test("are seen by the channel once they are in a post, and belong to one post", async () => {
    const form = new FormData();
    form.append("channel_id", world.channelId);
    form.append("files", new Blob(["a"]), "a.txt");
    const upload = await world.api(world.alice, "POST", "/files", form);
    const id = (upload.body["file_infos"] as Json[])[0]?.["id"];
    expect((await world.api(world.bob, "GET", `/files/${id}`)).status).toBe(403);
    expect((await world.post(world.bob, "stolen", { file_ids: [id] })).body["file_ids"]).toEqual([]);
    await world.post(world.alice, "here", { file_ids: [id] });
    expect((await world.api(world.bob, "GET", `/files/${id}`)).text).toBe("a");
    expect((await world.api(world.outsider, "GET", `/files/${id}`)).status).toBe(403);
  });
});
