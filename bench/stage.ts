// A stage: a sandbox, a daemon of its own as a real child process, and Alice, who talks to it. Notes when things
// come to exist on the server, and counts what the daemon sends there.

import type { ChildProcess } from "node:child_process";
import type { Socket } from "node:net";
import { createInterface } from "node:readline";
import { scriptedEnvironment } from "../src/sandbox/model/environment.ts";
import { startSandbox } from "../src/sandbox/server/sandbox.ts";
import type { SeenPost } from "../src/sandbox/server/state.ts";
import { now, sleep, within } from "./clock.ts";
import { BARE_BOT, ended, MM_CLAUDE, start, temporaryDirectory } from "./programs.ts";

const PATIENCE_MS = 30_000;
/** How long the daemon sends nothing before a turn counts as written. */
const QUIET_MS = 700;

export interface StageOptions {
  readonly claudePath: string;
  readonly modelUrl: string;
  readonly directory: string;
  readonly settings?: Readonly<Record<string, string>>;
  /** Arguments for the Node that runs the daemon, such as a profiler's. */
  readonly nodeArguments?: readonly string[];
}

export interface Said {
  readonly id: string;
  /** When the server got it. */
  readonly at: number;
}

/** What the daemon sent and was sent so far, headers included. */
export interface Traffic {
  readonly requests: number;
  readonly bytes: number;
}

export interface Stage {
  readonly sandbox: Awaited<ReturnType<typeof startSandbox>>;
  readonly botId: string;
  readonly pid: number;
  /** Asks in a new thread, or in the thread `root`. */
  say(text: string, root?: string): Promise<Said>;
  react(postId: string, emojiName: string): Promise<number>;
  /** When a post of the daemon's, or of another bot's, first satisfied `is`, and that post. */
  seen(
    root: string,
    is: (post: SeenPost) => boolean,
    botId?: string,
  ): Promise<{ at: number; post: SeenPost }>;
  traffic(): Traffic;
  /** Waits until the daemon has nothing more to send. */
  quiet(): Promise<void>;
  /** Ends the session and its process. */
  stop(root: string): Promise<void>;
  /** A bot with nothing in it, in a channel of its own. */
  bare: { readonly process: ChildProcess; readonly botId: string; say(text: string): Promise<Said> };
  close(): Promise<void>;
}

interface Watch {
  readonly root: string;
  readonly botId: string;
  readonly is: (post: SeenPost) => boolean;
  readonly found: (at: number, post: SeenPost) => void;
}

