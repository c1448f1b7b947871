// A whole small world for tests: the sandbox server with people in it, the bridge running against it over real HTTP
// and WebSocket, and a `claude` to talk to. Waits for what can be seen, never for time to pass.

import { execFile } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Sandbox, SandboxOptions } from "../../sandbox/server/sandbox.ts";
import { startSandbox } from "../../sandbox/server/sandbox.ts";
import type { SeenPost } from "../../sandbox/server/state.ts";
import {
  type Bridge,
  type BridgeDependencies,
  type BridgeFacts,
  startBridge,
  type Unserved,
} from "../../src/app/bridge.ts";
import { Worktrees, type WorktreesOptions } from "../../src/app/worktrees.ts";
import { AuditTrail } from "../../src/audit/trail.ts";
import { StdioClient } from "../../src/claude/client.ts";
import type { StartClaude } from "../../src/claude/types.ts";
import { type Project, settingsProject } from "../../src/config/project.ts";
import type { Config } from "../../src/config/settings.ts";
import { decodeChannelId } from "../../src/mattermost/decode.ts";
import { connectRest } from "../../src/mattermost/rest.ts";
import { checkProjects } from "../../src/setup/project-checks.ts";
import { DocumentFolder } from "../../src/store/document-store.ts";
import type { Log } from "../../src/util/log.ts";
import { createForwardClock } from "./forward-clock.ts";
import { temporaryDirectory } from "./temporary.ts";
import { wordsOf } from "./words-of.ts";

export interface WorldOptions {
  readonly claudePath: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly config?: Partial<Config>;
  /** Of the one project that there is. */
  readonly project?: Partial<Project>;
  readonly maxPostSize?: number;
  readonly sandbox?: SandboxOptions;
  /** Where git worktrees are kept, and the environment of git. */
  readonly worktrees?: WorktreesOptions;
  /** Instead of the program at `claudePath`. */
  readonly startClaude?: StartClaude;
  /** None, if left out. */
  readonly lock?: BridgeDependencies["lock"];
  /** No paths, if left out. */
  readonly deniedPathsIn?: BridgeDependencies["deniedPathsIn"];
}

export interface PersonInWorld {
  readonly id: string;
  readonly name: string;
  /** Posts in the channel, or in a thread when `root` is given; gives the post's id. */
  say(text: string, root?: string, fileIds?: readonly string[]): Promise<string>;
  react(postId: string, emojiName: string): Promise<void>;
  unreact(postId: string, emojiName: string): Promise<void>;
  upload(name: string, bytes: Uint8Array, type: string): Promise<string>;
  remove(postId: string): Promise<void>;
  request(method: string, path: string, body?: unknown): Promise<Response>;
  /** The same person, speaking in another channel. */
  in(channelId: string): PersonInWorld;
}

export interface World {
  readonly sandbox: Sandbox;
  readonly channelId: string;
  readonly directory: string;
  readonly people: Readonly<Record<"alice" | "bob" | "carol" | "mallory", PersonInWorld>>;
  readonly bot: PersonInWorld;
  /** Another channel with the bot and everybody in it. */
  addChannel(name: string): string;
  /** These are served from now on, after a restart as well. Gives those that can't be. */
  serve(projects: readonly Project[]): Promise<readonly Unserved[]>;
  /** The one project that there is until then. */
  readonly project: Project;
  /** Puts the bridge's clock forward: what is due by then happens at once. */
  forward(ms: number): void;
  /** Stops the bridge and starts another over the same state; in between `meanwhile` happens. */
  restart(meanwhile?: () => Promise<void>): Promise<void>;
  /** Where the bridge keeps what survives a restart. */
  readonly stateFolder: string;
  readonly botToken: string;
  readonly log: readonly string[];
  /** Has somebody say that to Claude in Claude's directory, without mm-claude; until it has answered and ended. */
  terminal(text: string, which: readonly string[]): Promise<void>;
  /** Another program has it open, as Claude Code tells it since 2.1, until the function that it gives is called. */
  openElsewhere(conversationId: string): () => void;
  /** How many of the conversations that Claude has saved hold these words. */
  savedWith(words: string): number;
  /** Writes a file into Claude's directory. */
  writeFile(name: string, content: string): void;
  hasFile(name: string): boolean;
  readFile(name: string): string;
  thread(root: string): SeenPost[];
  /** The thread's text as people read it, posts one after the other. */
  text(root: string): string;
  /** Waits until the thread satisfies `is`, and gives what that says. Fails with the whole thread in its message. */
  until<T>(root: string, is: (posts: SeenPost[]) => T | undefined | false): Promise<T>;
  /** Waits for a post of the bot's that holds `part`, in its message or in an attachment below it. */
  says(root: string, part: string | RegExp): Promise<SeenPost>;
  /** Waits until no turn runs there: the last words of one stand a moment before it is over. */
  rests(root: string): Promise<void>;
}

