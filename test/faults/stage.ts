// Where the campaign plays: a sandbox server and a scripted model in this process, people, and the built daemon as a
// child that can be killed and started again. Decides nothing about what goes wrong.

import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findTrails } from "../../src/audit/files.ts";
import { verifyTrail } from "../../src/audit/verify.ts";
import { scriptedEnvironment } from "../../src/sandbox/model/environment.ts";
import { startScriptedModel } from "../../src/sandbox/model/server.ts";
import { type CreatedUser, type Sandbox, startSandbox } from "../../src/sandbox/server/sandbox.ts";
import { marked, processesMarked } from "../support/processes.ts";
import { call } from "../support/sandbox-client.ts";
import { createLedger, type Ledger } from "./words.ts";

export interface Programs {
  /** The daemon's script. */
  readonly daemon: string;
  /** What CLAUDE_PATH names: a program, or a script that Node runs. */
  readonly claude: string;
}

const NAMES = ["alice", "bob", "carol"] as const;
/** alice and bob are listed; carol is a guest. */
export type Name = (typeof NAMES)[number];

export interface Stage {
  readonly sandbox: Sandbox;
  readonly ledger: Ledger;
  readonly bot: CreatedUser;
  /** Lines of "mark" that allowed tools wrote. */
  notes(): string[];
  say(by: Name, message: string, root?: string): Promise<string>;
  react(by: Name, postId: string, emojiName: string): Promise<void>;
  startDaemon(): void;
  /** Undefined while none runs. */
  readonly daemonPid: number | undefined;
  /** Resolves when it is gone. */
  signalDaemon(signal: NodeJS.Signals): Promise<number | null>;
  /** Pids of living Claudes. */
  claudes(): number[];
  /** What the daemon has left running, as `pid command`; in its present run everything else than its own children. */
  leftovers(): string[];
  /** The state documents by name; a document that can't be read is undefined. */
  documents(): Map<string, unknown>;
  /** The document of the session in that thread. */
  documentOf(root: string): unknown;
  /** Names of files among the state that are no documents. */
  oddFiles(): string[];
  /** What `mm-claude audit --verify` would find wrong. */
  auditProblems(): string[];
  /** Lines of the saved conversation of that id. */
  saved(sessionId: string): readonly SavedLine[];
  /** When the daemon or a Claude was ended by us, milliseconds since the epoch. */
  readonly endings: number[];
  note(what: string): void;
  /** What was done, and the daemon's words. */
  log(): string;
  close(): Promise<void>;
}

export interface SavedLine {
  readonly type?: string;
  readonly isMeta?: boolean;
  readonly isSidechain?: boolean;
  readonly message?: { readonly content?: unknown };
}

const LOG_KEPT = 400_000;
const POST_TRIES = 400;
const POST_PAUSE_MS = 50;

