// A person at a Mattermost server: speaks over REST, and hears over a WebSocket what every client hears.

import { WebSocket } from "ws";
import { apiUrl, socketUrl } from "../src/mattermost/url.ts";
import { now, within } from "./clock.ts";
import type { View, WirePost } from "./view.ts";

const PATIENCE_MS = 10_000;
const RECONNECT_MS = 20;

export interface Account {
  readonly id: string;
  readonly username: string;
  readonly token: string;
}

export interface Said {
  readonly id: string;
  /** When the server got it; where that can't be seen, when it was sent. */
  readonly at: number;
}

/** Throws when the answer is no success. */
export async function call<T>(
  url: string,
  token: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<T> {
  const response = await fetch(`${apiUrl(url)}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

export async function accountOf(url: string, token: string): Promise<Account> {
  const { id, username } = await call<Account>(url, token, "GET", "/users/me");
  return { id, username, token };
}

export interface Ears {
  /** When the first notice since `from` came that the account types in the thread. */
  typing(root: string, userId: string, from: number): Promise<number>;
  close(): void;
}

export interface Hearing {
  readonly view: View;
  readonly channels: readonly string[];
}

/** Opens the person's WebSocket. A `view` is told of posts and reactions in the channels. */
export async function listen(url: string, token: string, hearing?: Hearing): Promise<Ears> {
  const notices = new Map<string, number[]>();
  const waiting = new Set<() => void>();
  let socket: WebSocket | undefined;
  let isClosed = false;

  function hear(event: unknown, data: Readonly<Record<string, string>>): void {
    const at = now();
    if (event === "typing") {
      const key = `${data["parent_id"]} ${data["user_id"]}`;
      notices.set(key, [...(notices.get(key) ?? []), at].slice(-20));
      for (const look of waiting) look();
    } else if (event === "posted" || event === "post_edited") {
      hearing?.view.wrote(JSON.parse(data["post"] ?? "{}") as WirePost, at);
    } else if (event === "reaction_added") {
      hearing?.view.reacted((JSON.parse(data["reaction"] ?? "{}") as { post_id: string }).post_id, at);
    }
  }
  function connect(): Promise<void> {
    const fresh = new WebSocket(socketUrl(url), { headers: { authorization: `Bearer ${token}` } });
    socket = fresh;
    fresh.on("error", () => {});
    // A case may have cut it.
    fresh.on("close", () => isClosed || setTimeout(connect, RECONNECT_MS));
    return new Promise((resolve) => {
      fresh.on("message", (frame) => {
        const { event, data, broadcast } = JSON.parse(String(frame));
        if (event === "hello") resolve();
        else if (!hearing || hearing.channels.includes(broadcast?.channel_id)) hear(event, data);
      });
    });
  }
  await within(PATIENCE_MS, () => "the server's hello", connect());

  return {
    typing(root, userId, from) {
      let look = (): void => {};
      const heard = new Promise<number>((resolve) => {
        look = () => {
          const at = notices.get(`${root} ${userId}`)?.find((noticed) => noticed >= from);
          if (at !== undefined) resolve(at);
        };
        waiting.add(look);
        look();
      });
      return within(PATIENCE_MS, () => "a notice of typing", heard).finally(() => waiting.delete(look));
    },
    close() {
      isClosed = true;
      socket?.terminate();
    },
  };
}
