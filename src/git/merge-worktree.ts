// Merges a worktree's branch into the one that it came from. What people have in either directory is never at risk:
// nothing is forced, reset or stashed, and a merge that fails is taken back.

import { named } from "../util/named.ts";
import { type Lines, linesBetween, uncommitted } from "./changes.ts";
import { fieldsOf, type Git, textOf } from "./git.ts";
import type { Worktree } from "./make-worktree.ts";
import { asResult, command, failure, listed, must, Refusal, type Result, uncommittedIn } from "./refusal.ts";
import { branchIn, commitOf, commitsSince, repositoryOf } from "./repository.ts";
import { requireWorktree } from "./worktree-life.ts";

export interface Merged {
  /** What the base is at now. */
  readonly commit: string;
  /** The base had not moved on: there is no commit for the merge itself. */
  readonly isFastForward: boolean;
  readonly changes: Lines;
}

export function mergeWorktree(git: Git, worktree: Worktree): Promise<Result<Merged>> {
  return asResult(async () => {
    const { branch, base, top, directory } = worktree;
    if (base === undefined) {
      throw new Refusal(
        `${named(branch)} came from no branch: none was checked out in ${named(directory)}. Merge it by hand: ${command(directory, "merge", branch)}`,
      );
    }
    await requireWorktree(git, worktree);
    const { files } = await uncommitted(git, top);
    if (files.length > 0) {
      throw new Refusal(`${uncommittedIn(branch, files)}.`);
    }
    const { root } = await repositoryOf(git, directory);
    const before = await requireReady(git, root, base);
    if ((await commitsSince(git, root, `refs/heads/${base}`, `refs/heads/${branch}`)) === 0) {
      throw new Refusal(
        `There is nothing to merge: ${named(branch)} has no commit that ${named(base)} doesn't have.`,
      );
    }
    await merge(git, root, worktree, base);
    const [commit = before, tip] = await Promise.all([
      commitOf(git, root, "HEAD"),
      commitOf(git, root, `refs/heads/${branch}`),
    ]);
    return {
      commit,
      isFastForward: commit === tip,
      changes: await linesBetween(git, root, [before, commit]),
    };
  });
}

/** The project's directory, as a merge needs it; gives the commit that it is at. */
async function requireReady(git: Git, root: string, base: string): Promise<string> {
  const [current, commit, isUnfinished] = await Promise.all([
    branchIn(git, root),
    commitOf(git, root, "HEAD"),
    isMerging(git, root),
  ]);
  if (current !== base) {
    const now = current === undefined ? "no branch" : named(current);
    throw new Refusal(
      `${named(root)} has ${now} checked out, not ${named(base)}. Change that first: ${command(root, "switch", base)}`,
    );
  }
  if (commit === undefined) {
    throw new Refusal(`The branch ${named(base)} is gone from ${named(root)}.`);
  }
  if (isUnfinished) {
    throw new Refusal(
      `Another merge is not finished in ${named(root)}. Finish it there, or take it back: ${command(root, "merge", "--abort")}`,
    );
  }
  const { files, untracked } = await uncommitted(git, root);
  const changed = files.filter((file) => !untracked.map(textOf).includes(file) && !file.endsWith("/"));
  if (changed.length > 0) {
    throw new Refusal(
      `${named(root)} has changes that are not committed: ${listed(changed)}. Commit them there first: ${command(root, "commit", "--all")}`,
    );
  }
  return commit;
}

async function isMerging(git: Git, root: string): Promise<boolean> {
  return (await commitOf(git, root, "MERGE_HEAD")) !== undefined;
}

async function merge(git: Git, root: string, { branch, top }: Worktree, base: string): Promise<void> {
  const message = `Merge branch '${branch}' into ${base}`;
  const outcome = await git.write(root, [
    ...["-c", "merge.autoStash=false", "merge", "--quiet", "--no-edit", "--commit", "--no-squash"],
    ...["-m", message, `refs/heads/${branch}`],
  ]);
  if (outcome.code === 0) {
    return;
  }
  const conflicts = [
    "diff",
    "--no-ext-diff",
    "--no-textconv",
    "--name-only",
    "-z",
    "--diff-filter=U",
    "--ignore-submodules=dirty",
  ];
  const files = fieldsOf(await git.read(root, conflicts)).map(textOf);
  if (await isMerging(git, root)) {
    await must(git.write, "The merge failed, and could not be taken back", root, ["merge", "--abort"]);
  }
  if (files.length > 0) {
    throw new Refusal(
      `${named(branch)} and ${named(base)} have changed the same lines of ${listed(files)}. Nothing was merged. Bring them together on the branch first: ${command(top, "merge", base)}`,
    );
  }
  throw failure(`${named(branch)} could not be merged into ${named(base)}`, root, outcome);
}
