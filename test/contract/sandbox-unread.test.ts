// How far each member has read: the rows of membership, what raises their counts and what takes them back. One row of
// 10.11 was recorded; the rest is the server's public source (`app/notification.go`, `app/channel.go`).
import { afterEach, beforeEach, expect, test } from "vitest";
import type { CreatedUser } from "../../sandbox/server/sandbox.ts";
import type { ServerVersion } from "../../sandbox/server/store.ts";
import type { Json } from "../support/sandbox-client.ts";
import { startWorld, type World } from "../support/sandbox-world.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.sandbox.close());

async function rowOf(user: CreatedUser, channelId = world.channelId): Promise<Json> {
  const path = `/users/me/teams/${world.teamId}/channels/members`;
  const rows = (await world.api(user, "GET", path)).body as unknown as Json[];
  return rows.find((row) => row["channel_id"] === channelId) ?? {};
}

const view = (user: CreatedUser, body: Json) => world.api(user, "POST", "/channels/members/me/view", body);

test("the rows of a team are those of its channels and of the direct ones, each with what was read", async () => {
  const { sandbox, api, alice, bob, robot, teamId, channelId } = world;
  const direct = sandbox.openConversation([alice.id, robot.id]);
  const group = sandbox.openConversation([alice.id, bob.id, robot.id]);
  const path = `/users/me/teams/${teamId}/channels`;
  const channels = (await api(robot, "GET", path)).body as unknown as Json[];
  const rows = (await api(robot, "GET", `${path}/members`)).body as unknown as Json[];
  expect(rows.map((row) => row["channel_id"])).toEqual(channels.map(({ id }) => id));
  expect(rows.map((row) => row["channel_id"])).toEqual(
    expect.arrayContaining([channelId, direct.id, group.id]),
  );
  expect(await rowOf(robot)).toEqual({
    channel_id: channelId,
    user_id: robot.id,
    roles: "channel_user",
    last_viewed_at: 0,
    msg_count: 0,
    mention_count: 0,
    mention_count_root: 0,
    urgent_mention_count: 0,
    msg_count_root: 0,
    notify_props: expect.any(Object),
    last_update_at: expect.any(Number),
    scheme_guest: false,
    scheme_user: true,
    scheme_admin: false,
    explicit_roles: "",
  });
  expect((await api(alice, "GET", `/users/${robot.id}/teams/${teamId}/channels/members`)).status).toBe(403);
});

test("a row stays while its channel is archived", async () => {
  world.sandbox.archiveChannel(world.channelId);
  expect(await rowOf(world.robot)).toMatchObject({ channel_id: world.channelId });
});

test("a mention counts, in a thread too; a view takes the counts back and moves to the last post", async () => {
  const { alice, robot, post, channelId } = world;
  const root = (await post(alice, "@robot one")).body;
  await post(alice, "no mention");
  const reply = (await post(alice, "@robot two", { root_id: root["id"] })).body;
  expect(await rowOf(robot)).toMatchObject({
    mention_count: 2,
    mention_count_root: 1,
    msg_count: 0,
    last_viewed_at: 0,
  });
  const answer = await view(robot, { channel_id: channelId });
  const at = reply["create_at"];
  expect([answer.status, answer.body]).toEqual([
    200,
    { status: "OK", last_viewed_at_times: { [channelId]: at } },
  ]);
  expect(await rowOf(robot)).toMatchObject({
    mention_count: 0,
    mention_count_root: 0,
    msg_count: 3,
    msg_count_root: 2,
    last_viewed_at: at,
    last_update_at: at,
  });
});

test("in a direct channel each post of the other counts as a mention, one's own never", async () => {
  const { sandbox, alice, robot, post } = world;
  const { id } = sandbox.openConversation([alice.id, robot.id]);
  await post(alice, "one", { channel_id: id });
  await post(alice, "two", { channel_id: id });
  expect(await rowOf(robot, id)).toMatchObject({ mention_count: 2, mention_count_root: 2 });
  expect(await rowOf(alice, id)).toMatchObject({ mention_count: 0, msg_count: 2 });
});

