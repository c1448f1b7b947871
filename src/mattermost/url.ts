// The addresses of a server's API and socket. A trailing slash and a sub-path are fine.

import { withoutEnd } from "../util/without-end.ts";

/** `https://host/chat/` → `https://host/chat/api/v4` */
export function apiUrl(serverUrl: string): string {
  return `${withoutEnd(serverUrl, "/")}/api/v4`;
}

/** `https://host/chat/` → `wss://host/chat/api/v4/websocket` */
export function socketUrl(serverUrl: string): string {
  return `${apiUrl(serverUrl).replace(/^http/i, "ws")}/websocket`;
}
