// Makes the git worktree that a session works in, or finds the one that an earlier try has made or begun.
// By git and not by Claude Code's `--worktree`. 2.1.330 puts that one into the repository, on a branch `worktree-NAME` that
// begins at the remote's default branch, with the repository's root to work in; two sessions get the same one without a
// word, its lock stays after the end, and a resume whose worktree is gone goes on in the project's own directory.

import { basename, dirname, join, relative, sep } from "node:path";
import { named } from "../util/named.ts";
import { type Git, type GitOutcome, lineOf } from "./git.ts";
import { branchNameFrom, worktreePath } from "./names.ts";
import { fetchLfs, lacksLfs, updateSubmodules, WITHOUT_LFS } from "./parts-elsewhere.ts";
import { asResult, command, failure, must, Refusal, type Result } from "./refusal.ts";
import { checkedOutIn, commitOf, type Repository, repositoryOf } from "./repository.ts";

/** To be kept with the session: everything else in this folder is asked by it. */
export interface Worktree {
  /** The project's own, which a merge goes to. */
  readonly directory: string;
  /** Where the session works: `directory` as it is in the worktree. */
  readonly path: string;
  readonly top: string;
  readonly branch: string;
  /** The branch that it came from and is merged into; undefined where none was checked out. */
  readonly base?: string | undefined;
  /** Where the two parted when it was made. */
  readonly baseCommit: string;
  /** The branch was made with it. */
  readonly isNew: boolean;
}

export interface MadeWorktree extends Worktree {
  /** What is missing in it, a sentence each. */
  readonly warnings: readonly string[];
}

export interface NewWorktree {
  readonly directory: string;
  readonly branch: string;
  /** Where all of mm-claude's worktrees are kept. */
  readonly root: string;
  /** Instead of the branch that the directory has checked out. */
  readonly base?: string;
  /** Where it was before: Claude finds a conversation by the directory. */
  readonly place?: string;
}

const ATTEMPT = "The worktree could not be made";

export function makeWorktree(git: Git, wanted: NewWorktree): Promise<Result<MadeWorktree>> {
  return asResult(async () => {
    const { directory } = wanted;
    const name = branchNameFrom(wanted.branch);
    if ("problem" in name) {
      throw new Refusal(name.problem);
    }
    const branch = name.value;
    const repository = await repositoryOf(git, directory);
    const start = await startOf(git, repository, wanted);
    const home = await homeFor(git, wanted.root, repository.root, branch);
    const taken = await takeUp(git, repository.root, branch, home);
    const isNew = taken.top === undefined && (await ensureBranch(git, repository.root, branch, start));
    const isLfsMissing = repository.hasLfs && (await lacksLfs(git, repository.root));
    const settings = isLfsMissing ? WITHOUT_LFS : [];
    const top =
      taken.top ??
      (await addWorktree(
        git,
        repository.root,
        branch,
        settings,
        places(home, taken.left, wanted.place),
        isNew,
      ));
    const [mergeBase, real] = await Promise.all([
      git.read(top, ["merge-base", start, "HEAD"]),
      git.files.realPath(directory),
    ]);
    const inside = relative(repository.root, real);
    const path = join(top, inside);
    const warnings = [
      ...((await makeInside(git, top, inside))
        ? [`${named(inside)} is not on that branch: it is an empty directory there.`]
        : []),
      ...(repository.hasLfs ? await fetchLfs(git, top, isLfsMissing) : []),
      ...(repository.hasSubmodules ? await updateSubmodules(git, top) : []),
    ];
    const base = wanted.base ?? repository.branch;
    const baseCommit = mergeBase.code === 0 ? lineOf(mergeBase) : start;
    return { directory, path, top, branch, base, baseCommit, isNew, warnings };
  });
}

async function startOf(
  git: Git,
  { root, isBare, commit }: Repository,
  { directory, base }: NewWorktree,
): Promise<string> {
  if (isBare) {
    throw new Refusal(
      `${named(root)} is a bare repository, which has no files to work on. Name a directory with a checkout of it.`,
    );
  }
  if (commit === undefined) {
    throw new Refusal(
      `The repository in ${named(root)} has no commit yet, so that a branch has nothing to begin with. Make the first: ${command(directory, "commit", "--allow-empty", "-m", "Begin")}`,
    );
  }
  const start = base === undefined ? commit : await commitOf(git, root, `refs/heads/${base}`);
  if (start === undefined) {
    throw new Refusal(`The repository in ${named(root)} has no branch ${named(base ?? "")} to begin from.`);
  }
  return start;
}

async function homeFor(git: Git, root: string, repository: string, branch: string): Promise<string> {
  const home = worktreePath(root, repository, branch);
  return join(await git.files.makePrivate(dirname(home)), basename(home));
}

interface Taken {
  /** Complete. */
  readonly top?: string;
  /** A place that is not used again: a git that goes on after its daemon was killed cleans up there when it fails. */
  readonly left?: string;
}

const PATIENCE_MS = 3000;
const LOOK_EVERY_MS = 100;

