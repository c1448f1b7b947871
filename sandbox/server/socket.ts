// The WebSocket side: the upgrade, who it is (header, cookie or challenge), resume, ping and pong. What a connection is
// sent is the hub's, what a client asks the actions'.
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocket, WebSocketServer } from "ws";
import { findToken } from "./auth.ts";
import type { Connection } from "./connection.ts";
import type { Hub } from "./hub.ts";
import type { UserRecord } from "./people.ts";
import { type Action, type ActionContext, answerTo, decodeAction } from "./socket-actions.ts";

const PATH = "/api/v4/websocket";
const MAX_SOCKETS = 1000;
const MAX_INCOMING_BYTES = 8192;
/** A client that doesn't read is cut off before its frames fill the memory. */
const MAX_UNREAD_BYTES = 16 * 1024 * 1024;
/** The server's own pings, and how long it waits for any sign of life. */
const PING_MS = 60_000;
const PONG_MS = 100_000;

export interface SocketsOptions extends ActionContext {
  readonly hub: Hub;
  readonly allow: (request: IncomingMessage) => boolean;
  /** How long a socket may stay without a valid token. */
  readonly authTimeoutMs: number;
}

interface Client {
  readonly ws: WebSocket;
  user?: UserRecord;
  connection?: Connection;
  isFrozen: boolean;
  lastSeenAt: number;
  authTimer?: NodeJS.Timeout;
}

export class Sockets {
  readonly #options: SocketsOptions;
  readonly #clients = new Set<Client>();
  readonly #server = new WebSocketServer({
    noServer: true,
    autoPong: false,
    maxPayload: MAX_INCOMING_BYTES,
    perMessageDeflate: false,
  });
  #pings: NodeJS.Timeout | undefined;

  private constructor(options: SocketsOptions) {
    this.#options = options;
  }

  static open(options: SocketsOptions): Sockets {
    const sockets = new Sockets(options);
    sockets.#pings = setInterval(() => sockets.#ping(), PING_MS).unref();
    return sockets;
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const refusal = this.#refusalOf(request);
    if (refusal !== undefined) refuse(socket, refusal);
    else this.#server.handleUpgrade(request, socket, head, (ws) => this.#welcome(ws, request));
  }

  dropAll(): void {
    for (const client of [...this.#clients]) this.#release(client);
  }

  freezeAll(): void {
    for (const client of this.#clients) {
      client.isFrozen = true;
      client.ws.pause();
    }
  }

  /** Drops all and stops the pings, for good. */
  close(): void {
    clearInterval(this.#pings);
    this.dropAll();
  }

  /** The status an upgrade is refused with; undefined when it is let in. */
  #refusalOf(request: IncomingMessage): string | undefined {
    if (!this.#options.allow(request) || !isSameOrigin(request)) return "403 Forbidden";
    // Read after that: it may have been changed.
    const { pathname } = new URL(request.url ?? "/", "http://sandbox");
    if (pathname !== PATH) return "404 Not Found";
    return this.#clients.size >= MAX_SOCKETS ? "503 Service Unavailable" : undefined;
  }

  #ping(): void {
    for (const client of this.#clients) {
      if (Date.now() - client.lastSeenAt > PONG_MS) this.#release(client);
      else if (!client.isFrozen) client.ws.ping();
    }
  }

  #welcome(ws: WebSocket, request: IncomingMessage): void {
    const client: Client = { ws, isFrozen: false, lastSeenAt: Date.now() };
    this.#clients.add(client);
    this.#listen(client);
    const token = findToken(request.headers.authorization, request.headers.cookie)?.token ?? "";
    const user = this.#options.store.people.byToken(token);
    if (user) {
      this.#connect(client, user, resumeOf(request));
      this.#options.presence.set(user.id, "online");
    } else {
      // Seen on 7.10: a wrong token still upgrades, and about 5 s later the socket is cut.
      client.authTimer = setTimeout(() => this.#release(client), this.#options.authTimeoutMs);
    }
  }

  #listen(client: Client): void {
    const { ws } = client;
    ws.on("close", () => this.#release(client));
    // A frame that is too large or broken: `close` follows.
    ws.on("error", () => ws.terminate());
    ws.on("ping", (data) => {
      client.lastSeenAt = Date.now();
      ws.pong(data);
    });
    ws.on("pong", () => {
      client.lastSeenAt = Date.now();
    });
    ws.on("message", (data, isBinary) => {
      client.lastSeenAt = Date.now();
      const action = isBinary ? undefined : decodeAction(String(data));
      if (action) this.#act(client, action);
      else this.#release(client);
    });
  }

  #act(client: Client, action: Action): void {
    if (action.action === "authentication_challenge") this.#challenge(client, action);
    else this.#answer(client, action, answerTo(action, client.user, this.#options));
  }

  #challenge(client: Client, action: Action): void {
    if (client.user) return;
    const user = this.#options.store.people.byToken(String(action.data["token"] ?? ""));
    if (!user) {
      this.#release(client);
      return;
    }
    // By challenge there is no resume: always a new connection.
    this.#connect(client, user);
    this.#answer(client, action, { status: "OK" });
    this.#options.presence.set(user.id, "online");
  }

  #answer(client: Client, { seq }: Action, answer: object): void {
    this.#send(client, JSON.stringify({ ...answer, seq_reply: seq }));
  }

  #send(client: Client, text: string): void {
    if (client.isFrozen || client.ws.readyState !== WebSocket.OPEN) return;
    if (client.ws.bufferedAmount > MAX_UNREAD_BYTES) this.#release(client);
    else client.ws.send(text);
  }

  #connect(client: Client, user: UserRecord, resume?: { id: string; sequence: number }): void {
    const { hub } = this.#options;
    clearTimeout(client.authTimer);
    client.user = user;
    const sink = (text: string) => this.#send(client, text);
    client.connection =
      (resume && hub.resume(resume.id, user.id, resume.sequence, sink)) ?? hub.open(user.id, sink);
  }

  #release(client: Client): void {
    const { hub, presence } = this.#options;
    if (!this.#clients.delete(client)) return;
    clearTimeout(client.authTimer);
    client.ws.terminate();
    if (!client.connection || !client.user) return;
    hub.detach(client.connection);
    // Told after the connection is gone, so that a resume finds it among what was missed.
    if (!hub.isConnected(client.user.id)) presence.set(client.user.id, "offline");
  }
}

function resumeOf(request: IncomingMessage): { id: string; sequence: number } | undefined {
  const query = new URL(request.url ?? "/", "http://sandbox").searchParams;
  const id = query.get("connection_id") ?? "";
  const sequence = Number.parseInt(query.get("sequence_number") ?? "", 10);
  return id !== "" && sequence >= 0 ? { id, sequence } : undefined;
}

/** Browsers send the cookie from any page, so an upgrade must come from our own. Other clients send no Origin. */
function isSameOrigin({ headers }: IncomingMessage): boolean {
  if (headers.origin === undefined) return true;
  return URL.canParse(headers.origin) && new URL(headers.origin).host === headers.host;
}

function refuse(socket: Duplex, status: string): void {
  socket.on("error", () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
