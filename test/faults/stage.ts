// Where the campaign plays: a sandbox server and a scripted model in this process, people, and the built daemon as a
// child that can be killed and started again. Decides nothing about what goes wrong.

import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmodSync, cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { scriptedEnvironment } from "../../sandbox/model/environment.ts";
import { startScriptedModel } from "../../sandbox/model/server.ts";
import { type CreatedUser, type Sandbox, startSandbox } from "../../sandbox/server/sandbox.ts";
import { findTrails } from "../../src/audit/files.ts";
import { verifyTrail } from "../../src/audit/verify.ts";
import { marked, processesMarked } from "../support/processes.ts";
import { type SshServer, startSshServer } from "../support/ssh-server.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import {
  type Conversation,
  conversationReader,
  filesUnder,
  isUnder,
  linesOf,
  parentOf,
  readJson,
} from "./files.ts";
import { createHands, type Hands } from "./hands.ts";
import { createPlaces, type Places } from "./places.ts";
import { createProjects, type Projects } from "./projects.ts";
import { createLedger, type Ledger } from "./words.ts";

export interface Programs {
  /** The daemon's script. */
  readonly daemon: string;
  /** What CLAUDE_PATH names: a program, or a script that Node runs. */
  readonly claude: string;
  /** What is loaded before the daemon, so that its disk can fail and forget. */
  readonly disk: readonly string[];
  /** The projects of projects.yaml are behind a real sshd. */
  readonly isOverSsh?: boolean;
}

export interface Stage extends Omit<Hands, "users"> {
  readonly sandbox: Sandbox;
  readonly ledger: Ledger;
  readonly bot: CreatedUser;
  readonly places: Places;
  readonly projects: Projects;
  /** Undefined where Claude is on this machine. */
  readonly ssh: SshServer | undefined;
  readonly aliceId: string;
  /** The marks that allowed tools wrote, and where they ran. */
  notes(): { readonly mark: string; readonly directory: string }[];
  /** `settings`: beside those that every daemon here has. */
  /** Unless it runs. One that finds the bot out of its channel ends, and is started again, as a service would be. */
  startDaemon(settings?: Readonly<Record<string, string>>): void;
  /** Undefined while none runs. */
  readonly daemonPid: number | undefined;
  /** Resolves when it is gone. */
  signalDaemon(signal: NodeJS.Signals): Promise<number | null>;
  /** Until the present daemon says that it is ready, or some seconds are over. */
  untilReady(): Promise<void>;
  /** The daemon is killed, and what it keeps is what the disk has for sure. */
  losePower(): Promise<void>;
  /** The daemon's writes fail with this code, until the returned function is called. */
  breakDisk(code: "ENOSPC" | "EIO"): () => void;
  /** Pids of living Claudes. */
  claudes(): number[];
  /** What the daemon has left running, as `pid command`; in its present run everything else than its own children. */
  leftovers(): string[];
  /** The state documents by name; a document that can't be read is undefined. */
  documents(): Map<string, unknown>;
  /** The document of the session in that thread. */
  documentOf(root: string): unknown;
  /** What the power could not take of it. */
  durableDocumentOf(root: string): unknown;
  /** Names of files among the state that are no documents. */
  oddFiles(): string[];
  /** What `mm-claude audit --verify` would find wrong. */
  auditProblems(): string[];
  /** What Claude has saved, of all threads. */
  conversations(): readonly Conversation[];
  /** When the daemon or a Claude was told to end by us, and when the daemon was gone; milliseconds since the epoch. */
  readonly endings: number[];
  note(what: string): void;
  /** What was done, and the daemon's words. */
  log(): string;
  close(): Promise<void>;
}

const LOG_KEPT = 400_000;
/** The exit code. */
const SETTINGS_ARE_WRONG = 2;
const START_AGAIN_MS = 300;
const READY_WITHIN_MS = 60_000;