/** Finds the branch's worktree. One that was never complete was given to nobody: it is taken away. */
async function takeUp(git: Git, root: string, branch: string, home: string): Promise<Taken> {
  const top = await checkedOutIn(git, ATTEMPT, root, branch);
  if (top === undefined) {
    return {};
  }
  if (dirname(top) !== dirname(home)) {
    throw new Refusal(
      (await git.files.exists(top))
        ? `The branch ${named(branch)} is checked out in ${named(top)}. Name another branch, or check out another one there: ${command(top, "switch", "OTHER")}`
        : `The branch ${named(branch)} is checked out in ${named(top)}, which is gone. To free it: ${command(root, "worktree", "remove", top)}`,
    );
  }
  let isUnfinished = await isBeingMade(git, root, branch);
  let isThere = await git.files.exists(top);
  for (let waited = 0; isUnfinished && isThere && waited < PATIENCE_MS; waited += LOOK_EVERY_MS) {
    await git.wait(LOOK_EVERY_MS);
    isUnfinished = await isBeingMade(git, root, branch);
    isThere = await git.files.exists(top);
  }
  if (isThere && !isUnfinished) {
    return { top };
  }
  if (isUnfinished) {
    await must(git.write, ATTEMPT, root, ["worktree", "unlock", top]);
    await git.files.remove(top);
  }
  // Forgets what is gone, without touching anybody else's as `prune` would.
  await must(git.write, ATTEMPT, root, ["worktree", "remove", top]);
  return isUnfinished ? { left: top } : {};
}

/** While git makes a worktree it is locked with this reason; when git is killed, for good (2.39). */
async function isBeingMade(git: Git, root: string, branch: string): Promise<boolean> {
  const list = await must(git.read, ATTEMPT, root, ["worktree", "list", "--porcelain"]);
  const own = list.output
    .toString()
    .split("\n\n")
    .find((entry) => entry.split("\n").includes(`branch refs/heads/${branch}`));
  return own?.split("\n").includes("locked initializing") === true;
}

/** Whether it had to be made. One that only a remote has is made from there, and follows it. */
async function ensureBranch(git: Git, root: string, branch: string, start: string): Promise<boolean> {
  if ((await commitOf(git, root, `refs/heads/${branch}`)) !== undefined) {
    return false;
  }
  const format = ["for-each-ref", "--format=%(refname)", `refs/remotes/*/${branch}`];
  const remotes = lineOf(await must(git.read, ATTEMPT, root, format))
    .split("\n")
    .filter((name) => name !== "");
  const remote = remotes.find((name) => name === `refs/remotes/origin/${branch}`) ?? remotes[0];
  if ((await commitOf(git, root, `refs/remotes/${branch}`)) !== undefined) {
    throw new Refusal(
      `${named(branch)} is a branch of a remote. To work on it, name it without the remote: ${named(branch.slice(branch.indexOf("/") + 1))}`,
    );
  }
  if (remotes.length > 1 && remote !== `refs/remotes/origin/${branch}`) {
    const words = remotes.map((name) => name.slice("refs/remotes/".length));
    throw new Refusal(
      `More than one remote has a branch ${named(branch)}: choose one with ${command(root, "branch", branch, words[0] ?? "")}`,
    );
  }
  await must(git.write, ATTEMPT, root, ["branch", "--no-track", branch, remote ?? start]);
  if (remote !== undefined) {
    // Without it nothing is missing but a short `git push`.
    await git.write(root, ["branch", `--set-upstream-to=${remote.slice("refs/remotes/".length)}`, branch]);
  }
  return true;
}

const PLACES = 9;

function places(home: string, left: string | undefined, first = home): string[] {
  const all = [first, home, ...Array.from({ length: PLACES }, (_, index) => `${home}-${index + 2}`)];
  return [...new Set(all)].filter((place) => place !== left);
}

async function addWorktree(
  git: Git,
  root: string,
  branch: string,
  settings: readonly string[],
  possible: readonly string[],
  isNew: boolean,
): Promise<string> {
  let last: GitOutcome | undefined;
  for (const top of possible) {
    if (await git.files.exists(top)) {
      continue;
    }
    last = await git.write(root, [...settings, "worktree", "add", "--quiet", top, branch], {
      // They are fetched afterwards, when it does no harm if that fails.
      environment: { GIT_LFS_SKIP_SMUDGE: "1" },
    });
    if (last.code === 0) {
      return top;
    }
    if (!/already (?:exists|registered)/.test(last.said)) {
      break;
    }
  }
  if (isNew) {
    await git.write(root, ["branch", "-d", branch]);
  }
  throw last === undefined
    ? new Refusal(
        `${ATTEMPT}: there are too many leftovers beside ${named(possible[0] ?? "")}. Remove those that nobody needs.`,
      )
    : failure(ATTEMPT, root, last);
}

/** Whether the branch lacks the directory. It may also have a link in its place, which leads elsewhere. */
async function makeInside({ files }: Git, top: string, inside: string): Promise<boolean> {
  let path = top;
  let isMissing = false;
  for (const part of inside.split(sep).filter((one) => one !== "")) {
    path = join(path, part);
    const kind = await files.kind(path);
    if (kind === undefined) {
      await files.makeDirectory(path);
      isMissing = true;
    } else if (kind !== "directory") {
      throw new Refusal(`${named(path)} is no directory on that branch, so that nobody can work in it.`);
    }
  }
  return isMissing;
}
