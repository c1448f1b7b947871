// The machines that projects are on.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Clock, systemClock } from "../util/clock.ts";
import { startMark } from "../util/processes.ts";
import { isOwnDirectory } from "../util/saved-files.ts";
import { OpenConnection } from "./open-connection.ts";
import { remoteOf } from "./runner.ts";
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
    if (remote.sharing === undefined) {
      return remoteShell(remote, this.#environment);
    }
    const connection = new OpenConnection(remote, remote.sharing, this.#environment, this.#clock);
    this.#connections.push(connection);
    return remoteShell({ ...remote, takeWaiting: () => connection.takeWaiting() }, this.#environment);
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
      endThoseWith(path);
      rmSync(path, { recursive: true, force: true });
    }
  }
  return made;
}

/** Of a login that hangs, ssh does not notice that whoever started it is gone (9.2). */
function endThoseWith(folder: string): void {
  try {
    const table = execFileSync("ps", ["-A", "-ww", "-o", "pid=", "-o", "args="], { encoding: "utf8" });
    for (const line of table.split("\n").filter((one) => one.includes(`ControlPath=${folder}/`))) {
      process.kill(Number.parseInt(line, 10), "SIGKILL");
    }
  } catch {
    // They end with their connection.
  }
}