export async function openStage({ daemon, claude }: Programs): Promise<Stage> {
  const root = mkdtempSync(join(tmpdir(), "mm-claude-faults-"));
  const at = (name: string): string => join(root, name);
  for (const name of ["home", "state", "project", "tmp"]) {
    mkdirSync(at(name));
  }
  const ledger = createLedger("notes.txt");
  const model = await startScriptedModel({ scenes: [ledger.scene] });
  const sandbox = await startSandbox();
  const { id: teamId } = sandbox.createTeam({ name: "lab" });
  const { id: channelId } = sandbox.createChannel({ teamId, name: "claude", displayName: "Claude" });
  const bot = sandbox.createUser({ username: "claude-code", isBot: true });
  const people = Object.fromEntries(
    NAMES.map((username) => [username, sandbox.createUser({ username })] as const),
  ) as unknown as Readonly<Record<Name, CreatedUser>>;
  for (const user of [bot, ...Object.values(people)]) {
    sandbox.addMember(channelId, user.id);
  }

  const mark = randomUUID();
  const endings: number[] = [];
  let log = "";
  let child: ChildProcess | undefined;

  const write = (text: string): void => {
    log = (log + text).slice(-LOG_KEPT);
  };
  const note = (what: string): void => write(`${stamp()} ## ${what}\n`);

  /** Whatever happens to the server, people try again, with the same `pending_post_id`. */
  async function insist(by: Name, path: string, body: object): Promise<string> {
    for (let tries = 0; ; tries++) {
      try {
        const answer = await call(sandbox, people[by].token, "POST", `/api/v4${path}`, body);
        if (answer.status < 300) {
          return String(answer.body["id"] ?? "");
        }
        throw new Error(`${path}: ${answer.status} ${answer.text}`);
      } catch (error) {
        if (tries >= POST_TRIES) {
          throw error;
        }
        await new Promise((resolve) => setTimeout(resolve, POST_PAUSE_MS));
      }
    }
  }

  const killAll = (): void => {
    for (const pid of processes()) {
      process.kill(pid, "SIGKILL");
    }
  };
  process.once("exit", killAll);
  const processes = (): number[] => processesMarked(mark).map((line) => Number.parseInt(line, 10));

  return {
    sandbox,
    ledger,
    bot,
    endings,
    note,
    notes: () => linesOf(at("project/notes.txt")),
    async say(by, message, rootId = "") {
      note(`${by} says ${message}`);
      const pending_post_id = `${people[by].id}:${randomUUID()}`;
      return insist(by, "/posts", { channel_id: channelId, message, root_id: rootId, pending_post_id });
    },
    async react(by, postId, emoji_name) {
      note(`${by} reacts ${emoji_name} on ${postId}`);
      await insist(by, "/reactions", { user_id: people[by].id, post_id: postId, emoji_name });
    },
    startDaemon() {
      note("daemon started");
      const started = spawn(process.execPath, [daemon, "--debug"], {
        cwd: at("project"),
        env: {
          ...scriptedEnvironment(model.url, at("home")),
          ...marked(mark),
          XDG_STATE_HOME: at("state"),
          TMPDIR: at("tmp"),
          NO_COLOR: "1",
          MATTERMOST_URL: sandbox.url,
          MATTERMOST_TOKEN: bot.token,
          MATTERMOST_CHANNEL_ID: channelId,
          ALLOWED_USERS: "alice,bob",
          MAX_SESSIONS: "20",
          CLAUDE_PATH: executable(root, claude),
        },
        stdio: ["ignore", "pipe", "pipe"],
      });
      for (const stream of [started.stdout, started.stderr]) {
        stream
          .setEncoding("utf8")
          .on("data", (text: string) => write(text.replace(/^(?=.)/gm, `${stamp()} `)));
      }
      started.on("exit", (code, signal) => {
        note(`daemon ended: ${code ?? signal}`);
        if (child === started) {
          child = undefined;
        }
      });
      child = started;
    },
    get daemonPid() {
      return child?.pid;
    },
    async signalDaemon(signal) {
      const ending = child;
      if (!ending) {
        return null;
      }
      note(`${signal} to the daemon`);
      endings.push(Date.now());
      const gone = new Promise<number | null>((resolve) => ending.once("exit", resolve));
      ending.kill(signal);
      return gone;
    },
    // Not those that only tell their version.
    claudes: () =>
      processesMarked(mark)
        .filter((line) => line.includes("stream-json"))
        .map((line) => Number.parseInt(line, 10))
        .filter((pid) => parentOf(pid) === child?.pid),
    leftovers: () =>
      processesMarked(mark).filter((line) => {
        const pid = Number.parseInt(line, 10);
        return pid !== child?.pid && !isUnder(pid, child?.pid);
      }),
    documents() {
      const files = stateFiles(at("state")).filter((file) => file.endsWith(".json"));
      return new Map(files.map((file) => [file, readJson(file)]));
    },
    documentOf(root) {
      const file = stateFiles(at("state")).find((name) => name.endsWith(`-${root}.json`));
      return file && readJson(file);
    },
    oddFiles: () => stateFiles(at("state")).filter((file) => !/\.(?:jsonl?|lock)$/.test(file)),
    auditProblems: () =>
      findTrails(join(at("state"), "mm-claude")).flatMap((trail) => [...verifyTrail(trail).problems]),
    saved: (sessionId) =>
      filesUnder(at("home/.claude/projects"))
        .filter((file) => file.endsWith(`/${sessionId}.jsonl`))
        .flatMap(linesOf)
        .flatMap((line) => parsed(line) ?? []),
    log: () => log,
    async close() {
      process.off("exit", killAll);
      killAll();
      await sandbox.close();
      await model.close();
      rmSync(root, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

const stamp = (): string => new Date().toISOString().slice(11, 23);

function executable(root: string, path: string): string {
  if (!path.endsWith(".mjs")) {
    return path;
  }
  const wrapper = join(root, "claude");
  writeFileSync(wrapper, `#!/bin/sh\nexec "${process.execPath}" "${path}" "$@"\n`);
  chmodSync(wrapper, 0o755);
  return wrapper;
}

const stateFiles = (state: string): string[] => filesUnder(join(state, "mm-claude"));

function filesUnder(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
      const inside = join(path, entry.name);
      return entry.isDirectory() ? filesUnder(inside) : [inside];
    });
  } catch {
    return [];
  }
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line !== "");
  } catch {
    return [];
  }
}

function parsed(line: string): SavedLine | undefined {
  try {
    return JSON.parse(line) as SavedLine;
  } catch {
    return undefined;
  }
}

/** Undefined when it can't be read; one that was removed in between was none. */
function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return undefined;
  }
}

function isUnder(pid: number, ancestor: number | undefined): boolean {
  for (let at: number | undefined = pid; at !== undefined && at > 1; at = parentOf(at)) {
    if (at === ancestor) {
      return true;
    }
  }
  return false;
}
