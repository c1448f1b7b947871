// Plays a guest who speaks up once in every thread that is about her, so that one person alone can see what happens
// then. A client as any other: a WebSocket to listen, REST to write.

import { WebSocket } from "ws";

export interface Guest {
  readonly url: string;
  /** Of her account. */
  readonly token: string;
  /** Her name, which calls her in a thread's first message. */
  readonly name: string;
  /** Whose answer she waits for. */
  readonly botId: string;
  readonly words: string;
}

interface Post {
  readonly id: string;
  readonly channel_id: string;
  readonly root_id: string;
  readonly user_id: string;
  readonly message: string;
}

/** Long enough to read the answer first. */
const PAUSE_MS = 2000;
const HEADER = "### 🤖";

/** Gives what ends it. */
export function playGuest({ url, token, name, botId, words }: Guest): () => void {
  const headers = { Authorization: `Bearer ${token}` };
  const spokenIn = new Set<string>();
  const timers = new Set<NodeJS.Timeout>();
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}/api/v4/websocket`, { headers });

  const call = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${url}/api/v4${path}`, { ...init, headers });

  async function listen({ root_id, channel_id, user_id, message }: Post): Promise<void> {
    if (user_id !== botId || root_id === "" || message.startsWith(HEADER) || spokenIn.has(root_id)) return;
    spokenIn.add(root_id);
    const root = (await (await call(`/posts/${root_id}`)).json()) as Post;
    if (!new RegExp(`\\b${name}\\b`, "i").test(root.message)) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      const body = JSON.stringify({ channel_id, root_id, message: words });
      call("/posts", { method: "POST", body }).catch(() => {});
    }, PAUSE_MS);
    timers.add(timer);
  }

  socket.on("message", (data) => {
    const { event, data: told } = JSON.parse(String(data)) as { event?: string; data?: { post?: string } };
    // What is over while she reads is over: the sandbox has ended.
    if (event === "posted" && told?.post) listen(JSON.parse(told.post) as Post).catch(() => {});
  });
  socket.on("error", () => {});
  return () => {
    socket.terminate();
    for (const timer of timers) clearTimeout(timer);
  };
}
