import { expect, test } from "vitest";
import type { ChannelId, PostId } from "../../../src/mattermost/types.ts";
import { connected, reconnect, TOKEN, until } from "../../support/socket-peer.ts";

test("the token goes in the header of the upgrade, to the sub-path", async () => {
  const { peer } = await connected();
  expect(peer.url).toBe("/chat/api/v4/websocket");
  expect(peer.authorization).toBe(`Bearer ${TOKEN}`);
  expect(peer.received).toEqual([]);
});

test("events arrive in order, and garbage between them is logged and skipped", async () => {
  const { client, peer } = await connected();
  peer.post(1);
  peer.socket.send("garbage");
  peer.socket.send(Buffer.from([1, 2, 3]));
  peer.send({ event: "posted", seq: 2, data: { post: "{broken" } });
  peer.send({ event: "status_change", seq: 3, data: {} });
  peer.post(4);
  expect([await client.nextBrief(), await client.nextBrief()]).toEqual(["post1", "post4"]);
  expect(client.lines).toEqual([
    "warning: skipped a socket message that is no frame: garbage",
    "warning: skipped a socket event: unusable posted",
  ]);
});

test("typing is an action on the socket, numbered from 1", async () => {
  const { client, peer } = await connected();
  client.socket.sendTyping("c" as ChannelId, "root" as PostId);
  client.socket.sendTyping("c" as ChannelId, "root" as PostId);
  await until(() => peer.received.length === 2);
  const data = { channel_id: "c", parent_id: "root" };
  expect(peer.received).toEqual([
    { seq: 1, action: "user_typing", data },
    { seq: 2, action: "user_typing", data },
  ]);
});

test("typing without a connection does nothing", async () => {
  const { client, peer } = await connected();
  peer.socket.terminate();
  await client.next();
  client.socket.sendTyping("c" as ChannelId, "root" as PostId);
});

test("a dropped connection asks to go on after the last event, and replayed events follow a resumed hello", async () => {
  const all = await connected();
  all.peer.post(1);
  expect(await all.client.nextBrief()).toBe("post1");
  const second = await reconnect(all);
  expect(second.url).toBe("/chat/api/v4/websocket?connection_id=conn1&sequence_number=2");
  second.post(2);
  second.post(3);
  expect([await all.client.nextBrief(), await all.client.nextBrief(), await all.client.nextBrief()]).toEqual([
    "hello conn1 resumed",
    "post2",
    "post3",
  ]);
});

test("events replayed twice are passed on once", async () => {
  const all = await connected();
  all.peer.post(1);
  all.peer.post(2);
  await all.client.next();
  await all.client.next();
  const second = await reconnect(all);
  for (const seq of [1, 2, 3, 3, 4]) {
    second.post(seq);
  }
  expect([await all.client.nextBrief(), await all.client.nextBrief(), await all.client.nextBrief()]).toEqual([
    "hello conn1 resumed",
    "post3",
    "post4",
  ]);
});

test("a resumed connection on which nothing was missed shows itself by its reply to a ping action", async () => {
  const all = await connected();
  const second = await reconnect(all);
  await until(() => second.received.length === 1);
  expect(second.received).toEqual([{ seq: 1, action: "ping", data: {} }]);
  second.send({ status: "OK", seq_reply: 1, data: { text: "pong" } });
  expect(await all.client.nextBrief()).toBe("hello conn1 resumed");
  second.post(1);
  expect(await all.client.nextBrief()).toBe("post1");
});

test("a resumed connection may also say hello again under its own id", async () => {
  const all = await connected();
  const second = await reconnect(all);
  second.hello("conn1");
  second.post(1);
  expect([await all.client.nextBrief(), await all.client.nextBrief()]).toEqual([
    "hello conn1 resumed",
    "post1",
  ]);
});

test("a server that can't resume says hello under another id, and numbers start again", async () => {
  const all = await connected();
  for (const seq of [1, 2, 3]) {
    all.peer.post(seq);
  }
  for (let i = 0; i < 3; i++) {
    await all.client.next();
  }
  const second = await reconnect(all);
  second.hello("conn2");
  second.post(1);
  expect([await all.client.nextBrief(), await all.client.nextBrief()]).toEqual(["hello conn2 new", "post1"]);
  const third = await reconnect({ ...all, peer: second });
  expect(third.url).toContain("connection_id=conn2&sequence_number=2");
});

test("a gap in the numbers is told before the event after it, while connected and while resuming", async () => {
  const all = await connected();
  all.peer.post(1);
  all.peer.post(5);
  expect([await all.client.nextBrief(), await all.client.nextBrief(), await all.client.nextBrief()]).toEqual([
    "post1",
    "hello conn1 new",
    "post5",
  ]);
  const second = await reconnect(all);
  second.post(9);
  expect([await all.client.nextBrief(), await all.client.nextBrief()]).toEqual(["hello conn1 new", "post9"]);
});
