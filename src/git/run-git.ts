// Runs git: without a shell, a prompt or a pager, within a time and a size, and in a session of its own, so that what it
// starts ends with it and no Ctrl-C on the daemon's terminal cuts it short.

import { spawn } from "node:child_process";
import { backoffMs } from "../util/backoff.ts";
import { type Clock, systemClock } from "../util/clock.ts";

export interface GitOutcome {
  /** Undefined when there is no git. */
  readonly code: number | undefined;
  /** Its standard output, in bytes: file names and files may be in any encoding. */
  readonly output: Buffer;
  /** Its standard error. */
  readonly said: string;
  readonly isLate: boolean;
  /** It was ended because it printed more than `maxBytes`; `output` has the first part. */
  readonly isCut: boolean;
}

export interface GitOptions {
  readonly input?: Buffer;
  readonly environment?: NodeJS.ProcessEnv;
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
}

export type RunGit = (
  directory: string,
  args: readonly string[],
  options?: GitOptions,
) => Promise<GitOutcome>;

export interface Git {
  /** Changes nothing, and runs no program that the repository's settings name except the filters of its files. */
  readonly read: RunGit;
  /** The user's hooks run, as always. */
  readonly write: RunGit;
  readonly wait: (ms: number) => Promise<void>;
}

const READ_MS = 20_000;
const WRITE_MS = 300_000;
const MAX_BYTES = 20 * 1024 * 1024;
const ERROR_BYTES = 64 * 1024;

const always = ["--no-pager", "-c", "core.fsmonitor=", "-c", "core.quotePath=false"];
const reading = [
  ["core.hooksPath", "/dev/null"],
  ["core.splitIndex", "false"],
  ["diff.orderFile", "/dev/null"],
  // A program that is missing, git-lfs above all, spoils no look at the files.
  ["filter.lfs.required", "false"],
  // Larger files count as binary: git would take them into memory whole.
  ["core.bigFileThreshold", "5m"],
].flatMap(([key, value]) => ["-c", `${key}=${value}`]);

/** What git itself takes from the environment points at repositories, files and programs; these are only the user's. */
const KEPT = /^GIT_(?:AUTHOR_|COMMITTER_|CONFIG_|SSL_|SSH|EXEC_PATH$)/;

/** @param environment without anything secret: the repository's own programs may see it */
export function gitWith(environment: NodeJS.ProcessEnv, clock: Clock = systemClock): Git {
  const kept = Object.entries(environment).filter(([name]) => !name.startsWith("GIT_") || KEPT.test(name));
  const base = {
    ...Object.fromEntries(kept),
    GIT_TERMINAL_PROMPT: "0",
    GIT_EDITOR: ":",
    LC_ALL: "C",
  };
  const wait = (ms: number) => new Promise<void>((resolve) => void clock.setTimeout(resolve, ms));
  const run = (directory: string, args: readonly string[], env: NodeJS.ProcessEnv, options: GitOptions) =>
    untilUnlocked(wait, () => runOnce(clock, directory, args, env, options));
  return {
    wait,
    read: (directory, args, { environment: more, ...options } = {}) =>
      run(
        directory,
        [...always, ...reading, ...args],
        { ...base, GIT_OPTIONAL_LOCKS: "0", ...more },
        { timeoutMs: READ_MS, ...options },
      ),
    write: (directory, args, { environment: more, ...options } = {}) =>
      run(directory, [...always, ...args], { ...base, ...more }, { timeoutMs: WRITE_MS, ...options }),
  };
}

/** The last is a worktree that another git is just making: any git that looks at all of them fails meanwhile (2.39). */
const LOCKED = /\.lock': File exists|could not lock config file|failed to read \S*worktrees\//;
const TRIES = 16;

/** Others work in the same repository: their locks are short. All pauses together are 6 s at most. */
async function untilUnlocked(wait: Git["wait"], run: () => Promise<GitOutcome>): Promise<GitOutcome> {
  for (let attempt = 0; ; attempt++) {
    const outcome = await run();
    if (outcome.code === 0 || attempt === TRIES || !LOCKED.test(outcome.said)) {
      return outcome;
    }
    await wait(backoffMs(attempt, { baseMs: 30, maxMs: 400, random: Math.random }));
  }
}

const TERM_MS = 2000;
/** What a hook left running may hold the streams open. */
const STREAMS_MS = 500;

function runOnce(
  clock: Clock,
  directory: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  { input, timeoutMs = READ_MS, maxBytes = MAX_BYTES }: GitOptions,
): Promise<GitOutcome> {
  return new Promise((resolve) => {
    const child = spawn("git", args, { cwd: directory, env, detached: true });
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
      resolve({
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
      finish("code" in error && error.code === "ENOENT" ? undefined : 1, error.message),
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

/** The one line or path that it printed; a path may hold line breaks. */
export function lineOf({ output }: GitOutcome): string {
  return output.toString().replace(/\n$/, "");
}

/** What `-z` separates, each character a byte, so that a file name can be given back as it was. */
export function fieldsOf({ output }: GitOutcome): string[] {
  return output.toString("latin1").split("\0").slice(0, -1);
}

export const textOf = (field: string): string => Buffer.from(field, "latin1").toString();
