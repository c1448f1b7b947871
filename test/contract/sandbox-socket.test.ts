// The sandbox's WebSocket: who is let in, who hears what, and what a resume brings back.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bearer, connect, type Json } from "../support/sandbox-client.ts";
import { eventNames, postIn, startWorld, type World } from "../support/sandbox-world.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.sandbox.close());

const data = (frame: Json | undefined) => frame?.["data"] as Json;
const offline = () => expect.poll(() => world.sandbox.state.status(world.robot.id)).toBe("offline");

describe("who connects", () => {
  test("by header or cookie gets a hello at once", async () => {
    const byHeader = await connect(world.sandbox, bearer(world.robot.token));
    const byCookie = await connect(world.sandbox, { Cookie: `a=b; MMAUTHTOKEN=${world.alice.token}` });
    for (const peer of [byHeader, byCookie]) {
      await peer.settle();
      expect(eventNames(peer)).toEqual(["hello", "status_change"]);
    }
  });

  test("with a wrong token is let in, hears nothing and is cut", async () => {
    const impatient = await startWorld({ authTimeoutMs: 30 });
    const peer = await connect(impatient.sandbox, bearer("wrong"));
    await peer.closed;
    expect(peer.frames).toEqual([]);
    await impatient.sandbox.close();
  });

  test("by challenge gets its hello, then the answer", async () => {
    const peer = await connect(world.sandbox, {});
    peer.send({ seq: 1, action: "user_typing", data: { channel_id: world.channelId } });
    await peer.seen((frame) => frame["status"] === "FAIL");
    peer.send({ seq: 2, action: "authentication_challenge", data: { token: world.alice.token } });
    await peer.settle();
    expect(peer.frames.map((frame) => frame["event"] ?? frame["status"])).toEqual([
      "FAIL",
      "hello",
      "OK",
      "status_change",
    ]);
    expect(peer.frames[2]).toEqual({ status: "OK", seq_reply: 2 });
  });

  test("by challenge with a wrong token is cut at once", async () => {
    const peer = await connect(world.sandbox, {});
    peer.send({ seq: 1, action: "authentication_challenge", data: { token: "wrong" } });
    await peer.closed;
    expect(peer.frames).toEqual([]);
  });

  test("from a page of another origin is refused", async () => {
    const cookie = { Cookie: `MMAUTHTOKEN=${world.alice.token}` };
    const evil = connect(world.sandbox, { ...cookie, Origin: "http://evil.example" });
    await expect(evil).rejects.toThrow("403");
    const own = await connect(world.sandbox, { ...cookie, Origin: world.sandbox.url });
    await own.settle();
    expect(own.frames).toHaveLength(2);
  });

  test("and sends what isn't an action is cut; an unknown action is answered", async () => {
    const peer = await world.socket(world.alice);
    peer.send({ seq: 7, action: "fly", data: {} });
    const answer = await peer.seen((frame) => frame["seq_reply"] === 7);
    expect(answer["status"]).toBe("FAIL");
    peer.send("text");
    await peer.closed;
  });

  test("and pings is answered by a pong", async () => {
    const peer = await world.socket(world.alice);
    await peer.ping();
    expect(peer.isOpen).toBe(true);
  });
});