export async function openStage({ daemon, claude, disk, isOverSsh = false }: Programs): Promise<Stage> {
  const root = temporaryDirectory();
  const at = (name: string): string => join(root, name);
  for (const name of ["home", "state", "tmp", "durable", "run"]) {
    mkdirSync(at(name));
  }
  const ledger = createLedger(NOTES);
  const model = await startScriptedModel({ scenes: [ledger.scene] });
  const sandbox = await startSandbox();
  const bot = sandbox.createUser({ username: "claude-code", isBot: true });

  const mark = randomUUID();
  const endings: number[] = [];
  let log = "";
  let child: ChildProcess | undefined;
  let isClosed = false;

  const write = (text: string): void => {
    log = (log + text).slice(-LOG_KEPT);
  };
  const note = (what: string): void => write(`${stamp()} ## ${what}\n`);
  const { users, ...hands } = createHands(sandbox, note);
  const places = createPlaces(sandbox, bot, users);
  const program = executable(root, claude);
  const ssh = isOverSsh
    ? await startSshServer({
        ...scriptedEnvironment(model.url, at("home")),
        ...marked(mark),
        TMPDIR: at("tmp"),
      })
    : undefined;
  const projects = createProjects({
    root,
    configHome: at("home/.config"),
    runtime: at("run"),
    places,
    daemonPid: () => child?.pid,
    note,
    elsewhere: ssh && { runner: ssh.runner, claudePath: program },
  });

  const killAll = (): void => {
    for (const pid of processes()) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has just ended.
      }
    }
  };
  process.once("exit", killAll);
  const processes = (): number[] => processesMarked(mark).map((line) => Number.parseInt(line, 10));

  const stage: Stage = {
    ...hands,
    sandbox,
    ledger,
    bot,
    places,
    projects,
    ssh,
    aliceId: users.alice.id,
    endings,
    note,
    notes: () =>
      [
        ...projects.directories.map((directory) => join(directory, NOTES)),
        ...filesUnder(at("home/.local/share/mm-claude/worktrees")).filter((file) => basename(file) === NOTES),
      ].flatMap((file) => linesOf(file).map((mark) => ({ mark, directory: dirname(file) }))),
    startDaemon(settings = {}) {
      if (child) {
        return;
      }
      note(`daemon started ${JSON.stringify(settings)}`);
      const loaded = disk.flatMap((path) => ["--import", pathToFileURL(path).href]);
      const started = spawn(process.execPath, [...loaded, daemon, "--debug"], {
        cwd: at("project"),
        env: {
          ...scriptedEnvironment(model.url, at("home")),
          ...marked(mark),
          XDG_STATE_HOME: at("state"),
          XDG_RUNTIME_DIR: at("run"),
          TMPDIR: at("tmp"),
          NO_COLOR: "1",
          FAILING_DISK_ROOT: at("state"),
          FAILING_DISK_FLAG: at("disk-fails"),
          FORGETFUL_DISK_ROOT: at("state/mm-claude"),
          FORGETFUL_DISK_DURABLE: at("durable"),
          MATTERMOST_URL: sandbox.url,
          MATTERMOST_TOKEN: bot.token,
          MATTERMOST_CHANNEL_ID: places.project.channelId,
          ALLOWED_USERS: "alice,bob",
          MAX_SESSIONS: "20",
          CLAUDE_PATH: program,
          ...settings,
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
        if (code === SETTINGS_ARE_WRONG) {
          setTimeout(() => !isClosed && stage.startDaemon(settings), START_AGAIN_MS);
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
      const gone = new Promise<number | null>((resolve) =>
        ending.once("exit", (code) => {
          // What began since it was told to end was cut as well.
          endings.push(Date.now());
          resolve(code);
        }),
      );
      ending.kill(signal);
      return gone;
    },
    async untilReady() {
      const isReady = (): boolean => /Ready!/.test(log.split("daemon started").at(-1) ?? "");
      for (const deadline = Date.now() + READY_WITHIN_MS; !isReady() && Date.now() < deadline; ) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    async losePower() {
      await stage.signalDaemon("SIGKILL");
      note("the power is gone, and with it what was not synced");
      const isForgotten = (file: string): boolean => /^(?:session|cursor|names)-/.test(basename(file));
      for (const file of stateFiles(at("state")).filter(isForgotten)) {
        rmSync(file);
      }
      cpSync(at("durable"), at("state/mm-claude"), { recursive: true });
    },
    breakDisk(code) {
      note(`the disk fails with ${code}`);
      writeFileSync(at("disk-fails"), code);
      return () => {
        note("the disk is whole again");
        rmSync(at("disk-fails"), { force: true });
      };
    },
    // Not those that only tell their version.
    claudes: () =>
      processesMarked(mark)
        .filter((line) => line.includes("stream-json"))
        .map((line) => Number.parseInt(line, 10))
        .filter((pid, _at, all) => (ssh ? !all.includes(parentOf(pid) ?? 0) : parentOf(pid) === child?.pid)),
    leftovers: () =>
      processesMarked(mark).filter((line) => {
        const pid = Number.parseInt(line, 10);
        const isConnected = child !== undefined && ssh?.pid !== undefined && isUnder(pid, ssh.pid);
        return pid !== child?.pid && !isUnder(pid, child?.pid) && !isConnected;
      }),
    documents() {
      const files = stateFiles(at("state")).filter((file) => file.endsWith(".json"));
      return new Map(files.map((file) => [file, readJson(file)]));
    },
    documentOf: (root) => documentIn(stateFiles(at("state")), root),
    durableDocumentOf: (root) => documentIn(filesUnder(at("durable")), root),
    oddFiles: () => stateFiles(at("state")).filter((file) => !/\.(?:jsonl?|lock)$/.test(file)),
    auditProblems: () =>
      findTrails(join(at("state"), "mm-claude")).flatMap((trail) => [...verifyTrail(trail).problems]),
    conversations: conversationReader(at("home/.claude/projects")),
    log: () => log,
    async close() {
      isClosed = true;
      process.off("exit", killAll);
      killAll();
      await ssh?.stop();
      await sandbox.close();
      await model.close();
      rmSync(root, { recursive: true, force: true, maxRetries: 10 });
    },
  };
  return stage;
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

/** Where an allowed tool writes its mark, in the directory it runs in. */
const NOTES = "notes.txt";

function documentIn(files: readonly string[], root: string): unknown {
  const file = files.find((name) => name.endsWith(`-${root}.json`));
  return file && readJson(file);
}

const stateFiles = (state: string): string[] => filesUnder(join(state, "mm-claude"));
