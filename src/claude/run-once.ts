// Runs the claude program for one answer, without a conversation and without the network.

import { execFile } from "node:child_process";
import { claudeEnvironment } from "./argv.ts";

export interface OneRun {
  readonly environment?: NodeJS.ProcessEnv;
  /** No variable whose value contains one of them is passed on. */
  readonly secrets?: readonly string[];
  readonly timeoutMs?: number;
  /** Ends the program. */
  readonly signal?: AbortSignal | undefined;
}

export interface RunOutcome {
  /** Null when it ended with 0; its `code` is the system's error code when the program could not be started. */
  readonly cause: (Error & { code?: unknown }) | null;
  /** It was ended because it gave no answer in time. */
  readonly isKilled: boolean;
  /** It was ended because it said more than any answer is. */
  readonly hasSaidTooMuch: boolean;
  readonly timeoutMs: number;
  readonly stdout: string;
  readonly stderr: string;
}

export function runOnce(path: string, args: readonly string[], run: OneRun = {}): Promise<RunOutcome> {
  const { environment = process.env, secrets = [], timeoutMs = 20_000, signal } = run;
  return new Promise((resolve) => {
    const child = execFile(
      path,
      args,
      {
        env: claudeEnvironment(environment, secrets),
        timeout: timeoutMs,
        killSignal: "SIGKILL",
        signal,
        maxBuffer: 1024 * 1024,
      },
      (cause: RunOutcome["cause"], stdout, stderr) => {
        const hasSaidTooMuch = cause?.code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER";
        const isKilled = child.killed && !hasSaidTooMuch;
        resolve({ cause, isKilled, hasSaidTooMuch, timeoutMs, stdout, stderr });
      },
    );
    child.stdin?.on("error", () => {});
    child.stdin?.end();
  });
}
