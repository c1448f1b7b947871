// The daemon as a process of its own, against a sandbox server in this one, with a `claude` whose faults can be
// switched. Waits for what can be seen, never for time to pass.

import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { scriptedEnvironment } from "../../sandbox/model/environment.ts";
import { type CreatedUser, type SandboxOptions, startSandbox } from "../../sandbox/server/sandbox.ts";
import type { SeenPost } from "../../sandbox/server/state.ts";
import { marked, processesMarked } from "./processes.ts";
import { call } from "./sandbox-client.ts";
import { temporaryDirectory } from "./temporary.ts";
import { wordsOf } from "./words-of.ts";

const PROGRAM = fileURLToPath(new URL("../../bin/mm-claude.js", import.meta.url));
const FAKE_CLAUDE = fileURLToPath(new URL("fake-claude.mjs", import.meta.url));
const PATIENCE_MS = 45_000;
const LOOK_EVERY_MS = 10;

export interface DaemonOptions {
  /** The switchable fake, unless told. */
  readonly claudePath?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The Node that runs it; this process's own, unless told. */
  readonly node?: string;
  /** The program's script; the checkout's, unless told. */
  readonly program?: string;
  /** Somebody types into it. */
  readonly isTyped?: boolean;
  /** What is piped into it. */
  readonly input?: string;
  /** Where it is started; the world's directory, unless told. */
  readonly cwd?: string;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Daemon {
  readonly pid: number;
  readonly exit: Promise<Exit>;
  /** All it has printed, to stdout and stderr. */
  output(): string;
  /** All it has printed to stdout. */
  stdout(): string;
  /** Resolves once it has printed the text. */
  prints(text: string | RegExp): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** For one that `isTyped`. */
  type(keys: string): void;
}

export type DaemonWorld = Awaited<ReturnType<typeof daemonWorld>>;

/** Everything in it ends with the test, unless `atEnd` has another time for it. */
export async function daemonWorld(
  modelUrl: string,
  sandboxOptions: SandboxOptions = {},
  atEnd: (end: () => Promise<void>) => void = onTestFinished,
) {
  const sandbox = await startSandbox(sandboxOptions);
  atEnd(() => sandbox.close());
  const root = temporaryDirectory();
  const [home = "", directory = "", temporary = "", runtime = ""] = ["home", "project", "tmp", "run"].map(
    (name) => join(root, name),
  );
  for (const path of [home, directory, temporary, runtime]) mkdirSync(path);

  const { id: teamId } = sandbox.createTeam({ name: "lab" });
  const { id: channelId } = sandbox.createChannel({ teamId, name: "claude", displayName: "Claude" });
  const bot = sandbox.createUser({ username: "claude-code", isBot: true });
  const alice = sandbox.createUser({ username: "alice" });
  for (const user of [bot, alice]) sandbox.addMember(channelId, user.id);

  const mark = randomUUID();
  const faultFile = join(root, "fault");
  const fake = switchableFake(root, faultFile);
  writeFileSync(faultFile, "");

  async function api(user: CreatedUser, method: string, path: string, body?: unknown): Promise<string> {
    const answer = await call(sandbox, user.token, method, `/api/v4${path}`, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return String(answer.body?.["id"] ?? "");
  }

  function start(options: DaemonOptions = {}): Daemon {
    const child = spawn(
      options.node ?? process.execPath,
      [options.program ?? PROGRAM, ...(options.args ?? [])],
      {
        cwd: options.cwd ?? directory,
        env: {
          ...scriptedEnvironment(modelUrl, home),
          ...marked(mark),
          TMPDIR: temporary,
          XDG_RUNTIME_DIR: runtime,
          NO_COLOR: "1",
          // Doctor asks no registry in the network.
          npm_config_registry: "http://127.0.0.1:9",
          MATTERMOST_URL: sandbox.url,
          MATTERMOST_TOKEN: bot.token,
          MATTERMOST_CHANNEL_ID: channelId,
          ALLOWED_USERS: "alice",
          // Faults are switched before a claude starts, so none starts before it is wanted.
          PREWARM: "0",
          CLAUDE_PATH: options.claudePath ?? fake,
          ...options.env,
        },
        stdio: [options.isTyped || options.input !== undefined ? "pipe" : "ignore", "pipe", "pipe"],
      },
    );
    if (options.input !== undefined) {
      // One that does not read it may have ended.
      child.stdin?.on("error", () => {}).end(options.input);
    }
    let output = "";
    let stdout = "";
    child.stdout?.on("data", (text: string) => {
      stdout += text;
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    const exit = new Promise<Exit>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => resolve({ code, signal }));
    });
    atEnd(async () => {
      child.kill("SIGKILL");
      await exit;
      for (const line of processesMarkedHere()) process.kill(Number.parseInt(line, 10), "SIGKILL");
    });
    return {
      pid: child.pid ?? 0,
      exit,
      output: () => output,
      stdout: () => stdout,
      prints: (text) =>
        until(
          () => (typeof text === "string" ? output.includes(text) : text.test(output)),
          () => `It did not print ${text}, but:\n${output}`,
        ).then(() => {}),
      signal: (name) => void child.kill(name),
      type: (keys) => void child.stdin?.write(keys),
    };
  }

  const processesMarkedHere = (): string[] => (process.platform === "linux" ? processesMarked(mark) : []);
  const thread = (id: string): SeenPost[] => sandbox.state.thread(id);
  const text = (id: string): string =>
    thread(id)
      .map((post) => `@${post.username}: ${wordsOf(post)}`)
      .join("\n---\n");

  const world = {
    sandbox,
    channelId,
    bot,
    alice,
    home,
    directory,
    /** Its TMPDIR: what it leaves there it has forgotten. */
    temporary,
    api,
    start,
    async ready(options?: DaemonOptions): Promise<Daemon> {
      const daemon = start(options);
      await daemon.prints("Ready! Waiting for @claude-code mentions...");
      return daemon;
    },
    /** What the next fake claude does wrong, as FAKE_CLAUDE has it; "" for nothing. */
    setFault: (fault: string) => writeFileSync(faultFile, fault),
    /** What the last fake claude was given: its arguments and its environment. */
    given: () => readFileSync(join(root, "given"), "utf8"),
    thread,
    text,
    /** What the bot has said in a thread below the header, its posts one after the other. */
    answer: (id: string): string =>
      thread(id)
        .filter((post) => post.userId === bot.id && !post.message.startsWith("### 🤖 mm-claude"))
        .map(wordsOf)
        .join("\n"),
    say: (message: string, rootId = "", fileIds: readonly string[] = []): Promise<string> =>
      api(alice, "POST", "/posts", { channel_id: channelId, message, root_id: rootId, file_ids: fileIds }),
    ask: (message: string): Promise<string> => world.say(`@claude-code ${message}`),
    react: (postId: string, emoji_name: string): Promise<string> =>
      api(alice, "POST", "/reactions", { user_id: alice.id, post_id: postId, emoji_name }),
    /** Waits until the thread satisfies `is`; fails with the whole thread in its message. */
    until: <T>(id: string, is: (posts: SeenPost[]) => T | undefined | false): Promise<T> =>
      until(
        () => is(thread(id)),
        () => `It did not happen. The thread:\n${text(id)}`,
      ),
    /** Waits for a post of the bot's that holds `part`, in its message or in an attachment below it. */
    says: (id: string, part: string | RegExp): Promise<SeenPost> =>
      world.until(id, (posts) =>
        posts.find(
          (post) =>
            post.userId === bot.id &&
            (typeof part === "string" ? wordsOf(post).includes(part) : part.test(wordsOf(post))),
        ),
      ),
    /** Waits for a card with its choices, so that it can be answered by emoji. */
    card: (id: string, part = "Permission requested"): Promise<SeenPost> =>
      world.until(id, (posts) =>
        posts.findLast((post) => wordsOf(post).includes(part) && post.reactions.length >= 2),
      ),
    /** The daemon and all it has started, as far as this system shows it. */
    processes: processesMarkedHere,
  };
  return world;
}

export async function until<T>(
  look: () => T | undefined | false,
  complaint: () => string,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(complaint());
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** The fake claude behind a script that reads at each start what it shall do wrong, and notes what it was given. */
function switchableFake(root: string, faultFile: string): string {
  const path = join(root, "claude");
  const lines = [
    "#!/bin/sh",
    `[ "$1" = --version ] || { printf '%s\\n' "$@"; env; } > "${join(root, "given")}"`,
    `FAKE_CLAUDE=$(cat "${faultFile}"); export FAKE_CLAUDE`,
    '[ "$1" != --version ] && [ "$FAKE_CLAUDE" = noise ] && echo "Welcome! {" && echo "[1, 2]"',
    `exec "${process.execPath}" "${FAKE_CLAUDE}" "$@"`,
  ];
  writeFileSync(path, `${lines.join("\n")}\n`);
  chmodSync(path, 0o755);
  return path;
}
