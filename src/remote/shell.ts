// Runs a script on another machine to its end: each by a runner of its own.

import { type ChildProcessWithoutNullStreams, spawn as nodeSpawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { remoteError } from "./error.ts";
import { BEGUN, ENDED, scriptLine, toldScript, withoutEnd } from "./script.ts";
import type { Remote, RemoteShell, RunScript } from "./types.ts";

const TIMEOUT_MS = 30_000;
const MAX_BYTES = 20 * 1024 * 1024;
const STDERR_BYTES = 64 * 1024;
/** A connection that is shared may hold the streams open after the runner has ended. */
const STREAMS_MS = 500;
/** What the script has left running may hold the runner after the script has ended. */
const RUNNER_MS = 2000;

/** @param environment the runner's own; nothing of it gets to the other machine but what the runner itself passes on */
export function remoteShell(remote: Remote, environment: NodeJS.ProcessEnv): RemoteShell {
  const run: RunScript = (script, args = [], options = {}) =>
    new Promise((resolve, reject) => {
      const { input, isHeld = false, onOutput, signal } = options;
      const { timeoutMs = TIMEOUT_MS, maxBytes = MAX_BYTES } = options;
      const child = remote.takeWaiting?.() ?? openRunner(remote, environment);
      if (child.pid === undefined) {
        // Never ran; when descriptors are short it has no streams either.
        child.once("error", ({ message }) => reject(remoteError("unreached", remote, message)));
        return;
      }
      const ended = `${ENDED} ${randomUUID()}`;
      const output = new Output(maxBytes, () => kill(child), onOutput);
      let stderr = "";
      let isLate = false;
      const late = setTimeout(() => {
        isLate = true;
        kill(child);
      }, timeoutMs);
      const abort = () => kill(child);
      signal?.addEventListener("abort", abort);
      let streams: NodeJS.Timeout | undefined;
      const finish = (): void => {
        clearTimeout(late);
        clearTimeout(streams);
        signal?.removeEventListener("abort", abort);
        for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
        if (child.exitCode === null && child.signalCode === null) {
          kill(child);
        }
        const { said, code } = withoutEnd(stderr, ended);
        if (signal?.aborted) {
          reject(signal.reason);
        } else if (isLate) {
          reject(remoteError("timeout", remote, said));
        } else if (!output.hasBegun) {
          reject(remoteError("unreached", remote, said));
        } else if (code === undefined && !output.isCut) {
          reject(remoteError("cut", remote, said));
        } else {
          resolve({ code: code ?? 1, output: output.bytes(), said, isCut: output.isCut });
        }
      };
      let hasEnded = false;
      const heard = (): void => {
        hasEnded ||= withoutEnd(stderr, ended).code !== undefined;
        if (hasEnded) {
          clearTimeout(streams);
          streams = setTimeout(finish, RUNNER_MS);
        }
      };
      child.stdout.on("data", (chunk: Buffer) => {
        output.add(chunk);
        heard();
      });
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        stderr = (stderr + text).slice(-STDERR_BYTES);
        heard();
      });
      child.stdin.on("error", () => {});
      child.stdin.write(scriptLine(toldScript(script, ended), args));
      if (!isHeld) {
        child.stdin.end(input);
      }
      child.on("exit", () => {
        clearTimeout(streams);
        streams = setTimeout(finish, STREAMS_MS);
      });
      child.on("close", finish);
    });
  return { remote, run };
}

const running = new Set<ChildProcessWithoutNullStreams>();

/** One that was never started has no pid, and tells why by `error`. */
export function openRunner(
  { path, arguments: args }: Remote,
  environment: NodeJS.ProcessEnv,
): ChildProcessWithoutNullStreams {
  const child = nodeSpawn(path, [...args], { env: environment, stdio: "pipe", detached: true });
  if (child.pid !== undefined) {
    running.add(child);
    child.once("exit", () => running.delete(child));
  }
  return child;
}

/** It is the end: of a login that hangs, ssh does not even notice that its stdin is closed (9.2). */
export function killRunners(): void {
  running.forEach(kill);
}

export function kill(child: ChildProcessWithoutNullStreams): void {
  try {
    if (child.pid !== undefined) {
      process.kill(-child.pid, "SIGKILL");
    }
  } catch {
    // It has just ended.
  }
}

const BEGUN_LINE = Buffer.from(`\n${BEGUN}\n`);

/** What a script prints, from its beginning on. */
class Output {
  readonly #limit: number;
  readonly #whenFull: () => void;
  readonly #take: (bytes: Buffer) => void;
  readonly #chunks: Buffer[] = [];
  #greeting: Buffer | undefined = Buffer.alloc(0);
  #bytes = 0;

  constructor(limit: number, whenFull: () => void, take?: (bytes: Buffer) => void) {
    this.#limit = limit;
    this.#whenFull = whenFull;
    this.#take = take ?? ((bytes) => this.#chunks.push(bytes));
  }

  get hasBegun(): boolean {
    return this.#greeting === undefined;
  }

  get isCut(): boolean {
    return this.#bytes > this.#limit;
  }

  add(chunk: Buffer): void {
    if (this.#greeting === undefined) {
      this.#keep(chunk);
      return;
    }
    const all = Buffer.concat([this.#greeting, chunk]);
    const at = all.indexOf(BEGUN_LINE);
    this.#greeting = at < 0 ? all.subarray(-STDERR_BYTES) : undefined;
    if (at >= 0) {
      this.#keep(all.subarray(at + BEGUN_LINE.length));
    }
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks).subarray(0, this.#limit);
  }

  #keep(chunk: Buffer): void {
    if (!this.isCut) {
      this.#take(chunk);
      this.#bytes += chunk.length;
      if (this.isCut) {
        this.#whenFull();
      }
    }
  }
}
