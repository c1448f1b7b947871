// Direct and group messages: who opens them, who hears and reads them, whom each post mentions. A direct one of 10.11 was
// recorded; a group's shapes are those of the server's public source.
import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { CreatedUser } from "../../sandbox/server/sandbox.ts";
import type { ServerVersion } from "../../sandbox/server/store.ts";
import type { Json, SocketPeer } from "../support/sandbox-client.ts";
import { eventNames, startWorld, type World } from "../support/sandbox-world.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.sandbox.close());

const idOf = ({ id }: CreatedUser) => id;
const named = (peer: SocketPeer, event: string) => peer.frames.filter((frame) => frame["event"] === event);
const open = (asker: CreatedUser, kind: "direct" | "group", ...others: readonly CreatedUser[]) =>
  world.api(asker, "POST", `/channels/${kind}`, others.map(idOf));

describe("a direct channel", () => {
  test("is one for the two of them, named after both, and told once", async () => {
    const { alice, robot } = world;
    const peer = await world.socket(robot);
    const first = await open(alice, "direct", alice, robot);
    const second = await open(robot, "direct", robot, alice);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual(first.body);
    expect(first.body).toMatchObject({
      type: "D",
      team_id: "",
      display_name: "",
      name: [alice.id, robot.id].sort().join("__"),
      creator_id: alice.id,
      shared: false,
    });
    await peer.settle();
    expect(named(peer, "direct_added")).toMatchObject([
      {
        data: { creator_id: alice.id, teammate_id: robot.id },
        broadcast: { channel_id: first.body["id"], user_id: "", team_id: "" },
      },
    ]);
    for (const user of [alice, robot]) {
      expect((await world.api(user, "GET", `/channels/${first.body["id"]}/members/me`)).status).toBe(200);
    }
  });

  test("can be with oneself, is refused for others, and needs people who exist", async () => {
    const { alice, bob, robot, api } = world;
    expect((await open(alice, "direct", alice)).body["name"]).toBe(`${alice.id}__${alice.id}`);
    expect((await open(alice, "direct", bob, robot)).status).toBe(403);
    const none = await api(alice, "POST", "/channels/direct", [alice.id, "x".repeat(26)]);
    expect([none.status, none.body["id"]]).toEqual([
      400,
      "api.channel.create_direct_channel.invalid_user.app_error",
    ]);
  });

  test("mentions the other with every post, and only the two of them hear and read it", async () => {
    const { alice, bob, robot, api } = world;
    const [hears, hearsNot] = [await world.socket(robot), await world.socket(bob)];
    const { id, name } = (await open(alice, "direct", alice, robot)).body;
    await api(alice, "POST", "/posts", { channel_id: id, message: "hello in private" });
    await hears.settle();
    await hearsNot.settle();
    expect(named(hears, "posted")).toMatchObject([
      {
        data: {
          channel_type: "D",
          channel_name: name,
          channel_display_name: "@alice",
          mentions: JSON.stringify([robot.id]),
          team_id: "",
        },
      },
    ]);
    expect(eventNames(hearsNot)).not.toContain("posted");
    const closed = [
      api(bob, "GET", `/channels/${id}`),
      api(bob, "GET", `/channels/${id}/posts`),
      api(bob, "GET", `/channels/${id}/members/${robot.id}`),
      api(bob, "GET", `/users?in_channel=${id}`),
      api(bob, "GET", `/users/autocomplete?name=a&in_channel=${id}`),
      api(bob, "POST", "/posts", { channel_id: id, message: "me too" }),
    ];
    expect((await Promise.all(closed)).map(({ status }) => status)).toEqual(closed.map(() => 403));
  });

  test("takes nobody in and lets nobody go, by request or by command", async () => {
    const { alice, bob, robot, api, sandbox } = world;
    const { id } = sandbox.openConversation([alice.id, robot.id]);
    const added = await api(alice, "POST", `/channels/${id}/members`, { user_id: bob.id });
    const removed = await api(alice, "DELETE", `/channels/${id}/members/${robot.id}`);
    expect([added.status, removed.status]).toEqual([400, 400]);
    const invited = await api(alice, "POST", "/commands/execute", {
      channel_id: id,
      command: "/invite @bob",
    });
    const kicked = await api(alice, "POST", "/commands/execute", { channel_id: id, command: "/kick @robot" });
    expect([invited.body["text"], kicked.body["text"]]).toEqual([
      "You can't add someone to a direct message channel.",
      "You can't remove someone from a direct message channel.",
    ]);
    expect(sandbox.state.members(id)).toEqual([alice.id, robot.id]);
  });
});

