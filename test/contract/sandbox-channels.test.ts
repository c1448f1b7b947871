// What becomes of channels: found by name, listed, archived, brought back, renamed, and who hears of it. The shapes and
// the order are those of the server's public source (`app/channel.go`, `api4/channel.go`), where no recording has them.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ServerVersion } from "../../sandbox/server/store.ts";
import type { Json, SocketPeer } from "../support/sandbox-client.ts";
import { eventNames, postIn, startWorld, type World } from "../support/sandbox-world.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.sandbox.close());

const NO_ONE = { omit_users: null, user_id: "", connection_id: "", omit_connection_id: "" };
const named = (peer: SocketPeer, event: string) => peer.frames.filter((frame) => frame["event"] === event);
const namesOf = (list: unknown) => (list as Json[]).map(({ name }) => name);

/** An administrator who is in the team. */
function administrator({ sandbox, teamId }: World) {
  const admin = sandbox.createUser({ username: "admin", isAdmin: true });
  const { id } = sandbox.createChannel({ teamId, name: "office" });
  sandbox.addMember(id, admin.id);
  return admin;
}

describe("several teams", () => {
  test("are listed for those who are in them, each with its channels and the direct ones", async () => {
    const { sandbox, api, alice, robot } = world;
    const other = sandbox.createTeam({ name: "other", displayName: "Other" });
    const { id } = sandbox.createChannel({ teamId: other.id, name: "docs", displayName: "Docs", type: "P" });
    sandbox.addMember(id, robot.id);
    sandbox.openConversation([alice.id, robot.id]);
    expect(namesOf((await api(robot, "GET", "/users/me/teams")).body)).toEqual(["lab", "other"]);
    expect(namesOf((await api(alice, "GET", "/users/me/teams")).body)).toEqual(["lab"]);
    const list = await api(robot, "GET", `/users/me/teams/${other.id}/channels`);
    const types = (list.body as unknown as Json[]).map(({ type, name }) => `${type} ${name}`);
    expect(types).toEqual([
      `D ${[alice.id, robot.id].sort().join("__")}`,
      "P docs",
      "O off-topic",
      "O town-square",
    ]);
    expect((await api(alice, "GET", `/users/me/teams/${other.id}/channels`)).status).toBe(403);
    expect((await api(alice, "GET", `/users/${robot.id}/teams/${other.id}/channels`)).status).toBe(403);
  });

  test("may have channels of one name, found by the team's", async () => {
    const { sandbox, api, robot, channelId } = world;
    const other = sandbox.createTeam({ name: "other" });
    const { id } = sandbox.createChannel({ teamId: other.id, name: "work" });
    sandbox.addMember(id, robot.id);
    const idOf = async (team: string) =>
      (await api(robot, "GET", `/teams/name/${team}/channels/name/work`)).body["id"];
    expect([await idOf("lab"), await idOf("other")]).toEqual([channelId, id]);
  });
});

describe("a channel is found by its name", () => {
  test("by members where it is private, and no one else learns that it exists", async () => {
    const { sandbox, api, teamId, alice, robot } = world;
    const { id } = sandbox.createChannel({ teamId, name: "secret", type: "P" });
    sandbox.addMember(id, robot.id);
    const path = "/teams/name/lab/channels/name/secret";
    expect((await api(robot, "GET", path)).body).toMatchObject({ id, type: "P", delete_at: 0 });
    const hidden = await api(alice, "GET", path);
    const missing = await api(alice, "GET", "/teams/name/lab/channels/name/none");
    expect([hidden.status, hidden.body["id"]]).toEqual([404, "app.channel.get_by_name.missing.app_error"]);
    expect([missing.status, missing.body["id"]]).toEqual([hidden.status, hidden.body["id"]]);
  });

  test("not in a team that doesn't exist, nor openly in one that the asker isn't in", async () => {
    const { sandbox, api, alice } = world;
    const none = await api(alice, "GET", "/teams/name/none/channels/name/work");
    expect([none.status, none.body["id"]]).toEqual([404, "app.team.get_by_name.missing.app_error"]);
    sandbox.createTeam({ name: "other" });
    expect((await api(alice, "GET", "/teams/name/other/channels/name/off-topic")).status).toBe(403);
  });

  test("not while it is archived, unless archived ones are asked for", async () => {
    const { sandbox, api, alice, teamId, channelId } = world;
    sandbox.archiveChannel(channelId);
    const path = "/teams/name/lab/channels/name/work";
    expect((await api(alice, "GET", path)).status).toBe(404);
    const found = await api(alice, "GET", `${path}?include_deleted=true`);
    expect([found.body["id"], Number(found.body["delete_at"]) > 0]).toEqual([channelId, true]);
    expect((await api(alice, "GET", `/channels/${channelId}`)).body["delete_at"]).toBeGreaterThan(0);
    const lists = [`/users/me/teams/${teamId}/channels`, "/users/me/channels"];
    for (const list of lists) {
      expect(namesOf((await api(alice, "GET", list)).body)).not.toContain("work");
      expect(namesOf((await api(alice, "GET", `${list}?include_deleted=true`)).body)).toContain("work");
      const later = `${list}?include_deleted=true&last_delete_at=${Number(found.body["delete_at"]) + 1}`;
      expect(namesOf((await api(alice, "GET", later)).body)).not.toContain("work");
    }
  });
});

