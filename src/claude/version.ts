// Asks the claude program for its version: the start-up check that it is there, is Claude Code and can run.

import { ClaudeError, startFailure } from "./error.ts";
import { type OneRun, type RunOutcome, runOnce } from "./run-once.ts";

/** "2.1.330". Rejects with a ClaudeError whose message says what to do. */
export async function claudeVersion(path: string, run: OneRun = {}): Promise<string> {
  const outcome = await runOnce(path, ["--version"], run);
  const version = versionIn(outcome.stdout);
  if (outcome.cause !== null || version === undefined) {
    throw failure(path, outcome, run.environment?.["PATH"]);
  }
  return version;
}

/** In what `--version` says. Seen on 1.0.128, 2.0.76 and 2.1.330: `2.1.330 (Claude Code)`. */
export function versionIn(said: string): string | undefined {
  return /\b(\d+\.\d+\.\d+\S*) \(Claude Code\)/.exec(said)?.[1];
}

/** Whether a version that `claudeVersion` gave is this one or a later one. */
export function isAtLeast(version: string, oldest: readonly [number, number, number]): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split(/[.+-]/, 3).map(Number);
  const [oldestMajor, oldestMinor, oldestPatch] = oldest;
  return (major - oldestMajor || minor - oldestMinor || patch - oldestPatch) >= 0;
}

function failure(
  path: string,
  { cause, isKilled, hasSaidTooMuch, timeoutMs, stdout, stderr }: RunOutcome,
  searchPath: string | undefined,
): ClaudeError {
  if (isKilled) {
    return new ClaudeError(
      "timeout",
      `"${path} --version" gave no answer within ${Math.round(timeoutMs / 1000)} s. Run it by hand to see why, or set CLAUDE_PATH to the claude program.`,
      { cause },
    );
  }
  // A string is the system's error code, when it could not start it; a number is the exit code of a program that ran.
  if (typeof cause?.code === "string" && !hasSaidTooMuch) {
    return startFailure(path, cause, { searchPath });
  }
  const said = beginningOf(stderr.trim() || stdout.trim());
  return new ClaudeError(
    "failed",
    cause === null || hasSaidTooMuch
      ? `"${path}" is not Claude Code: its --version says ${said === "" ? "nothing" : JSON.stringify(said)}. Set CLAUDE_PATH to the claude program.`
      : `"${path} --version" failed${said === "" ? "" : `, saying: ${said}`}. Run it by hand to see why, or set CLAUDE_PATH to the claude program.`,
    { cause },
  );
}

const LONGEST = 80;

/** One short line of it. */
function beginningOf(text: string): string {
  const [line = "", ...more] = text.split("\n", 2);
  const short = line.trim();
  if (short.length > LONGEST) {
    return `${short.slice(0, LONGEST - 1)}…`;
  }
  return more.length === 0 ? short : `${short} …`;
}
