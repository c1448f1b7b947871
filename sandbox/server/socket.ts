// The WebSocket side: the upgrade, who it is (header, cookie or challenge), resume, actions, ping and pong. What a
// connection is sent is the hub's.
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocket, WebSocketServer } from "ws";
import { findToken } from "./auth.ts";
import type { Connection, Hub } from "./hub.ts";
import type { Membership } from "./membership.ts";
import type { UserRecord } from "./people.ts";
import type { Presence } from "./presence.ts";
import type { Store } from "./store.ts";

const PATH = "/api/v4/websocket";
const MAX_SOCKETS = 1000;
const MAX_INCOMING_BYTES = 8192;
/** A client that doesn't read is cut off before its frames fill the memory. */
const MAX_UNREAD_BYTES = 16 * 1024 * 1024;
/** The server's own pings, and how long it waits for any sign of life. */
const PING_MS = 60_000;
const PONG_MS = 100_000;

export interface SocketsOptions {
  readonly store: Store;
  readonly hub: Hub;
  readonly presence: Presence;
  readonly membership: Membership;
  readonly allow: (request: IncomingMessage) => boolean;
  /** How long a socket may stay without a valid token. */
  readonly authTimeoutMs: number;
}

export interface Sockets {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  dropAll(): void;
  freezeAll(): void;
  /** Drops all and stops the pings, for good. */
  close(): void;
}

interface Client {
  readonly ws: WebSocket;
  user?: UserRecord;
  connection?: Connection;
  isFrozen: boolean;
  lastSeenAt: number;
  authTimer?: NodeJS.Timeout;
}

export function createSockets(options: SocketsOptions): Sockets {
  const { store, hub, presence, membership, allow, authTimeoutMs } = options;
  const clients = new Set<Client>();
  const server = new WebSocketServer({
    noServer: true,
    autoPong: false,
    maxPayload: MAX_INCOMING_BYTES,
    perMessageDeflate: false,
  });

  const pings = setInterval(() => {
    for (const client of clients) {
      if (Date.now() - client.lastSeenAt > PONG_MS) release(client);
      else if (!client.isFrozen) client.ws.ping();
    }
  }, PING_MS);
  pings.unref();

  function send(client: Client, text: string): void {
    if (client.isFrozen || client.ws.readyState !== WebSocket.OPEN) return;
    if (client.ws.bufferedAmount > MAX_UNREAD_BYTES) release(client);
    else client.ws.send(text);
  }

  function connect(client: Client, user: UserRecord, resume?: { id: string; sequence: number }): void {
    clearTimeout(client.authTimer);
    client.user = user;
    const sink = (text: string) => send(client, text);
    client.connection =
      (resume && hub.resume(resume.id, user.id, resume.sequence, sink)) ?? hub.open(user.id, sink);
  }

  function release(client: Client): void {
    if (!clients.delete(client)) return;
    clearTimeout(client.authTimer);
    client.ws.terminate();
    if (!client.connection || !client.user) return;
    hub.detach(client.connection);
    // Told after the connection is gone, so that a resume finds it among what was missed.
    if (!hub.isConnected(client.user.id)) presence.set(client.user.id, "offline");
  }

  function welcome(ws: WebSocket, request: IncomingMessage): void {
    const client: Client = { ws, isFrozen: false, lastSeenAt: Date.now() };
    clients.add(client);
    ws.on("close", () => release(client));
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
      const frame = isBinary ? undefined : decodeAction(String(data));
      if (frame) act(client, frame);
      else release(client);
    });
    const token = findToken(request.headers.authorization, request.headers.cookie)?.token ?? "";
    const user = store.people.byToken(token);
    if (user) {
      connect(client, user, resumeOf(request));
      presence.set(user.id, "online");
    } else {
      // Seen on 7.10: a wrong token still upgrades, and about 5 s later the socket is cut.
      client.authTimer = setTimeout(() => release(client), authTimeoutMs);
    }
  }

  function act(client: Client, { seq, action, data }: Action): void {
    if (action === "authentication_challenge") challenge(client, seq, data);
    else send(client, JSON.stringify({ ...answer(client.user, action, data), seq_reply: seq }));
  }

  function challenge(client: Client, seq: number, data: Action["data"]): void {
    if (client.user) return;
    const user = store.people.byToken(String(data["token"] ?? ""));
    if (!user) {
      release(client);
      return;
    }
    // By challenge there is no resume: always a new connection.
    connect(client, user);
    send(client, JSON.stringify({ status: "OK", seq_reply: seq }));
    presence.set(user.id, "online");
  }

  function answer(user: UserRecord | undefined, action: string, data: Action["data"]): object {
    if (!user) {
      const message = "WebSocket connection is not authenticated. Please log in and try again.";
      return failure("api.web_socket_router.not_authenticated.app_error", message, 401);
    }
    switch (action) {
      case "ping":
        return { status: "OK", data: { text: "pong" } };
      case "user_typing": {
        const channelId = String(data["channel_id"] ?? "");
        if (!store.places.isMember(channelId, user.id)) {
          const message = "Invalid channel_id parameter.";
          return failure("api.websocket_handler.invalid_param.app_error", message, 400);
        }
        membership.typing(user, channelId, String(data["parent_id"] ?? ""));
        return { status: "OK" };
      }
      case "get_statuses": {
        const online = store.people.all().filter((one) => presence.status(one.id) === "online");
        return { status: "OK", data: Object.fromEntries(online.map((one) => [one.id, "online"])) };
      }
      default:
        return failure("api.web_socket_router.bad_action.app_error", "Unknown WebSocket action.", 500);
    }
  }

  return {
    upgrade(request, socket, head) {
      if (!allow(request) || !isSameOrigin(request)) return refuse(socket, "403 Forbidden");
      const { pathname } = new URL(request.url ?? "/", "http://sandbox");
      if (pathname !== PATH) return refuse(socket, "404 Not Found");
      if (clients.size >= MAX_SOCKETS) return refuse(socket, "503 Service Unavailable");
      server.handleUpgrade(request, socket, head, (ws) => welcome(ws, request));
    },
    dropAll() {
      for (const client of [...clients]) release(client);
    },
    freezeAll() {
      for (const client of clients) {
        client.isFrozen = true;
        client.ws.pause();
      }
    },
    close() {
      clearInterval(pings);
      for (const client of [...clients]) release(client);
    },
  };
}

const failure = (id: string, message: string, status_code: number) => ({
  status: "FAIL",
  error: { id, message, detailed_error: "", status_code },
});

interface Action {
  readonly seq: number;
  readonly action: string;
  readonly data: Readonly<Record<string, unknown>>;
}

function decodeAction(text: string): Action | undefined {
  try {
    const frame: unknown = JSON.parse(text);
    if (typeof frame !== "object" || frame === null) return undefined;
    const { seq, action, data } = frame as Record<string, unknown>;
    const isAction = typeof action === "string" && typeof seq === "number";
    return isAction ? { seq, action, data: Object(data ?? {}) as Record<string, unknown> } : undefined;
  } catch {
    return undefined;
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
