// The least a bot can do, as the limit the product is measured against: answers each person's post at once, tells its
// parent when a reaction arrives, and reconnects without waiting.

import { WebSocket } from "ws";
import { now } from "./clock.ts";

/** What the parent is told. */
export type BareBotMessage =
  | { readonly type: "ready" }
  | { readonly type: "posted"; readonly ms: number }
  | { readonly type: "reaction"; readonly at: number };

const { BENCH_URL: url = "", BENCH_TOKEN: token = "", BENCH_BOT: botId = "" } = process.env;
const headers = { authorization: `Bearer ${token}` };
const tell = (message: BareBotMessage): void => void process.send?.(message);

let connectionId = "";
let nextSeq = 0;

function connect(): void {
  const query = connectionId && `?connection_id=${connectionId}&sequence_number=${nextSeq}`;
  const socket = new WebSocket(`${url.replace("http", "ws")}/api/v4/websocket${query}`, { headers });
  socket.on("error", () => {});
  socket.on("close", () => setTimeout(connect, 1));
  socket.on("message", (data) => {
    const at = now();
    const { event, seq, data: about } = JSON.parse(String(data));
    if (typeof seq === "number") nextSeq = seq + 1;
    if (event === "hello") {
      connectionId = about.connection_id;
      tell({ type: "ready" });
    } else if (event === "reaction_added") {
      tell({ type: "reaction", at });
    } else if (event === "posted") {
      void answer(JSON.parse(about.post), at);
    }
  });
}

async function answer(post: Readonly<Record<string, string>>, at: number): Promise<void> {
  if (post["user_id"] === botId || post["type"] !== "") return;
  const body = JSON.stringify({ channel_id: post["channel_id"], root_id: post["id"], message: "pong" });
  await (await fetch(`${url}/api/v4/posts`, { method: "POST", headers, body })).json();
  tell({ type: "posted", ms: now() - at });
}

process.on("disconnect", () => process.exit(0));
connect();
