// The smallest possible client of the sandbox: raw REST answers and raw WebSocket frames, and nothing of the product's
// own client, whose assumptions it must not share.
import { WebSocket } from "ws";
import type { Sandbox } from "../../sandbox/server/sandbox.ts";

export type Json = Readonly<Record<string, unknown>>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed if it is JSON, else undefined. */
  readonly body: Json;
}

export async function call(
  sandbox: Pick<Sandbox, "url">,
  token: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const isForm = body instanceof FormData;
  const response = await fetch(sandbox.url + path, {
    method,
    headers: {
      ...(token !== "" && { Authorization: `Bearer ${token}` }),
      ...(body !== undefined && !isForm && { "Content-Type": "application/json" }),
    },
    ...(body !== undefined && { body: isForm ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type") === "application/json";
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson ? (JSON.parse(text) as Json) : (undefined as unknown as Json),
  };
}

export interface SocketPeer {
  /** Everything that came, in order. */
  readonly frames: Json[];
  /** Resolves once a frame matches, one that came already included. */
  seen(matches: (frame: Json) => boolean): Promise<Json>;
  /** Waits until all that was sent before now is here: sends an action and waits for its answer, which is left out. */
  settle(): Promise<void>;
  send(frame: unknown): void;
  ping(): Promise<void>;
  /** Cuts the connection without a goodbye. */
  cut(): void;
  readonly closed: Promise<void>;
  readonly isOpen: boolean;
}

let barrier = 1_000_000;

/** Connects; resolves once the socket is open. */
export async function connect(
  sandbox: Pick<Sandbox, "url">,
  headers: Record<string, string>,
  query = "",
): Promise<SocketPeer> {
  const ws = new WebSocket(`${sandbox.url.replace("http", "ws")}/api/v4/websocket${query}`, { headers });
  const frames: Json[] = [];
  const waiting = new Set<() => void>();
  ws.on("message", (data) => {
    frames.push(JSON.parse(String(data)) as Json);
    for (const check of waiting) check();
  });
  const closed = new Promise<void>((resolve) => {
    ws.on("close", () => resolve());
  });

  function seen(matches: (frame: Json) => boolean): Promise<Json> {
    return new Promise((resolve, reject) => {
      const check = () => {
        const found = frames.find(matches);
        if (!found) return;
        waiting.delete(check);
        resolve(found);
      };
      waiting.add(check);
      void closed.then(() => reject(new Error("The socket closed before the frame came")));
      check();
    });
  }

  await new Promise<void>((resolve, reject) => {
    ws.once("open", resolve);
    ws.once("error", reject);
  });
  ws.on("error", () => ws.terminate());
  return {
    frames,
    seen,
    async settle() {
      barrier += 1;
      const seq = barrier;
      ws.send(JSON.stringify({ seq, action: "ping", data: {} }));
      const answer = await seen((frame) => frame["seq_reply"] === seq);
      frames.splice(frames.indexOf(answer), 1);
    },
    send: (frame) => ws.send(JSON.stringify(frame)),
    ping: () =>
      new Promise((resolve) => {
        ws.once("pong", () => resolve());
        ws.ping();
      }),
    cut: () => ws.terminate(),
    closed,
    get isOpen() {
      return ws.readyState === WebSocket.OPEN;
    },
  };
}

export const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