export async function startStage(options: StageOptions): Promise<Stage> {
  const watches = new Set<Watch>();
  const daemonSockets = new Set<Socket>();
  const arrivals = new Map<string, number>();
  let requests = 0;
  let lastRequestAt = 0;
  let daemonToken = "";

  const look = (): void => {
    for (const watch of watches) {
      const post = sandbox.state
        .thread(watch.root)
        .find((one) => one.userId === watch.botId && watch.is(one));
      if (post) watch.found(now(), post);
    }
  };
  const sandbox = await startSandbox({
    mount(app) {
      app.use(async (c, next) => {
        const at = now();
        const isDaemon = c.req.header("authorization") === `Bearer ${daemonToken}`;
        if (isDaemon) {
          requests += 1;
          daemonSockets.add(c.env.incoming.socket);
        }
        const mark = c.req.header("x-bench");
        if (mark) arrivals.set(mark, at);
        await next();
        if (isDaemon) lastRequestAt = now();
        look();
      });
    },
  });
  const team = sandbox.createTeam({ name: "lab" });
  const alice = sandbox.createUser({ username: "alice" });
  const account = (username: string) => {
    const { id, token } = sandbox.createUser({ username, isBot: true });
    const channel = sandbox.createChannel({ teamId: team.id, name: username, displayName: username });
    for (const member of [id, alice.id]) sandbox.addMember(channel.id, member);
    return { id, token, channelId: channel.id };
  };
  const bot = account("claude-code");
  const bareAccount = account("bare");
  daemonToken = bot.token;

  let marks = 0;
  async function asAlice(path: string, body: unknown): Promise<Said> {
    const mark = String(++marks);
    const response = await fetch(`${sandbox.url}/api/v4${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${alice.token}`, "x-bench": mark },
      body: JSON.stringify(body),
    });
    const { id = "" } = (await response.json()) as { id?: string };
    if (!response.ok) throw new Error(`POST ${path}: ${response.status}`);
    const at = arrivals.get(mark) ?? Number.NaN;
    arrivals.delete(mark);
    return { id, at };
  }
  const say = (channelId: string, message: string, root = ""): Promise<Said> =>
    asAlice("/posts", { channel_id: channelId, message, root_id: root });

  function seen(root: string, is: Watch["is"], botId = bot.id): Promise<{ at: number; post: SeenPost }> {
    let watch: Watch | undefined;
    const wait = new Promise<{ at: number; post: SeenPost }>((resolve) => {
      watch = { root, botId, is, found: (at, post) => resolve({ at, post }) };
      watches.add(watch);
      look();
    });
    const thread = (): string =>
      sandbox.state
        .thread(root)
        .map((post) => `@${post.username}: ${post.message}`)
        .join("\n")
        .slice(-2000);
    return within(PATIENCE_MS, thread, wait).finally(() => watch && watches.delete(watch));
  }

  const daemon = await startDaemon(options, {
    MATTERMOST_URL: sandbox.url,
    MATTERMOST_TOKEN: bot.token,
    MATTERMOST_CHANNEL_ID: bot.channelId,
  });
  const bare = start(process.execPath, [BARE_BOT], {
    env: {
      ...process.env,
      BENCH_URL: sandbox.url,
      BENCH_TOKEN: bareAccount.token,
      BENCH_BOT: bareAccount.id,
    },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  await within(
    PATIENCE_MS,
    () => "the bare bot's hello",
    new Promise((resolve) => bare.once("message", resolve)),
  );

  return {
    sandbox,
    botId: bot.id,
    pid: daemon.pid,
    say: (text, root) => say(bot.channelId, root === undefined ? `@claude-code ${text}` : text, root),
    react: async (postId, emojiName) =>
      (await asAlice("/reactions", { user_id: alice.id, post_id: postId, emoji_name: emojiName })).at,
    seen,
    traffic: () => ({
      requests,
      bytes: [...daemonSockets].reduce((sum, socket) => sum + socket.bytesRead + socket.bytesWritten, 0),
    }),
    async quiet() {
      const deadline = now() + PATIENCE_MS;
      while (now() - lastRequestAt < QUIET_MS && now() < deadline) await sleep(20);
    },
    async stop(root) {
      await say(bot.channelId, "!stop", root);
      await seen(root, (post) => post.message.includes("Session cancelled"));
    },
    bare: { process: bare, botId: bareAccount.id, say: (text) => say(bareAccount.channelId, text) },
    async close() {
      bare.kill();
      await daemon.stop();
      await sandbox.close();
    },
  };
}

interface Daemon {
  readonly pid: number;
  readonly readyMs: number;
  stop(): Promise<void>;
}

/** Resolves once it says that it is ready. */
export async function startDaemon(options: StageOptions, server: Record<string, string>): Promise<Daemon> {
  const startedAt = now();
  const home = temporaryDirectory();
  const child = start(process.execPath, [...(options.nodeArguments ?? []), MM_CLAUDE], {
    cwd: options.directory,
    env: {
      ...scriptedEnvironment(options.modelUrl, home),
      NO_COLOR: "1",
      ALLOWED_USERS: "alice",
      CLAUDE_PATH: options.claudePath,
      ...options.settings,
      ...server,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const ready = new Promise<number>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on("line", (line) => {
        said = `${said}${line}\n`.slice(-4000);
        if (line.includes("Ready!")) resolve(now() - startedAt);
      });
    }
    child.once("exit", () => reject(new Error(`The daemon ended:\n${said}`)));
  });
  const readyMs = await within(PATIENCE_MS, () => said, ready);
  return {
    pid: child.pid ?? 0,
    readyMs,
    async stop() {
      child.kill("SIGTERM");
      await ended(child);
    },
  };
}
