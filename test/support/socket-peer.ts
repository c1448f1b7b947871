// A WebSocket server that does only what a test tells it, and a client of ours on a fake clock.
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, vi } from "vitest";
import { WebSocket as Client, type WebSocket, WebSocketServer } from "ws";
import { MattermostSocket } from "../../src/mattermost/socket.ts";
import type { SocketEvent } from "../../src/mattermost/types.ts";
import { createLog } from "../../src/util/log.ts";
import { createFakeClock } from "./fake-clock.ts";

export const TOKEN = "tok3n0000000000000000000000";

export interface Peer {
  readonly url: string;
  readonly authorization: string | undefined;
  readonly socket: WebSocket;
  /** What the client sent, decoded. */
  readonly received: unknown[];
  hello(connectionId: string): void;
  post(seq: number): void;
  send(frame: object): void;
}

/** A server that says nothing by itself: each connection is handed to the test. */
export async function listen({ autoPong = true } = {}) {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", autoPong });
  await new Promise((resolve) => server.once("listening", resolve));
  const peers: Peer[] = [];
  server.on("connection", (socket, request) => {
    const send = (frame: object) => socket.send(JSON.stringify(frame));
    const received: unknown[] = [];
    socket.on("message", (data) => received.push(JSON.parse(data.toString())));
    peers.push({
      url: request.url ?? "",
      authorization: request.headers.authorization,
      socket,
      received,
      send,
      hello: (connectionId) => send({ event: "hello", seq: 0, data: { connection_id: connectionId } }),
      post: (seq) => send({ event: "posted", seq, data: { post: JSON.stringify(wirePost(seq)) } }),
    });
  });
  const { port } = server.address() as AddressInfo;
  let taken = 0;
  onTestFinished(() => {
    for (const peer of peers) peer.socket.terminate();
    server.close();
  });
  return {
    server,
    url: `http://127.0.0.1:${port}/chat/`,
    peers,
    /** The next connection, once the client made it. */
    async peer(): Promise<Peer> {
      const index = taken++;
      return until(() => peers[index]);
    },
  };
}

const wirePost = (seq: number) => ({
  id: `post${seq}`,
  channel_id: "c",
  user_id: "u",
  message: "m",
  create_at: seq,
});

export function until<T>(condition: () => T | undefined | false): Promise<T> {
  return vi.waitFor(
    () => {
      const value = condition();
      if (value === undefined || value === false) throw new Error("not yet");
      return value as T;
    },
    { timeout: 5000, interval: 5 },
  );
}

export function connect(url: string) {
  const clock = createFakeClock();
  const lines: string[] = [];
  const log = createLog({ debug: true, write: (line) => lines.push(line), secrets: [] });
  const clients: Client[] = [];
  const socket = MattermostSocket.open({
    url,
    token: TOKEN,
    clock,
    random: () => 0.5,
    log,
    createWebSocket: (target, headers) => {
      const client = new Client(target, { headers });
      clients.push(client);
      return client;
    },
  });
  onTestFinished(() => {
    socket.close();
    for (const client of clients) client.terminate();
  });
  const events = socket.events[Symbol.asyncIterator]();
  return {
    socket,
    clock,
    lines,
    clients,
    async next(): Promise<SocketEvent> {
      const { value, done } = await events.next();
      if (done) throw new Error("the events ended");
      return value;
    },
    /** The next event in short: its type, and what tells it from others of its type. */
    async nextBrief(): Promise<string> {
      const event = await this.next();
      if (event.type === "hello") return `hello ${event.connectionId} ${event.resumed ? "resumed" : "new"}`;
      return event.type === "posted" ? event.post.id : event.type;
    },
    ended: async () => (await events.next()).done,
  };
}

/** A connection that said hello, with the event for it read. */
export async function connected(options: { autoPong?: boolean } = {}) {
  const server = await listen(options);
  const client = connect(server.url);
  const peer = await server.peer();
  peer.hello("conn1");
  expect(await client.nextBrief()).toBe("hello conn1 new");
  return { server, client, peer };
}

/** Cuts the connection and lets the client come back. */
export async function reconnect({
  server,
  client,
  peer,
}: Awaited<ReturnType<typeof connected>>): Promise<Peer> {
  peer.socket.terminate();
  expect(await client.nextBrief()).toBe("disconnected");
  await client.clock.advance(500);
  return server.peer();
}
