// Whether a worktree is still what it was, its end, and what is left of those that nobody asks for.

import { dirname, join } from "node:path";
import { named } from "../util/named.ts";
import { uncommitted } from "./changes.ts";
import { type Git, lineOf } from "./git.ts";
import { type MadeWorktree, makeWorktree, type Worktree } from "./make-worktree.ts";
import { worktreePath } from "./names.ts";
import { asResult, command, counted, failure, Refusal, type Result, uncommittedIn } from "./refusal.ts";
import {
  branchIn,
  checkedOutIn,
  commitOf,
  commitsSince,
  type Repository,
  repositoryOf,
} from "./repository.ts";

/** For a session that resumes: one whose files are gone is made again from its branch, where it was. */
export function findWorktree(git: Git, worktree: Worktree, root: string): Promise<Result<MadeWorktree>> {
  return asResult(async () => {
    const { directory, top, path, branch, base, isNew } = worktree;
    const found = await isThere(git, worktree);
    if (found === "there") {
      return { ...worktree, warnings: [] };
    }
    const isGone = !(await git.files.exists(top)) || !(await git.files.exists(path));
    if (!isGone || (await commitOf(git, directory, `refs/heads/${branch}`)) === undefined) {
      throw new Refusal(found.missing);
    }
    const wanted = { directory, branch, root, place: top, ...(base === undefined ? {} : { base }) };
    const made = await makeWorktree(git, wanted);
    if ("problem" in made) {
      throw new Refusal(made.problem);
    }
    return { ...made.value, base, isNew };
  });
}

export async function isThere(git: Git, worktree: Worktree): Promise<"there" | { readonly missing: string }> {
  const found = await asResult(() => requireWorktree(git, worktree));
  return "problem" in found ? { missing: found.problem } : "there";
}

export async function requireWorktree(git: Git, worktree: Worktree): Promise<void> {
  const { directory, top, path, branch } = worktree;
  const { root } = await repositoryOf(git, directory);
  const [isTopThere, isPathThere] = await Promise.all([git.files.exists(top), git.files.exists(path)]);
  if (!isTopThere) {
    const kept = (await commitOf(git, root, `refs/heads/${branch}`)) !== undefined;
    const rest = kept
      ? "The branch is still there."
      : `The branch is gone, too. If you know its last commit, make it again: ${command(root, "branch", branch, "COMMIT")}`;
    throw new Refusal(`The worktree of ${named(branch)} is gone: ${named(top)} doesn't exist. ${rest}`);
  }
  const [repository, own] = await Promise.all([commonDirectory(git, root), commonDirectory(git, top)]);
  if (own === undefined || own !== repository) {
    throw new Refusal(
      `${named(top)} is no worktree of ${named(root)} any more. If the repository was moved, this mends it: ${command(root, "worktree", "repair", top)}`,
    );
  }
  const current = await branchIn(git, top);
  if (current !== branch) {
    const now = current === undefined ? "no branch" : named(current);
    throw new Refusal(
      `${named(top)} has ${now} checked out, not ${named(branch)}. To go back to it: ${command(top, "switch", branch)}`,
    );
  }
  if (!isPathThere) {
    throw new Refusal(`The directory ${named(path)} is gone from the worktree of ${named(branch)}.`);
  }
}

/** The repository that the files belong to; undefined when `top` is not the top of any. */
async function commonDirectory(git: Git, top: string): Promise<string | undefined> {
  const [shown, common] = await Promise.all([
    git.read(top, ["rev-parse", "--show-toplevel"]),
    git.read(top, ["rev-parse", "--git-common-dir"]),
  ]);
  if (shown.code !== 0 || common.code !== 0 || lineOf(shown) !== (await git.files.realPath(top))) {
    return undefined;
  }
  const path = lineOf(common);
  return git.files.realPath(path.startsWith("/") ? path : join(top, path));
}

export interface Removed {
  /** False when somebody else made it, or when it has commits that are nowhere else. */
  readonly isBranchDeleted: boolean;
}

/** @param confirmed commits that are not merged may stay on the branch alone */
export function removeWorktree(
  git: Git,
  worktree: Worktree,
  { isConfirmed }: { readonly isConfirmed: boolean },
): Promise<Result<Removed>> {
  return asResult(async () => {
    const { directory, top, branch, base, baseCommit, isNew } = worktree;
    const { root } = await repositoryOf(git, directory);
    if (await git.files.exists(top)) {
      await requireWorktree(git, worktree);
      const { files } = await uncommitted(git, top);
      if (files.length > 0) {
        throw new Refusal(
          `${uncommittedIn(branch, files)}, or throw ${files.length === 1 ? "it" : "them"} away yourself: ${command(root, "worktree", "remove", "--force", top)}`,
        );
      }
    }
    const [tip, target = baseCommit] = await Promise.all([
      commitOf(git, root, `refs/heads/${branch}`),
      base ? commitOf(git, root, `refs/heads/${base}`) : undefined,
    ]);
    const unmerged = tip === undefined ? 0 : await commitsSince(git, root, target, tip);
    if (unmerged > 0 && !isConfirmed) {
      throw new Refusal(
        `${named(branch)} has ${counted(unmerged, "commit")} that ${named(base ?? baseCommit.slice(0, 10))} doesn't have. Merge it first, or confirm: the branch then stays without the worktree.`,
      );
    }
    await remove(git, root, top);
    const isMine = isNew && tip !== undefined && unmerged === 0;
    const deletion = isMine ? await git.write(root, ["branch", "--delete", branch]) : undefined;
    return { isBranchDeleted: deletion?.code === 0 };
  });
}

async function remove(git: Git, root: string, top: string): Promise<void> {
  const outcome = await git.write(root, ["worktree", "remove", top]);
  const attempt = "The worktree could not be removed";
  if (/containing submodules/.test(outcome.said)) {
    throw new Refusal(
      `${attempt}: it has submodules, whose commits may be nowhere else. When nothing in them is needed: ${command(root, "worktree", "remove", "--force", top)}`,
    );
  }
  const lock = /cannot remove a locked working tree(?:, lock reason: (.*))?/.exec(outcome.said);
  if (lock !== null) {
    const why = lock[1] === undefined ? "" : ` (${named(lock[1])})`;
    throw new Refusal(
      `${attempt}: somebody has locked it${why}. To unlock it: ${command(root, "worktree", "unlock", top)}`,
    );
  }
  // One that git has forgotten already is what was wanted.
  if (outcome.code !== 0 && !(/is not a working tree/.test(outcome.said) && !(await git.files.exists(top)))) {
    throw failure(attempt, root, outcome);
  }
}

/** The top of the branch's worktree, if it is one of those that are made below `root`. */
export function findOurs(
  git: Git,
  directory: string,
  branch: string,
  root: string,
): Promise<Result<string | undefined>> {
  return asResult(async () => {
    const repository = await repositoryIfAny(git, directory);
    const top =
      repository && (await checkedOutIn(git, "The worktree can't be found", repository.root, branch));
    if (repository === undefined || top === undefined || !(await git.files.exists(top))) {
      return undefined;
    }
    const place = dirname(worktreePath(root, repository.root, branch));
    const isOurs = (await git.files.exists(place)) && (await git.files.realPath(place)) === dirname(top);
    return isOurs ? top : undefined;
  });
}

async function repositoryIfAny(git: Git, directory: string): Promise<Repository | undefined> {
  try {
    return await repositoryOf(git, directory);
  } catch (error) {
    if (error instanceof Refusal) {
      return undefined;
    }
    throw error;
  }
}
