// What the page's own address says: where the server is, the key that opens it, and in the part after # who speaks,
// in which channel, and which thread is open. So a reload, a second tab and the back button do what people expect.

const base = new URL(".", location.href);

/** The last part of the path: on the sandbox it is everybody's password. */
export const key = base.pathname.split("/").at(-2) ?? "";

export function apiUrl(path: string): URL {
  return new URL(`api/v4${path}`, base);
}

export function socketUrl(): URL {
  const url = apiUrl("/websocket");
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url;
}

export interface Place {
  readonly person: string;
  readonly channel: string;
  /** A root post's id; empty when no thread is open. */
  readonly thread: string;
}

export function readPlace(): Place {
  const [person = "", channel = "", thread = ""] = location.hash.slice(1).split("/").map(decodeURIComponent);
  return { person, channel, thread };
}

/** Does not fire `hashchange`. */
export function writePlace(place: Place, how: "push" | "replace"): void {
  const parts = [place.person, place.channel, place.thread].map(encodeURIComponent);
  const hash = `#${parts.join("/").replace(/\/+$/, "")}`;
  if (hash === location.hash) return;
  if (how === "push") history.pushState(null, "", hash);
  else history.replaceState(null, "", hash);
}
