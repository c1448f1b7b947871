// Why git can't do what was asked, in a person's words, with the command that would help where there is one.

import { resolve } from "node:path";
import { RemoteError, runnersWords } from "../remote/error.ts";
import { named } from "../util/named.ts";
import type { GitOptions, GitOutcome, RunGit } from "./git.ts";

/** `unreached`: nobody could ask the other machine; what its runner said. */
export type Result<T> =
  | { readonly value: T }
  | { readonly problem: string; readonly unreached?: string | undefined };

/** Thrown within this folder only; its functions for others give it as a value. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}

export async function asResult<T>(work: () => Promise<T>): Promise<Result<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    if (error instanceof Refusal) {
      return { problem: error.message };
    }
    if (error instanceof RemoteError) {
      return { problem: error.message, unreached: runnersWords(error) };
    }
    // A disk that is full, a directory that may not be written.
    if (error instanceof Error && "syscall" in error) {
      return { problem: `Files could not be read or written: ${named(error.message)}` };
    }
    throw error;
  }
}

/** A git command as a person would type it. */
export function command(directory: string, ...args: readonly string[]): string {
  return named(["git", "-C", directory, ...args].map(shellWord).join(" "));
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

const NAMES_SHOWN = 5;

export function listed(names: readonly string[]): string {
  const more = names.length - NAMES_SHOWN;
  return `${names.slice(0, NAMES_SHOWN).map(named).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** "1 file of `fix` is not committed: `a`. Commit it first": what stands in the way, and what to do about it. */
export function uncommittedIn(branch: string, files: readonly string[]): string {
  const [are, them] = files.length === 1 ? ["is", "it"] : ["are", "them"];
  return `${counted(files.length, "file")} of ${named(branch)} ${are} not committed: ${listed(files)}. Commit ${them} first`;
}

const LONGEST_QUOTE = 400;

/** @param attempt what was tried: "The worktree could not be made" */
export function failure(attempt: string, directory: string, { code, said, isLate }: GitOutcome): Refusal {
  if (code === undefined) {
    return new Refusal(`${attempt}: ${said}`);
  }
  if (isLate) {
    return new Refusal(`${attempt}: git did not finish in time in ${named(directory)}.`);
  }
  const lock = /'([^'\n]+\.lock)': File exists/.exec(said)?.[1];
  if (lock !== undefined) {
    return new Refusal(
      `${attempt}: another git is at work there, or one was killed and left its lock. When none is running, remove ${named(lock)} and try again.`,
    );
  }
  const broken = /failed to read (\S*worktrees\/[^/\n]+)\//.exec(said)?.[1];
  if (broken !== undefined) {
    return new Refusal(
      `${attempt}: a git that was killed has left ${named(resolve(directory, broken))} half made. When no git is running there, remove that folder and try again.`,
    );
  }
  const known = KNOWN.find(([pattern]) => pattern.test(said))?.[1];
  return new Refusal(`${attempt}: ${known?.(directory) ?? `git says ${named(quote(said))}.`}`);
}

const KNOWN: readonly (readonly [RegExp, (directory: string) => string])[] = [
  [/No space left on device|Disk quota exceeded/, () => "the disk is full. Make room and try again."],
  [
    /dubious ownership/,
    (directory) =>
      `the repository belongs to another user. To trust it: ${named(`git config --global --add safe.directory ${shellWord(directory)}`)}`,
  ],
  [
    /Please tell me who you are|empty ident name/,
    (directory) =>
      `git doesn't know whose name the commit bears. Set it: ${command(directory, "config", "user.name", "NAME")} and ${command(directory, "config", "user.email", "ADDRESS")}`,
  ],
];

/** Its words without its advice, which is for somebody at a terminal there. */
function quote(said: string): string {
  const lines = said.split("\n").filter((line) => !line.startsWith("hint:"));
  const words = lines
    .map((line) => line.replace(/^(?:fatal|error): /, "").trim())
    .filter((line) => line !== "");
  return words.join(" ").slice(0, LONGEST_QUOTE) || "nothing";
}

/** Runs it where only success will do. */
export async function must(
  run: RunGit,
  attempt: string,
  directory: string,
  args: readonly string[],
  options: GitOptions = {},
): Promise<GitOutcome> {
  const outcome = await run(directory, args, options);
  if (outcome.code !== 0 && !outcome.isCut) {
    throw failure(attempt, directory, outcome);
  }
  return outcome;
}
