// The life of one child process: spawn in its own process group, lines out, last words, and the ladder
// that ends it and all it started. Knows nothing of what the lines mean.

import { type ChildProcessWithoutNullStreams, spawn as nodeSpawn } from "node:child_process";
import { existsSync } from "node:fs";
import { startFailure } from "./error.ts";
import { createLineFramer, type LineListener } from "./line-framer.ts";
import { killProcessTree, processTreeOf } from "./process-tree.ts";

export interface Command {
  readonly path: string;
  readonly arguments: readonly string[];
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** How it ended. `code` is null when a signal ended it or it never ran; `stderr` is its last words. */
export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

export interface ProcessListener extends LineListener {
  /** Called once, always after `startProcess` has returned and after the last line. */
  ended(end: End): void;
}

export interface RunningProcess {
  readonly pid: number | undefined;
  /** Writes one line. Does nothing when the process no longer reads. */
  write(line: string): void;
  /**
   * Ends stdin, waits `graceMs`, SIGTERM, waits, SIGKILL to the group, and ends whatever else it had started. A second
   * call may shorten the wait.
   */
  close(graceMs: number): Promise<void>;
}

export type Spawn = typeof nodeSpawn;

const stderrTailBytes = 8 * 1024;
/** SIGTERM ends a claude within 30 ms (1.0.128 to 2.1.330). */
const termGraceMs = 1_000;
/** How long stdout may stay silent before a reader that outlives the leader is no longer waited for. */
const drainMs = 300;
const drainAtMostMs = 5_000;

export function startProcess(
  command: Command,
  listener: ProcessListener,
  spawn: Spawn = nodeSpawn,
): RunningProcess {
  let hasEnded = false;
  let resolveEnded: () => void = () => {};
  const whenEnded = new Promise<void>((resolve) => {
    resolveEnded = resolve;
  });

  function end(outcome: End): void {
    if (hasEnded) return;
    hasEnded = true;
    listener.ended(outcome);
    resolveEnded();
  }

  function failToStart(cause: unknown): void {
    const stderr = existsSync(command.directory)
      ? startFailure(command.path, cause).message
      : `The directory ${command.directory} does not exist.`;
    end({ code: null, signal: null, stderr });
  }

  let child: ChildProcessWithoutNullStreams;
  try {
    child = spawn(command.path, [...command.arguments], {
      cwd: command.directory,
      env: command.environment,
      stdio: "pipe",
      // Its own process group, so that whatever it starts can be ended with it.
      detached: true,
    });
  } catch (cause) {
    setImmediate(failToStart, cause);
    return { pid: undefined, write() {}, close: () => whenEnded };
  }

  const { pid } = child;
  if (pid === undefined) {
    // Never ran; when descriptors are short it has no streams either.
    child.once("error", failToStart);
    return { pid, write() {}, close: () => whenEnded };
  }
  child.on("error", () => {});
  // EPIPE: the process closed its end; its exit tells the rest.
  child.stdin.on("error", () => {});

  const stderrTail = collectTail(child.stderr, stderrTailBytes);
  const framer = createLineFramer(listener);
  let received = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    received += chunk.length;
    framer.push(chunk);
  });

  child.on("exit", (code, signal) => {
    killGroup(pid, "SIGKILL");
    let isFinished = false;
    const finish = (): void => {
      if (isFinished) return;
      isFinished = true;
      child.stdout.destroy();
      child.stderr.destroy();
      framer.end();
      end({ code, signal, stderr: stderrTail() });
    };
    child.on("close", finish);
    // A grandchild in a group of its own may hold stdout open for ever: wait for silence, not for the end.
    const deadline = performance.now() + drainAtMostMs;
    let seen = received;
    const check = (): void => {
      if (received === seen || performance.now() > deadline) finish();
      else waitForSilence();
    };
    const waitForSilence = (): void => {
      seen = received;
      // After the timer one round of reading, or a busy event loop would be taken for silence.
      setTimeout(() => setImmediate(check), drainMs).unref();
    };
    waitForSilence();
  });

  async function endsWithin(ms: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
    });
    await Promise.race([whenEnded, late]);
    clearTimeout(timer);
    return hasEnded;
  }

  return {
    pid,
    write(line) {
      if (child.stdin.writable) child.stdin.write(`${line}\n`);
    },
    async close(graceMs) {
      const tree = hasEnded ? [] : processTreeOf(pid);
      child.stdin.end();
      if (!(await endsWithin(graceMs))) {
        killGroup(pid, "SIGTERM");
        if (!(await endsWithin(termGraceMs))) {
          killGroup(pid, "SIGKILL");
          await whenEnded;
        }
      }
      killProcessTree(tree);
    },
  };
}

function killGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch {
    // The group is gone already.
  }
}

function collectTail(stream: NodeJS.ReadableStream, limitBytes: number): () => string {
  let tail: Buffer = Buffer.alloc(0);
  stream.on("data", (chunk: Buffer) => {
    tail = Buffer.concat([tail, chunk]).subarray(-limitBytes);
  });
  // A cut inside a character leaves up to three replacement characters at the front.
  return () =>
    tail
      .toString("utf8")
      .replace(/^\uFFFD{1,3}/, "")
      .trim();
}
