// Runs git on this machine: without a shell, a prompt or a pager, within a time and a size, and in a session of its own, so
// that what it starts ends with it and no Ctrl-C on the daemon's terminal cuts it short.

import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { type Clock, systemClock } from "../util/clock.ts";
import { filesHere, withCopy } from "./files-here.ts";
import {
  ALWAYS,
  ENVIRONMENT,
  type Git,
  type GitOptions,
  type GitOutcome,
  lineOf,
  MAX_BYTES,
  READ_MS,
  READING,
  READING_ENVIRONMENT,
  TERM_MS,
  untilUnlocked,
  WRITE_MS,
} from "./git.ts";

const ERROR_BYTES = 64 * 1024;

/** What git itself takes from the environment points at repositories, files and programs; these are only the user's. */
const KEPT = /^GIT_(?:AUTHOR_|COMMITTER_|CONFIG_|SSL_|SSH|EXEC_PATH$)/;

interface Run extends Omit<GitOptions, "entries"> {
  readonly input?: Buffer | undefined;
}

/** @param environment without anything secret: the repository's own programs may see it */
export function gitWith(environment: NodeJS.ProcessEnv, clock: Clock = systemClock): Git {
  const kept = Object.entries(environment).filter(([name]) => !name.startsWith("GIT_") || KEPT.test(name));
  const base = { ...Object.fromEntries(kept), ...ENVIRONMENT };
  const wait = (ms: number) => new Promise<void>((done) => void clock.setTimeout(done, ms));
  const run = (directory: string, args: readonly string[], options: Run) =>
    untilUnlocked(wait, () =>
      runOnce(clock, directory, args, { ...options, environment: { ...base, ...options.environment } }),
    );
  const read = (directory: string, args: readonly string[], { environment: more, ...options }: Run = {}) =>
    run(directory, [...READING, ...args], {
      timeoutMs: READ_MS,
      ...options,
      environment: { ...READING_ENVIRONMENT, ...more },
    });
  return {
    wait,
    files: filesHere,
    async read(directory, args, { entries, ...options } = {}) {
      if (!entries) {
        return read(directory, args, options);
      }
      const own = await read(directory, ["rev-parse", "--git-path", "index"]);
      if (own.code !== 0) {
        return own;
      }
      return withCopy(resolve(directory, lineOf(own)), async (index) => {
        const environment = { ...options.environment, GIT_INDEX_FILE: index };
        const adding = ["update-index", "-z", "--index-info"];
        const added = await read(directory, adding, { environment, input: entries });
        return added.code === 0 ? read(directory, args, { ...options, environment }) : added;
      });
    },
    write: (directory, args, options) =>
      run(directory, [...ALWAYS, ...args], { timeoutMs: WRITE_MS, ...options }),
  };
}

/** What a hook left running may hold the streams open. */
const STREAMS_MS = 500;
const NOT_FOUND = "git was not found. Install git, or add its folder to PATH.";

function runOnce(
  clock: Clock,
  directory: string,
  args: readonly string[],
  { input, environment = {}, timeoutMs = READ_MS, maxBytes = MAX_BYTES }: Run,
): Promise<GitOutcome> {
  return new Promise((done) => {
    const child = spawn("git", args, { cwd: directory, env: environment, detached: true });
    const output = collector(maxBytes, () => end());
    const said = collector(ERROR_BYTES, () => {});
    let isLate = false;
    let timer = clock.setTimeout(() => {
      isLate = true;
      end();
    }, timeoutMs);
    /** By SIGTERM it takes its locks away. */
    function end(): void {
      signalGroup(child.pid, "SIGTERM");
      clock.clearTimeout(timer);
      timer = clock.setTimeout(() => signalGroup(child.pid, "SIGKILL"), TERM_MS);
    }
    function finish(code: number | undefined, problem?: string): void {
      clock.clearTimeout(timer);
      child.stdout.destroy();
      child.stderr.destroy();
      done({
        code,
        output: output.bytes(),
        said: problem ?? said.bytes().toString(),
        isLate,
        isCut: output.isFull(),
      });
    }
    child.stdout.on("data", output.add);
    child.stderr.on("data", said.add);
    // It may end without having read all.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
    // A directory that is gone gives ENOENT as well.
    child.on("error", (error) =>
      "code" in error && error.code === "ENOENT" ? finish(undefined, NOT_FOUND) : finish(1, error.message),
    );
    child.on("exit", (code) => {
      clock.clearTimeout(timer);
      timer = clock.setTimeout(() => finish(code ?? 1), STREAMS_MS);
    });
    child.on("close", (code) => finish(code ?? 1));
  });
}

function collector(limit: number, whenFull: () => void) {
  const chunks: Buffer[] = [];
  let left = limit;
  let isFull = false;
  return {
    add(chunk: Buffer): void {
      chunks.push(chunk.subarray(0, left));
      left -= Math.min(left, chunk.length);
      if (!isFull && left === 0) {
        isFull = true;
        whenFull();
      }
    },
    bytes: () => Buffer.concat(chunks),
    isFull: () => isFull,
  };
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) {
      process.kill(-pid, signal);
    }
  } catch {
    // It has just ended.
  }
}
