// The life of one child process: it starts in a process group of its own, its stdout becomes lines, and it ends with
// all that it has started. Knows nothing of what the lines mean.

import { type ChildProcessWithoutNullStreams, spawn as nodeSpawn } from "node:child_process";
import { existsSync } from "node:fs";
import { UNHEARD } from "../remote/claude-script.ts";
import type { RemoteErrorCode } from "../remote/error.ts";
import { BEGUN, withoutEnd } from "../remote/script.ts";
import type { Remote } from "../remote/types.ts";
import { startFailure } from "./error.ts";
import { LineFramer, type LineListener } from "./line-framer.ts";
import { OutputTail } from "./output-tail.ts";
import { killProcessTree, processTreeOf } from "./process-tree.ts";

export interface Command {
  readonly path: string;
  readonly arguments: readonly string[];
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  /** It is a runner: Claude is at the other end of it. */
  readonly remote?: RemoteEnd | undefined;
}

/** What the other end of a runner is given, and needs. */
export interface RemoteEnd extends Pick<Remote, "takeWaiting"> {
  /** For its stdin, before anything else. */
  readonly firstLine: string;
  /** A line that means nothing, sent this often. */
  readonly signOfLife: string;
  readonly signOfLifeMs: number;
  /** So long it may take to end Claude there, once its stdin is closed. */
  readonly endsWithinMs: number;
  /** What all that it starts carries. */
  readonly run: string;
  /** What exit codes mean when Claude has said nothing. */
  readonly failures: ReadonlyMap<number, string>;
}

/** How it ended. `code` is null when a signal ended it or it never ran; `stderr` is the end of its error output. */
export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  /** Nobody knows how Claude ended on the other machine, or it was never started there. */
  readonly lost?: Exclude<RemoteErrorCode, "timeout">;
  /** It never ran on the other machine, where something is missing. */
  readonly isMissing?: true;
}

export interface ProcessListener extends LineListener {
  /** Called once, always after `start` has returned and after the last line. */
  ended(end: End): void;
}

export type Spawn = typeof nodeSpawn;

const STDERR_BYTES = 8 * 1024;
/** SIGTERM ends a claude within 30 ms (1.0.128 to 2.1.330). */
const SIGTERM_GRACE_MS = 1_000;
/** After the exit, so long a silence means that another process holds stdout open: it is not waited for. */
const SILENCE_MS = 300;
const WAIT_FOR_SILENCE_AT_MOST_MS = 5_000;

export class ClaudeProcess {
  readonly #command: Command;
  readonly #listener: ProcessListener;
  readonly #spawn: Spawn;
  readonly #framer: LineFramer;
  readonly #stderr = new OutputTail(STDERR_BYTES);
  readonly #whenEnded: Promise<void>;
  #resolveEnded: () => void = () => {};
  #hasEnded = false;
  /** Its end is our wish. */
  #isClosing = false;
  /** Undefined before the start, and when the program could not be started. */
  #child: ChildProcessWithoutNullStreams | undefined;
  /** Bytes of stdout. */
  #received = 0;
  /** What comes before is another machine's greeting. */
  #hasBegun: boolean;
  #hasSpoken = false;
  #signsOfLife: NodeJS.Timeout | undefined;

