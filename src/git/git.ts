// Git as this folder uses it, with the files around it, on the machine where the project is: run-git.ts is for this one,
// git-there.ts for another.

import { backoffMs } from "../util/backoff.ts";

export interface GitOutcome {
  /** Undefined when it was not even started; `said` has the reason, for people. */
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
  readonly environment?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
  /**
   * It reads by a copy of the index that has these entries, too, in the form of `update-index -z --index-info`. The
   * outcome may be that of a git which was needed for that.
   */
  readonly entries?: Buffer | undefined;
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
  readonly files: Files;
}

/** All paths are absolute, but for a project's directory on another machine, which may begin where its user is. */
export interface Files {
  exists(path: string): Promise<boolean>;
  /** Of a directory, without links in it. */
  realPath(directory: string): Promise<string>;
  /** Of a small file; "" when it can't be read. */
  text(path: string): Promise<string>;
  /** Links count as what they are. */
  kind(path: string): Promise<"directory" | "other" | undefined>;
  makeDirectory(path: string): Promise<void>;
  /** With its parents, for nobody else to see; one that exists stays as it is. Gives its real path. */
  makePrivate(path: string): Promise<string>;
  remove(path: string): Promise<void>;
}

export const READ_MS = 20_000;
export const WRITE_MS = 300_000;
export const MAX_BYTES = 20 * 1024 * 1024;
/** After SIGTERM, by which git takes its locks away. */
export const TERM_MS = 2000;

/** Of whatever is run. */
export const ALWAYS = ["--no-pager", "-c", "core.fsmonitor=", "-c", "core.quotePath=false"];
export const READING = [
  ...ALWAYS,
  ...[
    ["core.hooksPath", "/dev/null"],
    ["core.splitIndex", "false"],
    ["diff.orderFile", "/dev/null"],
    // A program that is missing, git-lfs above all, spoils no look at the files.
    ["filter.lfs.required", "false"],
    // Larger files count as binary: git would take them into memory whole.
    ["core.bigFileThreshold", "5m"],
  ].flatMap(([key, value]) => ["-c", `${key}=${value}`]),
];
export const ENVIRONMENT = { GIT_TERMINAL_PROMPT: "0", GIT_EDITOR: ":", LC_ALL: "C" };
export const READING_ENVIRONMENT = { GIT_OPTIONAL_LOCKS: "0" };

/** The last is a worktree that another git is just making: any git that looks at all of them fails meanwhile (2.39). */
const LOCKED = /\.lock': File exists|could not lock config file|failed to read \S*worktrees\//;
const TRIES = 16;

/** Others work in the same repository: their locks are short. All pauses together are 6 s at most. */
export async function untilUnlocked(wait: Git["wait"], run: () => Promise<GitOutcome>): Promise<GitOutcome> {
  for (let attempt = 0; ; attempt++) {
    const outcome = await run();
    if (outcome.code === 0 || attempt === TRIES || !LOCKED.test(outcome.said)) {
      return outcome;
    }
    await wait(backoffMs(attempt, { baseMs: 30, maxMs: 400, random: Math.random }));
  }
}

/** The one line or path that it printed; a path may hold line breaks. */
export function lineOf({ output }: Pick<GitOutcome, "output">): string {
  return output.toString().replace(/\n$/, "");
}

/** What `-z` separates, each character a byte, so that a file name can be given back as it was. */
export function fieldsOf({ output }: GitOutcome): string[] {
  return output.toString("latin1").split("\0").slice(0, -1);
}

export const textOf = (field: string): string => Buffer.from(field, "latin1").toString();
