// What a project's directory is in the eyes of git.

import { join } from "node:path";
import { named } from "../util/named.ts";
import { type Git, lineOf } from "./git.ts";
import { asResult, command, failure, must, Refusal, type Result } from "./refusal.ts";

export interface Repository {
  /** Of the files; of the repository itself when it is bare. */
  readonly root: string;
  /** Undefined when none is checked out (a detached HEAD). */
  readonly branch: string | undefined;
  /** Undefined while there is no commit. */
  readonly commit: string | undefined;
  readonly isBare: boolean;
  readonly hasSubmodules: boolean;
  readonly hasLfs: boolean;
}

export function findRepository(git: Git, directory: string): Promise<Result<Repository>> {
  return asResult(() => repositoryOf(git, directory));
}

export async function repositoryOf(git: Git, directory: string): Promise<Repository> {
  // Whatever doesn't need the other goes at once: each may be a way to another machine.
  const [isThere, bare] = await Promise.all([
    git.files.exists(directory),
    git.read(directory, ["rev-parse", "--is-bare-repository"]),
  ]);
  if (!isThere) {
    throw new Refusal(`The directory ${named(directory)} doesn't exist.`);
  }
  if (/not a git repository/.test(bare.said)) {
    throw new Refusal(
      `${named(directory)} is in no git repository. To make one: ${command(directory, "init")}`,
    );
  }
  if (bare.code !== 0) {
    throw failure("The repository can't be read", directory, bare);
  }
  const isBare = lineOf(bare) === "true";
  const [top, branch, commit] = await Promise.all([
    must(git.read, "The repository can't be read", directory, [
      "rev-parse",
      isBare ? "--absolute-git-dir" : "--show-toplevel",
    ]),
    branchIn(git, directory),
    commitOf(git, directory, "HEAD"),
  ]);
  const path = lineOf(top);
  const [root, hasSubmodules, attributes] = await Promise.all([
    git.files.realPath(path),
    git.files.exists(join(path, ".gitmodules")),
    git.files.text(join(path, ".gitattributes")),
  ]);
  return {
    root,
    branch,
    commit,
    isBare,
    hasSubmodules,
    hasLfs: /\bfilter=lfs\b/.test(attributes),
  };
}

/** The branch that is checked out there. */
export async function branchIn(git: Git, directory: string): Promise<string | undefined> {
  const head = await lineIfAny(git, directory, ["symbolic-ref", "--quiet", "HEAD"]);
  return head?.replace(/^refs\/heads\//, "");
}

export function commitOf(git: Git, directory: string, name: string): Promise<string | undefined> {
  return lineIfAny(git, directory, ["rev-parse", "--quiet", "--verify", `${name}^{commit}`]);
}

/** Undefined when git says that there is none; to get no answer is another thing. */
async function lineIfAny(git: Git, directory: string, args: readonly string[]): Promise<string | undefined> {
  const outcome = await git.read(directory, args);
  if (outcome.isLate || outcome.code === undefined) {
    throw failure("The repository can't be read", directory, outcome);
  }
  return outcome.code === 0 ? lineOf(outcome) : undefined;
}

/** The top of the branch's worktree; undefined when it has none, or there is no such branch. */
export async function checkedOutIn(
  git: Git,
  attempt: string,
  root: string,
  branch: string,
): Promise<string | undefined> {
  const format = ["for-each-ref", "--format=%(worktreepath)", `refs/heads/${branch}`];
  // A branch may have a name below this one's: then it prints more, and this one doesn't exist.
  const top = lineOf(await must(git.read, attempt, root, format));
  const isThere = top !== "" && (await commitOf(git, root, `refs/heads/${branch}`)) !== undefined;
  return isThere ? top : undefined;
}

/** How many commits `name` has that `base` hasn't. */
export async function commitsSince(git: Git, directory: string, base: string, name: string): Promise<number> {
  const range = ["rev-list", "--count", `${base}..${name}`, "--"];
  return Number(lineOf(await must(git.read, "The commits can't be counted", directory, range)));
}