const PATIENCE_MS = 20_000;
const NAMES = ["alice", "bob", "carol", "mallory"] as const;

/** Ends with the test. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const sandbox = await startSandbox({
    ...(options.maxPostSize ? { maxPostSize: options.maxPostSize } : {}),
    ...options.sandbox,
  });
  onTestFinished(() => sandbox.close());
  const team = sandbox.createTeam({ name: "lab" });
  const channel = sandbox.createChannel({
    teamId: team.id,
    name: "claude-sessions",
    displayName: "Claude Sessions",
  });
  const botAccount = sandbox.createUser({ username: "claude-code", isBot: true });
  sandbox.addMember(channel.id, botAccount.id);
  const person = (account: { id: string; token: string; username: string }): PersonInWorld =>
    personOf(sandbox, channel.id, account);
  const people = Object.fromEntries(
    NAMES.map((username) => {
      const account = sandbox.createUser({ username });
      sandbox.addMember(channel.id, account.id);
      return [username, person(account)];
    }),
  ) as unknown as World["people"];

  const directory = options.config?.directory ?? temporaryDirectory();
  const lines: string[] = [];
  const log = memoryLog(lines);
  const api = connectRest({ url: sandbox.url, token: botAccount.token, log });
  const channelId = decodeChannelId(channel.id);
  if (!channelId) {
    throw new Error("the sandbox made an id that is none");
  }
  const allowedUsers = options.config?.allowedUsers ?? ["alice", "bob"];
  const config: Config = {
    url: sandbox.url,
    token: botAccount.token,
    channelId: channel.id,
    botName: undefined,
    allowedUsers,
    approvers: [],
    prewarm: 0,
    skipPermissions: false,
    maxSessions: 5,
    sessionTimeoutMs: 1_800_000,
    notifyAfterMs: 120_000,
    claudePath: options.claudePath,
    auditFileMb: 10,
    auditFiles: 10,
    metricsFile: undefined,
    sendAs: undefined,
    directory,
    debug: false,
    ...options.config,
  };
  const stateFolder = temporaryDirectory();
  const ofSettings = settingsProject(config);
  if (!ofSettings) {
    throw new Error("the settings name no channel");
  }
  const own = { ...ofSettings, ...options.project };
  const bot = await api.me();
  let facts: BridgeFacts = {
    url: config.url,
    token: config.token,
    bot,
    botName: config.botName ?? bot.username,
    postLimit: await api.maxPostSize(),
    notifyAfterMs: config.notifyAfterMs,
    projects: [
      {
        project: own,
        channel: await api.channel(channelId),
        allowedUsers: await api.usersByNames(allowedUsers),
        approvers: await api.usersByNames(config.approvers),
        bots: await api.usersByNames(own.bots),
      },
    ],
  };
  const clock = createForwardClock();
  const openBridge = async (): Promise<Bridge> => {
    const opened = await startBridge(facts, {
      api,
      clock,
      log,
      folder: DocumentFolder.open({ path: stateFolder, clock, log, redact: (text) => text }),
      auditOf: (channelId) =>
        new AuditTrail({ folder: stateFolder, channelId, now: Date.now, log, redact: (line) => line }),
      lock: options.lock ?? (() => ({ release: () => {} })),
      deniedPathsIn: options.deniedPathsIn ?? (() => []),
      worktrees: options.worktrees && new Worktrees(options.worktrees),
      environment: options.environment,
      version: "0.1.0",
      home: options.environment?.["HOME"] ?? "/home/dev",
      startClaude:
        options.startClaude ??
        ((start, listener) => StdioClient.start(start, listener, { environment: options.environment })),
    });
    await opened.ready;
    return opened;
  };
  let bridge = await openBridge();
  onTestFinished(() => bridge.stop());

  const thread = (root: string): SeenPost[] => sandbox.state.thread(root);
  const until: World["until"] = async (root, is) => {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = is(thread(root));
      if (found !== undefined && found !== false) {
        return found;
      }
      if (Date.now() > deadline) {
        throw new Error(
          `It did not happen. The thread:\n${textOf(thread(root))}\nThe log:\n${lines.join("\n")}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  return {
    sandbox,
    channelId: channel.id,
    directory,
    people,
    bot: person(botAccount),
    stateFolder,
    botToken: botAccount.token,
    project: own,
    addChannel(name) {
      const added = sandbox.createChannel({ teamId: team.id, name, displayName: name });
      for (const { id } of [botAccount, ...Object.values(people)]) {
        sandbox.addMember(added.id, id);
      }
      return added.id;
    },
    async serve(projects) {
      const checks = await checkProjects(api, projects, bot);
      const ready = checks.map((check) => {
        if (!check.ok) throw new Error(check.text);
        return check.value;
      });
      facts = { ...facts, projects: ready };
      return bridge.update(ready);
    },
    forward: (ms) => clock.forward(ms),
    async restart(meanwhile) {
      await bridge.stop();
      await meanwhile?.();
      bridge = await openBridge();
    },
    log: lines,
    async terminal(text, which) {
      const streams = ["--input-format", "stream-json", "--output-format", "stream-json", "--verbose"];
      const running = execFile(options.claudePath, ["-p", ...streams, ...which], {
        cwd: directory,
        env: options.environment,
        timeout: PATIENCE_MS,
      });
      const content = [{ type: "text", text }];
      running.stdin?.end(`${JSON.stringify({ type: "user", message: { role: "user", content } })}\n`);
      await once(running, "exit");
    },
    openElsewhere(sessionId) {
      const folder = join(options.environment["HOME"] ?? "", ".claude/sessions");
      const file = join(folder, `${process.pid}.json`);
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, JSON.stringify({ pid: process.pid, sessionId }));
      return () => rmSync(file);
    },
    savedWith(words) {
      const projects = join(options.environment["HOME"] ?? "", ".claude/projects");
      const names = readdirSync(projects, { recursive: true, encoding: "utf8" });
      const files = names.filter((name) => /[/\\][0-9a-f-]{36}\.jsonl$/.test(name));
      return files.filter((name) => readFileSync(join(projects, name), "utf8").includes(words)).length;
    },
    hasFile: (name) => existsSync(join(directory, name)),
    readFile: (name) => readFileSync(join(directory, name), "utf8"),
    writeFile: (name, content) => writeFileSync(join(directory, name), content),
    thread,
    text: (root) => textOf(thread(root)),
    until,
    async rests(root) {
      await until(root, () =>
        bridge.sessions().every(({ threadId, phase }) => threadId !== root || phase !== "working"),
      );
    },
    says: (root, part) =>
      until(root, (posts) =>
        posts.find(
          (post) =>
            post.userId === botAccount.id &&
            (typeof part === "string" ? wordsOf(post).includes(part) : part.test(wordsOf(post))),
        ),
      ),
  };
}

function textOf(posts: readonly SeenPost[]): string {
  return posts.map((post) => `@${post.username}: ${wordsOf(post)}`).join("\n---\n");
}

function memoryLog(lines: string[]): Log {
  const add =
    (label: string) =>
    (message: string, cause?: unknown): void => {
      lines.push(`${label}${message}${cause instanceof Error ? `: ${cause.stack}` : ""}`);
    };
  return { debug: add("debug: "), info: add(""), warn: add("warning: "), error: add("error: ") };
}

function personOf(
  sandbox: Sandbox,
  channelId: string,
  account: { readonly id: string; readonly token: string; readonly username: string },
): PersonInWorld {
  const request: PersonInWorld["request"] = async (method, path, body) => {
    const response = await fetch(`${sandbox.url}/api/v4${path}`, {
      method,
      headers: { authorization: `Bearer ${account.token}` },
      ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
    });
    if (!response.ok) {
      throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    }
    return response;
  };
  const idOf = async (response: Response): Promise<string> => ((await response.json()) as { id: string }).id;
  return {
    id: account.id,
    name: account.username,
    request,
    in: (other) => personOf(sandbox, other, account),
    async say(message, root = "", fileIds = []) {
      return idOf(
        await request("POST", "/posts", { channel_id: channelId, message, root_id: root, file_ids: fileIds }),
      );
    },
    async react(postId, emojiName) {
      await request("POST", "/reactions", { user_id: account.id, post_id: postId, emoji_name: emojiName });
    },
    async unreact(postId, emojiName) {
      await request("DELETE", `/users/${account.id}/posts/${postId}/reactions/${emojiName}`);
    },
    async upload(name, bytes, type) {
      const form = new FormData();
      form.set("channel_id", channelId);
      form.set("files", new Blob([bytes as Uint8Array<ArrayBuffer>], { type }), name);
      const { file_infos } = (await (await request("POST", "/files", form)).json()) as {
        file_infos: { id: string }[];
      };
      return file_infos[0]?.id ?? "";
    },
    async remove(postId) {
      await request("DELETE", `/posts/${postId}`);
    },
  };
}