describe("who hears", () => {
  test("of a channel is who is in it at that moment", async () => {
    const [alice, outsider] = [await world.socket(world.alice), await world.socket(world.outsider)];
    await world.post(world.bob, "one");
    const path = `/channels/${world.channelId}/members`;
    await world.api(world.alice, "POST", path, { user_id: world.outsider.id });
    await world.post(world.bob, "two");
    await world.api(world.alice, "DELETE", `${path}/${world.outsider.id}`);
    await world.post(world.bob, "three");
    await alice.settle();
    await outsider.settle();
    const heard = outsider.frames.filter((frame) => frame["event"] === "posted").map(postIn);
    expect(heard.map((post) => post["message"])).toEqual(["outsider added to the channel by alice.", "two"]);
    const removals = (frames: readonly Json[]) =>
      frames.filter((frame) => frame["event"] === "user_removed").map(data);
    expect(removals(outsider.frames)).toEqual([{ channel_id: world.channelId, remover_id: world.alice.id }]);
    expect(removals(alice.frames)).toEqual([{ user_id: world.outsider.id, remover_id: world.alice.id }]);
  });

  test("of typing are the others, whether it came by socket or by REST", async () => {
    const [alice, bob] = [await world.socket(world.alice), await world.socket(world.bob)];
    const where = { channel_id: world.channelId, parent_id: "root" };
    alice.send({ seq: 1, action: "user_typing", data: where });
    await alice.settle();
    await world.api(world.alice, "POST", "/users/me/typing", where);
    await bob.settle();
    const typing = bob.frames.filter((frame) => frame["event"] === "typing");
    expect(typing.map(data)).toEqual([
      { parent_id: "root", user_id: world.alice.id },
      { parent_id: "root", user_id: world.alice.id },
    ]);
    expect(eventNames(alice)).not.toContain("typing");
  });

  test("of a rename or a deactivation are all, in no channel too", async () => {
    const outsider = await world.socket(world.outsider);
    world.sandbox.renameUser(world.bob.id, "robert");
    world.sandbox.setUserActive(world.bob.id, false);
    await outsider.settle();
    const seen = outsider.frames.filter((frame) => frame["event"] === "user_updated");
    const users = seen.map((frame) => data(frame)["user"] as Json);
    expect(users.map((user) => [user["username"], Number(user["delete_at"]) > 0])).toEqual([
      ["robert", false],
      ["robert", true],
    ]);
    expect(users[0]).not.toHaveProperty("notify_props");
  });

  test("is nobody whose account is deactivated", async () => {
    const bob = await world.socket(world.bob);
    await bob.settle();
    world.sandbox.setUserActive(world.bob.id, false);
    await world.post(world.alice, "among us");
    await bob.settle();
    expect(eventNames(bob)).toEqual(["hello", "status_change"]);
  });

  test("of a picture is told so", async () => {
    const alice = await world.socket(world.alice);
    const form = new FormData();
    form.append("channel_id", world.channelId);
    form.append("files", new Blob(["x"]), "a.png");
    const { file_infos } = (await world.api(world.bob, "POST", "/files", form)).body;
    await world.post(world.bob, "look", { file_ids: [(file_infos as Json[])[0]?.["id"]] });
    await alice.settle();
    expect(data(alice.frames.at(-1))).toMatchObject({ image: "true", otherFile: "true" });
  });

  test("of a webhook's post sees the name it took", async () => {
    const alice = await world.socket(world.alice);
    const { url } = world.sandbox.createWebhook({ userId: world.bob.id, channelId: world.channelId });
    await fetch(url, { method: "POST", body: JSON.stringify({ text: "hi", username: "Deploys" }) });
    await alice.settle();
    expect(data(alice.frames.at(-1))["sender_name"]).toBe("Deploys");
  });
});

describe("a resume", () => {
  /** Connects, learns the connection's id, and is cut. */
  async function connectAndLose(): Promise<string> {
    const peer = await world.socket(world.robot);
    const hello = await peer.seen((frame) => frame["event"] === "hello");
    await peer.settle();
    peer.cut();
    await offline();
    return String(data(hello)["connection_id"]);
  }
  const resume = (id: string, sequence: number, user = world.robot) =>
    world.socket(user, `?connection_id=${id}&sequence_number=${sequence}`);

  test("brings more than a hundred missed events, in order, without a hello", async () => {
    const id = await connectAndLose();
    for (let n = 0; n < 140; n++) await world.post(world.alice, `${n}`);
    const peer = await resume(id, 2);
    await peer.settle();
    expect(peer.frames.map((frame) => frame["seq"])).toEqual(Array.from({ length: 142 }, (_, n) => n + 2));
    const texts = peer.frames.filter((frame) => frame["event"] === "posted").map(postIn);
    expect(texts.map((post) => post["message"])).toEqual(Array.from({ length: 140 }, (_, n) => `${n}`));
  });

  test("brings again what was sent but, as the client says, not received", async () => {
    const id = await connectAndLose();
    const peer = await resume(id, 1);
    await peer.settle();
    expect(eventNames(peer)).toEqual(["status_change", "status_change", "status_change"]);
  });

  test("is a new connection when too much was missed", async () => {
    const id = await connectAndLose();
    for (let n = 0; n < 400; n++) await world.post(world.alice, `${n}`);
    const peer = await resume(id, 2);
    await peer.settle();
    expect(eventNames(peer)).toEqual(["hello", "status_change"]);
  });

  test.each([
    ["of another person's connection", (id: string) => resume(id, 2, world.alice)],
    ["from a number that was never reached", (id: string) => resume(id, 99)],
  ])("%s is a new connection", async (_, attempt) => {
    const peer = await attempt(await connectAndLose());
    await peer.settle();
    expect(eventNames(peer)).toEqual(["hello", "status_change"]);
  });

  test("of a connection the server takes for alive is a new connection", async () => {
    const first = await world.socket(world.robot);
    const hello = await first.seen((frame) => frame["event"] === "hello");
    const second = await resume(String(data(hello)["connection_id"]), 2);
    await second.settle();
    expect(eventNames(second)).toEqual(["hello"]);
  });
});