describe("a group", () => {
  test("is one for these people, whoever asks, and named after them", async () => {
    const { alice, bob, robot } = world;
    const first = await open(alice, "group", bob, robot);
    const second = await open(robot, "group", robot, alice, bob, bob);
    expect([first.status, second.body["id"]]).toEqual([201, first.body["id"]]);
    const ids = [alice, bob, robot].map(idOf).sort();
    expect(first.body).toMatchObject({
      type: "G",
      team_id: "",
      name: createHash("sha1").update(ids.join("")).digest("hex"),
      display_name: "alice, bob, robot",
      creator_id: "",
      shared: false,
    });
  });

  test("needs three to eight people, all of whom exist", async () => {
    const { alice, bob, sandbox, api } = world;
    expect((await open(alice, "group", bob)).body["id"]).toBe("api.channel.create_group.bad_size.app_error");
    const crowd = Array.from({ length: 8 }, (_, at) => sandbox.createUser({ username: `person-${at}` }));
    expect((await open(alice, "group", ...crowd)).status).toBe(400);
    const none = await api(alice, "POST", "/channels/group", [bob.id, "x".repeat(26)]);
    expect([none.status, none.body["id"]]).toEqual([400, "api.channel.create_group.bad_user.app_error"]);
  });

  test.each<[ServerVersion, "each by itself" | "all at once"]>([
    ["10.11", "each by itself"],
    ["7.10", "all at once"],
  ])("is told by %s to %s", async (version, how) => {
    const old = await startWorld({ version });
    const peer = await old.socket(old.robot);
    const members = [old.alice, old.bob, old.robot];
    const { body } = await old.api(old.alice, "POST", "/channels/group", members.map(idOf));
    await peer.settle();
    const told = named(peer, "group_added");
    expect(told).toMatchObject([
      {
        data: { teammate_ids: JSON.stringify(members.map(idOf).sort()) },
        broadcast: { channel_id: body["id"], user_id: how === "all at once" ? "" : old.robot.id },
      },
    ]);
    expect(body["shared"]).toBe(version === "7.10" ? null : false);
    await old.sandbox.close();
  });

  test.each<[ServerVersion, string, readonly string[]]>([
    ["10.11", "everybody with every post", ["hello", "@robot hello"]],
    ["7.10", "whom a post names", ["@robot hello"]],
  ])("of %s mentions %s", async (version, _, mentioning) => {
    const old = await startWorld({ version });
    const peer = await old.socket(old.robot);
    const { id } = old.sandbox.openConversation([old.alice, old.bob, old.robot].map(idOf));
    for (const message of ["hello", "@robot hello"]) await old.post(old.alice, message, { channel_id: id });
    await peer.settle();
    const posts = named(peer, "posted").map(({ data }) => data as Json);
    expect(posts.map((data) => [data["channel_type"], data["channel_display_name"]])).toEqual([
      ["G", "alice, bob, robot"],
      ["G", "alice, bob, robot"],
    ]);
    const told = posts.filter((data) => data["mentions"] !== undefined);
    expect(told.map((data) => (JSON.parse(String(data["post"])) as Json)["message"])).toEqual(mentioning);
    expect(told.map((data) => data["mentions"])).toEqual(
      mentioning.map(() => JSON.stringify([old.robot.id])),
    );
    await old.sandbox.close();
  });
});

describe("who is mentioned", () => {
  test.each<[ServerVersion, "itself alone" | "all of them"]>([
    ["10.11", "itself alone"],
    ["7.10", "all of them"],
  ])("is told of %s by name of %s", async (version, whom) => {
    const old = await startWorld({ version });
    const [robot, bob, alice] = [
      await old.socket(old.robot),
      await old.socket(old.bob),
      await old.socket(old.alice),
    ];
    await old.post(old.alice, "@robot and @bob, please");
    const heard = async (peer: SocketPeer) => {
      await peer.settle();
      const [posted = {}] = named(peer, "posted");
      const text = (posted["data"] as Json)["mentions"];
      return text === undefined ? undefined : (JSON.parse(String(text)) as string[]).sort();
    };
    const both = [old.robot.id, old.bob.id].sort();
    const isAlone = whom === "itself alone";
    expect(await heard(robot)).toEqual(isAlone ? [old.robot.id] : both);
    expect(await heard(bob)).toEqual(isAlone ? [old.bob.id] : both);
    expect(await heard(alice)).toEqual(isAlone ? undefined : both);
    await old.sandbox.close();
  });
});
