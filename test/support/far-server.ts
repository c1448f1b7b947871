// A server so far away that a test says when it answers the bot: what it is asked is done at once, and known there.

import type { SandboxOptions } from "../../sandbox/server/sandbox.ts";

export interface FarServer {
  readonly sandbox: Pick<SandboxOptions, "mount">;
  /** From now on nothing is answered by itself. */
  hold(botToken: string): void;
  /** What has been asked since, oldest first: `post WORDS`, `edit WORDS`, `react NAME`, or method and path. */
  readonly asked: readonly string[];
  /** Of these what is not answered yet. */
  readonly unanswered: readonly string[];
  /** Answers the oldest that begins so; waits until it is asked. */
  answer(beginning: string): Promise<void>;
  /** All is answered at once again. */
  letGo(): void;
}

interface Held {
  readonly what: string;
  readonly answer: () => void;
}

const PATIENCE_MS = 20_000;

export function farServer(): FarServer {
  let token: string | undefined;
  const asked: string[] = [];
  let held: Held[] = [];
  return {
    sandbox: {
      mount(app) {
        app.use(async (c, next) => {
          await next();
          if (token === undefined || c.req.header("authorization") !== `Bearer ${token}`) return;
          const what = described(c.req.method, c.req.path, await c.res.clone().text());
          asked.push(what);
          await new Promise<void>((answer) => held.push({ what, answer }));
        });
      },
    },
    hold(botToken) {
      token = botToken;
    },
    asked,
    get unanswered() {
      return held.map(({ what }) => what);
    },
    async answer(beginning) {
      const deadline = Date.now() + PATIENCE_MS;
      for (;;) {
        const found = held.find(({ what }) => what.startsWith(beginning));
        if (found) {
          held = held.filter((one) => one !== found);
          found.answer();
          return;
        }
        if (Date.now() > deadline) throw new Error(`Not asked: ${beginning}. Asked: ${asked.join("; ")}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    letGo() {
      token = undefined;
      for (const { answer } of held) answer();
      held = [];
    },
  };
}

interface Answer {
  readonly message?: string;
  readonly props?: { readonly attachments?: readonly { readonly text?: string }[] };
  readonly emoji_name?: string;
}

function described(method: string, path: string, text: string): string {
  const { message = "", props, emoji_name } = JSON.parse(text) as Answer;
  if (/\/posts(?:\/\w+\/patch)?$/.test(path) && method !== "GET") {
    const words = [message, ...(props?.attachments ?? []).map((attachment) => attachment.text ?? "")];
    return `${method === "POST" ? "post" : "edit"} ${words.filter((part) => part !== "").join(" | ")}`;
  }
  if (path.includes("/reactions")) {
    return method === "POST" ? `react ${emoji_name}` : "unreact";
  }
  return `${method} ${path}`;
}
