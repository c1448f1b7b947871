// The least a program can do with many sessions, as the limit for one that does it well: reads every Claude's stream,
// and shows each as a post that grows every two seconds. Keeps no state, survives nothing, knows no commands.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** What the parent is told, and what it says. */
export type BareCrowdMessage =
  | { readonly type: "ready" }
  | { readonly type: "asked"; readonly root: string; readonly message: string };

const { BENCH_URL: url = "", BENCH_TOKEN: token = "", BENCH_CHANNEL: channel_id = "" } = process.env;
const { BENCH_CLAUDE: claude = "", BENCH_COUNT: count = "1" } = process.env;
const EDIT_EVERY_MS = 2000;
const AT_ONCE = 10;

interface Session {
  ask(root: string, message: string): void;
}

const sessions: Session[] = [];

/** Resolves when it has answered `initialize`. */
function open(): Promise<void> {
  const { stdin, stdout } = spawn(claude, [], { stdio: ["pipe", "pipe", "ignore"] });
  const write = (frame: object): void => void stdin.write(`${JSON.stringify(frame)}\n`);
  let root_id = "";
  let text = "";
  let shown = "";
  let id: string | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function show(): Promise<void> {
    if (text === shown) return;
    shown = text;
    const answer = await fetch(`${url}/api/v4/posts${id === undefined ? "" : `/${id}/patch`}`, {
      method: id === undefined ? "POST" : "PUT",
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify({ message: text, ...(id === undefined ? { channel_id, root_id } : {}) }),
    });
    id = ((await answer.json()) as { id: string }).id;
  }

  sessions.push({
    ask(root, content) {
      root_id = root;
      write({ type: "user", message: { role: "user", content }, uuid: root });
    },
  });
  write({ type: "control_request", request_id: "1", request: { subtype: "initialize" } });
  return new Promise((ready) => {
    createInterface({ input: stdout }).on("line", (line) => {
      const frame = JSON.parse(line);
      if (frame.type === "control_response") ready();
      if (frame.event?.delta?.type === "text_delta") {
        text += frame.event.delta.text;
        if (timer === undefined) {
          timer = setInterval(show, EDIT_EVERY_MS);
          void show();
        }
      } else if (frame.type === "result") {
        clearInterval(timer);
        void show();
      }
    });
  });
}

process.on("message", (message: BareCrowdMessage) => {
  if (message.type !== "asked") return;
  for (const { ask } of sessions) ask(message.root, message.message);
});
process.on("disconnect", () => process.exit(0));

for (let opened = 0; opened < Number(count); opened += AT_ONCE) {
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, Number(count) - opened) }, open));
}
process.send?.({ type: "ready" } satisfies BareCrowdMessage);