describe("archiving", () => {
  test("is said in the channel, then told to the whole team, and stops posts", async () => {
    const { api, post, alice, bob, outsider, channelId, teamId } = world;
    const [member, stranger] = [await world.socket(bob), await world.socket(outsider)];
    const answer = await api(alice, "DELETE", `/channels/${channelId}`);
    expect([answer.status, answer.body]).toEqual([200, { status: "OK" }]);
    await member.settle();
    await stranger.settle();
    expect(eventNames(member).slice(-2)).toEqual(["posted", "channel_deleted"]);
    expect(postIn(named(member, "posted")[0] ?? {})).toMatchObject({
      type: "system_channel_deleted",
      message: "alice archived the channel.",
      user_id: alice.id,
      props: { username: "alice" },
    });
    const { body } = await api(bob, "GET", `/channels/${channelId}`);
    expect(named(stranger, "channel_deleted")[0]).toMatchObject({
      data: { channel_id: channelId, delete_at: body["delete_at"] },
      broadcast: { ...NO_ONE, channel_id: "", team_id: teamId },
    });
    expect(eventNames(stranger)).not.toContain("posted");
    expect((await post(bob, "too late")).body["id"]).toBe(
      "api.post.create_post.can_not_post_to_deleted.error",
    );
    const again = await api(alice, "DELETE", `/channels/${channelId}`);
    expect([again.status, again.body["id"]]).toEqual([400, "api.channel.delete_channel.deleted.app_error"]);
  });

  test("is for members, and neither for the default channel nor for those between people", async () => {
    const { sandbox, api, alice, bob, outsider, teamId, channelId } = world;
    expect((await api(outsider, "DELETE", `/channels/${channelId}`)).status).toBe(403);
    const { body } = await api(alice, "GET", `/teams/${teamId}/channels/name/town-square`);
    const square = await api(alice, "DELETE", `/channels/${body["id"]}`);
    expect([square.status, square.body["id"]]).toEqual([400, "api.channel.delete_channel.cannot.app_error"]);
    const direct = sandbox.openConversation([alice.id, bob.id]);
    const answer = await api(alice, "DELETE", `/channels/${direct.id}`);
    expect([answer.status, answer.body["id"]]).toEqual([400, "api.channel.delete_channel.type.invalid"]);
  });

  test.each<[ServerVersion, boolean]>([
    ["10.11", false],
    ["7.10", true],
  ])("of a private one is told by %s to the team: %s", async (version, isTold) => {
    const old = await startWorld({ version });
    const { id } = old.sandbox.createChannel({ teamId: old.teamId, name: "secret", type: "P" });
    old.sandbox.addMember(id, old.robot.id);
    const [member, stranger] = [await old.socket(old.robot), await old.socket(old.outsider)];
    old.sandbox.archiveChannel(id);
    old.sandbox.unarchiveChannel(id);
    await member.settle();
    await stranger.settle();
    for (const event of ["channel_deleted", "channel_restored"]) {
      expect(named(member, event)).toHaveLength(1);
      expect(named(stranger, event)).toHaveLength(isTold ? 1 : 0);
    }
    await old.sandbox.close();
  });

  test("in one team is nothing that another team hears of", async () => {
    const { sandbox, robot, channelId } = world;
    const other = sandbox.createTeam({ name: "other" });
    const visitor = sandbox.createUser({ username: "visitor" });
    sandbox.addMember(sandbox.createChannel({ teamId: other.id, name: "docs" }).id, visitor.id);
    const [near, far] = [await world.socket(robot), await world.socket(visitor)];
    sandbox.archiveChannel(channelId);
    await near.settle();
    await far.settle();
    expect(named(near, "channel_deleted")).toHaveLength(1);
    expect(named(far, "channel_deleted")).toEqual([]);
  });
});

describe("bringing back", () => {
  test("is for administrators; the event comes before the word in the channel, and posts are taken again", async () => {
    const { api, post, alice, bob, channelId, teamId } = world;
    const admin = administrator(world);
    world.sandbox.archiveChannel(channelId);
    const peer = await world.socket(bob);
    expect((await api(alice, "POST", `/channels/${channelId}/restore`)).status).toBe(403);
    const answer = await api(admin, "POST", `/channels/${channelId}/restore`);
    expect([answer.status, answer.body["id"], answer.body["delete_at"]]).toEqual([200, channelId, 0]);
    await peer.settle();
    expect(eventNames(peer).slice(-2)).toEqual(["channel_restored", "posted"]);
    expect(named(peer, "channel_restored")[0]).toMatchObject({
      data: { channel_id: channelId },
      broadcast: { ...NO_ONE, channel_id: "", team_id: teamId },
    });
    expect(postIn(named(peer, "posted")[0] ?? {})).toMatchObject({
      type: "system_channel_restored",
      message: "admin unarchived the channel.",
      props: { username: "admin" },
    });
    expect((await post(bob, "we are back")).status).toBe(201);
    const again = await api(admin, "POST", `/channels/${channelId}/restore`);
    expect([again.status, again.body["id"]]).toEqual([400, "api.channel.restore_channel.restored.app_error"]);
  });
});

