import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket as Client, WebSocketServer } from "ws";
import { connect, connected, listen, reconnect, TOKEN, until } from "../../support/socket-peer.ts";

test("a hello that doesn't come within 10 s is a dead connection, and no event tells of it", async () => {
  const server = await listen();
  const client = connect(server.url);
  const first = await server.peer();
  await until(() => client.clients[0]?.readyState === Client.OPEN);
  // Events of a connection that never introduced itself count for nothing.
  first.post(1);
  await client.clock.advance(9_999);
  expect(first.socket.readyState).toBe(Client.OPEN);
  await client.clock.advance(1);
  await until(() => first.socket.readyState === Client.CLOSED);
  await client.clock.advance(500);
  const second = await server.peer();
  second.hello("conn1");
  expect(await client.nextBrief()).toBe("hello conn1 new");
  expect(client.lines).toEqual([
    "warning: no connection to Mattermost (no hello within 10 s); trying again in 0.1 s",
  ]);
});

test("a server that takes the upgrade but never resumes is asked for a new start", async () => {
  const all = await connected();
  const second = await reconnect(all);
  await until(() => all.client.clients[1]?.readyState === Client.OPEN);
  second.send({
    status: "FAIL",
    seq_reply: 1,
    error: { id: "api.web_socket_router.not_authenticated.app_error" },
  });
  await all.client.clock.advance(10_000);
  await until(() => second.socket.readyState === Client.CLOSED);
  await all.client.clock.advance(1_000);
  const third = await all.server.peer();
  expect(third.url).toBe("/chat/api/v4/websocket");
  third.hello("conn2");
  expect(await all.client.nextBrief()).toBe("hello conn2 new");
});

test("a ping goes out every 30 s, and an answer keeps the connection and is told with the time of its ping", async () => {
  const { client, peer } = await connected();
  for (const count of [1, 2, 3]) {
    let pings = 0;
    peer.socket.on("ping", () => {
      pings += 1;
    });
    await client.clock.advance(30_000);
    const askedAt = client.clock.now();
    await until(() => pings === 1);
    // Only the timer of the next ping is left once the pong is in.
    await until(() => client.clock.pending() === 1);
    expect(await client.next()).toEqual({ type: "alive", askedAt });
    expect(client.lines, `after ping ${count}`).toEqual([]);
    peer.socket.removeAllListeners("ping");
  }
  peer.post(1);
  expect(await client.nextBrief()).toBe("post1");
});

test("a half-open connection, silent to pings, is noticed after 10 s and replaced", async () => {
  const all = await connected({ autoPong: false });
  await all.client.clock.advance(39_999);
  expect(all.client.lines).toEqual([]);
  await all.client.clock.advance(1);
  expect(await all.client.next()).toEqual({
    type: "disconnected",
    reason: "no answer to a ping within 10 s",
  });
  await all.client.clock.advance(500);
  const second = await all.server.peer();
  second.post(1);
  expect([await all.client.nextBrief(), await all.client.nextBrief()]).toEqual([
    "hello conn1 resumed",
    "post1",
  ]);
});

test("a pong that nothing asked for tells nothing", async () => {
  const { client, peer } = await connected();
  peer.socket.pong();
  peer.post(1);
  expect(await client.nextBrief()).toBe("post1");
});

test("any message counts as a sign of life while a pong is due", async () => {
  const { client, peer } = await connected({ autoPong: false });
  await client.clock.advance(30_000);
  peer.post(1);
  expect(await client.nextBrief()).toBe("post1");
  await client.clock.advance(10_000);
  expect(client.lines).toEqual([]);
});

test("tries go on for ever with growing pauses up to 30 s, with one warning, until the server is back", async () => {
  const server = await listen();
  const { port } = server.server.address() as AddressInfo;
  server.server.close();
  await until(() => !server.server.address());
  const client = connect(`http://127.0.0.1:${port}`);
  for (let attempt = 0; attempt < 12; attempt++) {
    await until(() => client.lines.length === attempt + 1);
    await client.clock.advance(client.clock.nextIn() ?? 0);
  }
  const waits = client.lines.slice(0, 7).map((line) => /in ([\d.]+) s/.exec(line)?.[1]);
  expect(waits).toEqual(["0.1", "0.3", "0.5", "1.0", "2.0", "4.0", "8.0"]);
  expect(client.lines.filter((line) => line.startsWith("warning"))).toHaveLength(1);
  expect(client.lines[0]).toContain("ECONNREFUSED");

  await until(() => client.lines.length === 13);
  const back = new WebSocketServer({ port, host: "127.0.0.1" });
  onTestFinished(() => back.close());
  await new Promise((resolve) => back.once("listening", resolve));
  back.on("connection", (socket) => {
    onTestFinished(() => socket.terminate());
    socket.send(JSON.stringify({ event: "hello", seq: 0, data: { connection_id: "c1" } }));
    socket.once("ping", () => socket.terminate());
  });
  await client.clock.advance(client.clock.nextIn() ?? 0);
  expect(await client.nextBrief()).toBe("hello c1 new");
  // Healthy once more, so the next loss is retried soon.
  await client.clock.advance(30_000);
  expect(await client.nextBrief()).toBe("alive");
  expect(await client.nextBrief()).toBe("disconnected");
  // Whoever hears of the loss has been told by the event.
  expect(client.lines.at(-1)).toMatch(/^debug: .* in 0\.1 s$/);
});

test("an upgrade that is refused is a failed try, not a crash", async () => {
  const server = await listen();
  server.server.options.verifyClient = () => false;
  const client = connect(server.url);
  await until(() => client.lines.length === 1);
  expect(client.lines[0]).toContain("401");
  expect(client.lines[0]).not.toContain(TOKEN);
});

test("a socket that can't even be created is a failed try", async () => {
  const client = connect("http://127.0.0.1:99999");
  await until(() => client.lines.length === 1);
  expect(client.clock.nextIn()).toBe(125);
});

test("close ends the events and the connection, and nothing reconnects", async () => {
  const { server, client, peer } = await connected();
  client.socket.close();
  expect(await client.ended()).toBe(true);
  await until(() => peer.socket.readyState === Client.CLOSED);
  await until(() => client.clock.pending() === 0);
  await client.clock.advance(120_000);
  expect(server.peers).toHaveLength(1);
});

test("close between two tries stops the tries", async () => {
  const { server, client, peer } = await connected();
  peer.socket.terminate();
  expect(await client.nextBrief()).toBe("disconnected");
  client.socket.close();
  expect(client.clock.pending()).toBe(0);
  await client.clock.advance(120_000);
  expect(server.peers).toHaveLength(1);
});

test("close while connecting is quiet", async () => {
  const server = await listen();
  const client = connect(server.url);
  client.socket.close();
  expect(await client.ended()).toBe(true);
  await until(() => client.clock.pending() === 0);
  expect(client.lines).toEqual([]);
});

test("after the machine has slept the dead connection is noticed by the next ping, and what was missed is asked for", async () => {
  const all = await connected({ autoPong: false });
  // Everything that was due in these hours fires late, at once.
  all.client.clock.jump(8 * 3_600_000);
  await all.client.clock.advance(0);
  await all.client.clock.advance(10_000);
  expect(await all.client.next()).toEqual({
    type: "disconnected",
    reason: "no answer to a ping within 10 s",
  });
  await all.client.clock.advance(1000);
  const second = await all.server.peer();
  expect(second.url).toContain("connection_id=conn1");
  second.hello("conn2");
  expect(await all.client.nextBrief()).toBe("hello conn2 new");
});