test("who posts a root has read the channel; a reply reads nothing, nor does what a bot posts", async () => {
  const { alice, bob, robot, post } = world;
  const first = (await post(bob, "one")).body;
  const root = (await post(alice, "two")).body;
  await post(alice, "three", { root_id: root["id"] });
  await post(robot, "four");
  expect(await rowOf(alice)).toMatchObject({ msg_count: 2, last_viewed_at: root["create_at"] });
  expect(await rowOf(bob)).toMatchObject({ msg_count: 1, last_viewed_at: first["create_at"] });
  expect(await rowOf(robot)).toMatchObject({ msg_count: 0, last_viewed_at: 0 });
});

test("comings and goings are no messages, a channel's other news are", async () => {
  const { api, alice, outsider, channelId } = world;
  const total = async () => (await api(alice, "GET", `/channels/${channelId}`)).body["total_msg_count"];
  await api(alice, "POST", `/channels/${channelId}/members`, { user_id: outsider.id });
  await api(alice, "DELETE", `/channels/${channelId}/members/${outsider.id}`);
  expect(await total()).toBe(0);
  await api(alice, "PUT", `/channels/${channelId}/patch`, { display_name: "Shop" });
  expect(await total()).toBe(1);
});

test.each<[ServerVersion, readonly Json[]]>([
  ["10.11", [{ event: "multiple_channels_viewed" }]],
  ["7.10", [{ event: "channel_viewed" }, { event: "channel_viewed" }]],
])("a view is told by %s to the account alone", async (version, expected) => {
  const old = await startWorld({ version });
  const [own, other] = [await old.socket(old.robot), await old.socket(old.alice)];
  const { id } = old.sandbox.createChannel({ teamId: old.teamId, name: "docs" });
  old.sandbox.addMember(id, old.robot.id);
  const { body: post } = await old.post(old.bob, "hello");
  const channels = { channel_id: id, prev_channel_id: old.channelId };
  await old.api(old.robot, "POST", "/channels/members/me/view", channels);
  await own.settle();
  await other.settle();
  const views = own.frames.filter((frame) => String(frame["event"]).endsWith("viewed"));
  expect(views).toMatchObject(expected);
  expect(views.map((frame) => frame["data"])).toEqual(
    version === "7.10"
      ? [{ channel_id: id }, { channel_id: old.channelId }]
      : [{ channel_times: { [id]: 0, [old.channelId]: post["create_at"] } }],
  );
  expect(views[0]).toMatchObject({ broadcast: { user_id: old.robot.id, channel_id: "" } });
  expect(other.frames.filter((frame) => String(frame["event"]).endsWith("viewed"))).toEqual([]);
  await old.sandbox.close();
});

test("a view of what was read already is not told again", async () => {
  const peer = await world.socket(world.robot);
  await world.post(world.alice, "hello");
  for (let times = 0; times < 3; times += 1) await view(world.robot, { channel_id: world.channelId });
  await peer.settle();
  expect(peer.frames.filter((frame) => frame["event"] === "multiple_channels_viewed")).toHaveLength(1);
});

test("a view of nothing is fine, of no channel it is refused, and nobody views for others", async () => {
  const { alice, robot, api } = world;
  expect((await view(robot, { channel_id: "" })).body).toEqual({ status: "OK", last_viewed_at_times: {} });
  expect((await view(robot, { channel_id: "nonsense" })).status).toBe(400);
  expect((await view(robot, { channel_id: "x".repeat(26) })).status).toBe(400);
  const other = await api(alice, "POST", `/channels/members/${robot.id}/view`, { channel_id: "" });
  expect(other.status).toBe(403);
});

test("who comes back to a channel has read nothing of it", async () => {
  const { sandbox, alice, robot, post, channelId } = world;
  await post(alice, "@robot hello");
  sandbox.removeMember(channelId, robot.id, alice.id);
  expect(await rowOf(robot)).toEqual({});
  sandbox.addMember(channelId, robot.id);
  expect(await rowOf(robot)).toMatchObject({ mention_count: 0, msg_count: 0, last_viewed_at: 0 });
});