describe("renaming", () => {
  const rename = (names: object) =>
    world.api(world.alice, "PUT", `/channels/${world.channelId}/patch`, names);

  test("is told to the members with the channel as it is now, then said in it", async () => {
    const { api, alice, bob, outsider, channelId, teamId } = world;
    const [member, stranger] = [await world.socket(bob), await world.socket(outsider)];
    const answer = await rename({ name: "shop", display_name: "Shop" });
    expect(answer.body).toMatchObject({ id: channelId, name: "shop", display_name: "Shop" });
    await member.settle();
    await stranger.settle();
    expect(eventNames(member).slice(-2)).toEqual(["channel_updated", "posted"]);
    const { data, broadcast } = named(member, "channel_updated")[0] as { data: Json; broadcast: Json };
    expect(broadcast).toMatchObject({ ...NO_ONE, channel_id: channelId, team_id: "" });
    const { last_post_at, ...told } = JSON.parse(String(data["channel"])) as Json;
    expect(last_post_at).toBe(0);
    expect(answer.body).toMatchObject({
      ...told,
      total_msg_count: 1,
      total_msg_count_root: 1,
      last_root_post_at: expect.any(Number),
    });
    expect(postIn(named(member, "posted")[0] ?? {})).toMatchObject({
      type: "system_displayname_change",
      message: "alice updated the channel display name from: work to: Shop",
      props: { username: "alice", old_displayname: "work", new_displayname: "Shop" },
    });
    expect(eventNames(stranger)).not.toContain("channel_updated");
    const found = await api(alice, "GET", `/teams/${teamId}/channels/name/shop`);
    expect(found.body["id"]).toBe(channelId);
    expect((await api(alice, "GET", `/teams/${teamId}/channels/name/work`)).status).toBe(404);
  });

  test("of the name alone is no word in the channel", async () => {
    const peer = await world.socket(world.bob);
    await rename({ name: "shop" });
    await peer.settle();
    expect(eventNames(peer).slice(-1)).toEqual(["channel_updated"]);
  });

  test("is refused where the name is taken or no name, the channel the default one or between people", async () => {
    const { sandbox, api, alice, bob, outsider, teamId, channelId } = world;
    expect((await rename({ name: "elsewhere" })).body["id"]).toBe(
      "store.sql_channel.save_channel.exists.app_error",
    );
    expect((await rename({ name: "No Name" })).status).toBe(400);
    expect((await api(outsider, "PUT", `/channels/${channelId}/patch`, { name: "mine" })).status).toBe(403);
    const square = await api(alice, "GET", `/teams/${teamId}/channels/name/town-square`);
    const patched = await api(alice, "PUT", `/channels/${square.body["id"]}/patch`, { name: "agora" });
    expect(patched.body["id"]).toBe("api.channel.update_channel.tried.app_error");
    const direct = sandbox.openConversation([alice.id, bob.id]);
    const named = await api(alice, "PUT", `/channels/${direct.id}/patch`, { display_name: "Us" });
    expect(named.body["id"]).toBe(
      "api.channel.patch_update_channel.update_direct_or_group_messages_not_allowed.app_error",
    );
  });
});

describe("the new routes", () => {
  test("heed faults, and are in the request log", async () => {
    const { sandbox, api, robot, teamId } = world;
    const path = `/users/me/teams/${teamId}/channels`;
    sandbox.faults.failNext(503, { path: `/api/v4${path}` });
    expect((await api(robot, "GET", `${path}/members`)).status).toBe(503);
    expect((await api(robot, "GET", `${path}/members`)).status).toBe(200);
    sandbox.faults.storm({ share: 1, path: "/api/v4/channels/members" });
    const view = await api(robot, "POST", "/channels/members/me/view", { channel_id: world.channelId });
    expect([view.status, view.headers.get("retry-after")]).toEqual([429, "1"]);
    expect(sandbox.requests.map(({ path: asked, status }) => [asked, status])).toEqual([
      [`/api/v4${path}/members`, 503],
      [`/api/v4${path}/members`, 200],
      ["/api/v4/channels/members/me/view", 429],
    ]);
  });

  test("count against the rate limit", async () => {
    const limited = await startWorld({ rateLimit: { perSecond: 1, burst: 1 } });
    const list = () =>
      limited.api(limited.robot, "GET", `/users/me/teams/${limited.teamId}/channels/members`);
    expect([(await list()).status, (await list()).status, (await list()).status]).toEqual([200, 200, 429]);
    await limited.sandbox.close();
  });
});
