// Asks the claude program for its version: the start-up check that it is there and can run.

import { execFile } from "node:child_process";
import { claudeEnvironment } from "./argv.ts";
import { ClaudeError, startFailure } from "./error.ts";

export interface VersionCheck {
  readonly environment?: NodeJS.ProcessEnv;
  /** No variable whose value contains one of them is passed on. */
  readonly secrets?: readonly string[];
  readonly timeoutMs?: number;
  /** Ends the program that is asked. */
  readonly signal?: AbortSignal | undefined;
}

/** "2.1.330". Rejects with a ClaudeError whose message says what to do. */
export function claudeVersion(path: string, check: VersionCheck = {}): Promise<string> {
  const { environment = process.env, secrets = [], timeoutMs = 20_000, signal } = check;
  return new Promise((resolve, reject) => {
    const child = execFile(
      path,
      ["--version"],
      {
        env: claudeEnvironment(environment, secrets),
        timeout: timeoutMs,
        killSignal: "SIGKILL",
        signal,
        maxBuffer: 1024 * 1024,
      },
      (cause, stdout, stderr) => {
        const version = /\d+\.\d+\.\d+\S*/.exec(stdout)?.[0];
        if (cause === null && version !== undefined) {
          resolve(version);
        } else {
          reject(failure(path, cause, child.killed, timeoutMs, stdout, stderr));
        }
      },
    );
    child.stdin?.on("error", () => {});
    child.stdin?.end();
  });
}

function failure(
  path: string,
  cause: (Error & { code?: unknown }) | null,
  killed: boolean,
  timeoutMs: number,
  stdout: string,
  stderr: string,
): ClaudeError {
  if (killed) {
    return new ClaudeError(
      "timeout",
      `"${path} --version" gave no answer within ${Math.round(timeoutMs / 1000)} s. Run it by hand to see why, or set CLAUDE_PATH to the claude program.`,
      { cause },
    );
  }
  // A string is the system's error code, when it could not start it; a number is the exit code of a program that ran.
  if (typeof cause?.code === "string") {
    return startFailure(path, cause);
  }
  const said = (stderr.trim() || stdout.trim()).slice(0, 300);
  return new ClaudeError(
    "failed",
    `"${path} --version" did not name a version${said === "" ? "" : ` but said: ${said}`}. Set CLAUDE_PATH to the claude program.`,
    { cause },
  );
}
