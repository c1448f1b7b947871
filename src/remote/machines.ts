// The machines that projects are on. To one behind ssh a connection is kept open, which all that is started there shares:
// a session of its own in it takes a round trip or two, and a new connection about eight.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { backoffMs } from "../util/backoff.ts";
import { type Clock, systemClock } from "../util/clock.ts";
import { startMark } from "../util/processes.ts";
import { isOwnDirectory } from "../util/saved-files.ts";
import { remoteOf } from "./runner.ts";
import { scriptLine } from "./script.ts";
import { remoteShell } from "./shell.ts";
import type { RemoteShell } from "./types.ts";

export class Machines {
  readonly #environment: NodeJS.ProcessEnv;
  readonly #clock: Clock;
  readonly #known = new Map<string, RemoteShell>();
  readonly #connections: OpenConnection[] = [];
  #folder: string | undefined;

  /** @param environment of the runners, without anything secret */
  constructor(environment: NodeJS.ProcessEnv, clock: Clock = systemClock) {
    this.#environment = environment;
    this.#clock = clock;
  }

  /** `runner`: its words. */
  of(runner: readonly string[]): RemoteShell {
    const key = JSON.stringify(runner);
    const known = this.#known.get(key) ?? this.#reach(runner);
    this.#known.set(key, known);
    return known;
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
    this.#known.clear();
    if (this.#folder !== undefined) {
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }

  #reach(runner: readonly string[]): RemoteShell {
    const remote = remoteOf(runner, this.#newSocket());
    if (remote.sharing) {
      const { path, sharing } = remote;
      this.#connections.push(new OpenConnection(path, sharing, this.#environment, this.#clock));
    }
    return remoteShell(remote, this.#environment);
  }

  /** A short name: a path to a socket may have 103 bytes at most (macOS), and ssh adds 17 for a moment. */
  #newSocket(): string | undefined {
    try {
      this.#folder ??= makeSocketFolder();
      return join(this.#folder, String(this.#known.size));
    } catch {
      // Without it each takes a connection of its own.
      return undefined;
    }
  }
}

const FOLDER = "mm-claude-ssh-";

/** Those of daemons that were killed go. */
function makeSocketFolder(): string {
  const made = mkdtempSync(join(tmpdir(), `${FOLDER}${process.pid}-`));
  for (const name of readdirSync(tmpdir())) {
    const [, pid] = new RegExp(`^${FOLDER}(\\d{1,10})-\\w{6}$`).exec(name) ?? [];
    const path = join(tmpdir(), name);
    if (pid !== undefined && startMark(Number(pid)) === undefined && isOwnDirectory(path)) {
      rmSync(path, { recursive: true, force: true });
    }
  }
  return made;
}

const RETRY = { baseMs: 2000, maxMs: 60_000, random: () => 1 };
/** One that lasted so long was right: the next try may be soon. */
const LASTED_MS = 60_000;

/** Opened again when it breaks. Ends with this process, however that ends: its stdin is closed then. */
class OpenConnection {
  readonly #open: () => ChildProcess;
  readonly #clock: Clock;
  #child: ChildProcess | undefined;
  #timer: ReturnType<Clock["setTimeout"]> | undefined;
  #attempt = 0;
  #isClosed = false;

  constructor(path: string, args: readonly string[], env: NodeJS.ProcessEnv, clock: Clock) {
    this.#clock = clock;
    this.#open = () => spawn(path, [...args], { env, stdio: ["pipe", "ignore", "ignore"], detached: true });
    this.#connect();
  }

  close(): void {
    this.#isClosed = true;
    this.#clock.clearTimeout(this.#timer);
    this.#child?.stdin?.end();
    this.#child?.unref();
  }

  #connect(): void {
    const began = this.#clock.now();
    let hasEnded = false;
    const ended = (): void => {
      if (hasEnded || this.#isClosed) {
        return;
      }
      hasEnded = true;
      this.#attempt = this.#clock.now() - began > LASTED_MS ? 0 : this.#attempt + 1;
      this.#timer = this.#clock.setTimeout(() => this.#connect(), backoffMs(this.#attempt, RETRY));
    };
    const child = this.#open();
    this.#child = child;
    child.on("error", ended);
    child.on("exit", ended);
    child.stdin?.on("error", () => {});
    child.stdin?.write(scriptLine("exec cat >/dev/null", []));
  }
}
