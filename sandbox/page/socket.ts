// One account's WebSocket, kept open: events in, typing out. After every loss it starts again, and whoever listens has
// to read over REST what was missed: a browser can't send the header that lets a connection be resumed.

import { socketUrl } from "./address.ts";

export interface SocketEvent {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** The channel it is about; empty when it is about none. */
  readonly channelId: string;
}

interface Frame {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly broadcast: { readonly channel_id: string };
}

export interface SocketListener {
  onEvent(event: SocketEvent): void;
  /** Connected (again): what happened before is not coming. */
  onOpen(): void;
  onLost(): void;
}

export interface Socket {
  sendTyping(channelId: string, rootId: string): void;
  close(): void;
}

const PING_MS = 30_000;
const SILENT_MS = 45_000;
const RETRY_MS = [300, 1000, 3000, 8000];

export function openSocket(token: string, listener: SocketListener): Socket {
  let ws: WebSocket | undefined;
  let sequence = 0;
  let lastSeenAt = 0;
  let tries = 0;
  let isClosed = false;
  let retry = 0;

  function act(action: string, data: object): void {
    sequence += 1;
    if (ws?.readyState === WebSocket.OPEN) ws.send(JSON.stringify({ seq: sequence, action, data }));
  }

  function take(text: string): void {
    lastSeenAt = Date.now();
    const { event, data, broadcast } = JSON.parse(text) as Partial<Frame>;
    if (event === undefined) return;
    if (event === "hello") {
      tries = 0;
      listener.onOpen();
      return;
    }
    // What goes to one person or to a team names its channel inside.
    const channelId = broadcast?.channel_id || String(data?.["channel_id"] ?? "");
    listener.onEvent({ event, data: data ?? {}, channelId });
  }

  function connect(): void {
    const socket = new WebSocket(socketUrl());
    ws = socket;
    sequence = 0;
    lastSeenAt = Date.now();
    socket.addEventListener("open", () => act("authentication_challenge", { token }));
    socket.addEventListener("message", ({ data }) => take(String(data)));
    socket.addEventListener("close", () => {
      if (isClosed || ws !== socket) return;
      listener.onLost();
      retry = window.setTimeout(connect, RETRY_MS[Math.min(tries, RETRY_MS.length - 1)]);
      tries += 1;
    });
  }

  const pings = setInterval(() => {
    if (Date.now() - lastSeenAt > SILENT_MS) ws?.close();
    else act("ping", {});
  }, PING_MS);
  connect();

  return {
    sendTyping: (channelId, rootId) => act("user_typing", { channel_id: channelId, parent_id: rootId }),
    close() {
      isClosed = true;
      clearInterval(pings);
      clearTimeout(retry);
      ws?.close();
    },
  };
}