  constructor(command: Command, listener: ProcessListener, spawn: Spawn = nodeSpawn) {
    this.#command = command;
    this.#listener = listener;
    this.#spawn = spawn;
    this.#hasBegun = command.remote === undefined;
    this.#framer = new LineFramer({
      lines: (lines) => this.#lines(lines),
      tooLong: (limitBytes, head) => this.#hasBegun && listener.tooLong(limitBytes, head),
      endless: (bytes) => listener.endless(bytes),
    });
    this.#whenEnded = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Never throws: a program that cannot be started is reported by `ended`. */
  start(): void {
    let child: ChildProcessWithoutNullStreams;
    try {
      child = this.#spawnChild();
    } catch (cause) {
      setImmediate(() => this.#failToStart(cause));
      return;
    }
    if (child.pid === undefined) {
      // Never ran; when descriptors are short it has no streams either.
      child.once("error", (cause) => this.#failToStart(cause));
      return;
    }
    this.#child = child;
    this.#listen(child, child.pid);
  }

  /** Writes one line. Does nothing when the process no longer reads. */
  write(line: string): void {
    const stdin = this.#child?.stdin;
    if (stdin?.writable) {
      stdin.write(`${line}\n`);
    }
  }

  /**
   * Ends stdin, waits `graceMs`, SIGTERM, waits, SIGKILL to the group, and ends whatever else it had started. A second
   * call may shorten the wait.
   */
  async close(graceMs: number): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined) {
      return this.#whenEnded;
    }
    this.#isClosing = true;
    const tree = this.#hasEnded ? [] : processTreeOf(child.pid);
    clearInterval(this.#signsOfLife);
    child.stdin.end();
    // The other end gives it its time, and tells when all is gone.
    if (!(await this.#endsWithin(this.#command.remote?.endsWithinMs ?? graceMs))) {
      killGroup(child.pid, "SIGTERM");
      if (!(await this.#endsWithin(SIGTERM_GRACE_MS))) {
        killGroup(child.pid, "SIGKILL");
        await this.#whenEnded;
      }
    }
    killProcessTree(tree);
  }

  #spawnChild(): ChildProcessWithoutNullStreams {
    const { path, directory, environment, remote } = this.#command;
    const waiting = remote?.takeWaiting?.();
    if (waiting) {
      return waiting;
    }
    return this.#spawn(path, [...this.#command.arguments], {
      ...(remote ? {} : { cwd: directory }),
      env: environment,
      stdio: "pipe",
      // Its own process group, so that whatever it starts can be ended with it.
      detached: true,
    });
  }

  #failToStart(cause: unknown): void {
    const { path, directory, remote } = this.#command;
    if (remote) {
      const stderr = cause instanceof Error ? cause.message : String(cause);
      this.#end({ code: null, signal: null, stderr, lost: "unreached" });
      return;
    }
    const stderr = existsSync(directory)
      ? startFailure(path, cause).message
      : `The directory ${directory} does not exist.`;
    this.#end({ code: null, signal: null, stderr });
  }

  #lines(lines: readonly string[]): void {
    const ours = this.#hasBegun ? lines : this.#afterGreeting(lines);
    if (ours.length > 0) {
      this.#hasSpoken = true;
      this.#listener.lines(ours);
    }
  }

  #afterGreeting(lines: readonly string[]): readonly string[] {
    const at = lines.indexOf(BEGUN);
    this.#hasBegun = at >= 0;
    return this.#hasBegun ? lines.slice(at + 1) : [];
  }

  #listen(child: ChildProcessWithoutNullStreams, pid: number): void {
    child.on("error", () => {});
    // EPIPE: the process closed its end; what follows is known by its exit.
    child.stdin.on("error", () => {});
    child.stderr.on("data", (chunk: Buffer) => this.#stderr.push(chunk));
    if (this.#command.remote) {
      this.#open(this.#command.remote);
    }
    child.stdout.on("data", (chunk: Buffer) => {
      this.#received += chunk.length;
      this.#framer.push(chunk);
    });
    child.on("exit", (code, signal) => {
      killGroup(pid, "SIGKILL");
      clearInterval(this.#signsOfLife);
      const finish = () => this.#finish(child, code, signal);
      child.on("close", finish);
      this.#afterSilence(finish, performance.now() + WAIT_FOR_SILENCE_AT_MOST_MS);
    });
  }

  #open({ firstLine, signOfLife, signOfLifeMs }: RemoteEnd): void {
    this.#child?.stdin.write(firstLine);
    this.#signsOfLife = setInterval(() => this.write(signOfLife), signOfLifeMs);
    this.#signsOfLife.unref();
  }

  /** A grandchild in a group of its own may hold stdout open for ever: silence is waited for, and not only its end. */
  #afterSilence(finish: () => void, deadline: number): void {
    const before = this.#received;
    const check = (): void => {
      if (this.#received === before || performance.now() > deadline) {
        finish();
      } else {
        this.#afterSilence(finish, deadline);
      }
    };
    // After the timer one round of reading, or a busy event loop would be taken for silence.
    setTimeout(() => setImmediate(check), SILENCE_MS).unref();
  }

  #finish(child: ChildProcessWithoutNullStreams, code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#hasEnded) {
      return;
    }
    child.stdout.destroy();
    child.stderr.destroy();
    this.#framer.end();
    this.#end(
      this.#command.remote
        ? this.#endThere(this.#command.remote, signal)
        : { code, signal, stderr: this.#stderr.text },
    );
  }

  /** What the runner itself ends with is its own affair. */
  #endThere({ failures }: RemoteEnd, signal: NodeJS.Signals | null): End {
    // The tail has lost its last line break.
    const { said: all, code } = withoutEnd(`${this.#stderr.text}\n`);
    if (code === undefined) {
      return { code: null, signal, stderr: all, lost: this.#hasBegun ? "cut" : "unreached" };
    }
    const [said = "", unheard] = all.split(UNHEARD).map((part) => part.trim());
    // Both ends live, and were parted: a laptop that sleeps for a while is enough.
    if (unheard !== undefined && !this.#isClosing) {
      return { code: null, signal: null, stderr: unheard, lost: "cut" };
    }
    const failure = this.#hasSpoken ? undefined : failures.get(code);
    return failure === undefined
      ? { code, signal: null, stderr: said }
      : { code, signal: null, stderr: `${failure}\n${said}`.trim(), isMissing: true };
  }

  #end(end: End): void {
    this.#hasEnded = true;
    this.#listener.ended(end);
    this.#resolveEnded();
  }

  async #endsWithin(ms: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
    });
    await Promise.race([this.#whenEnded, late]);
    clearTimeout(timer);
    return this.#hasEnded;
  }
}

function killGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch {
    // The group is gone already.
  }
}
