// The git worktrees of all projects: which thread has which, and git for them.

import { realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { changesIn, diffOf } from "../git/changes.ts";
import { makeWorktree, type Worktree } from "../git/make-worktree.ts";
import { mergeWorktree } from "../git/merge-worktree.ts";
import { worktreePath } from "../git/names.ts";
import { findRepository } from "../git/repository.ts";
import { type Git, gitWith } from "../git/run-git.ts";
import { findWorktree, listOurs, removeWorktree } from "../git/worktree-life.ts";
import type { ThreadId } from "../mattermost/types.ts";
import { inlineCode } from "../render/markdown.ts";
import type { ProjectWorktrees, RemovalTold } from "../session/worktree-work.ts";

export interface WorktreesOptions {
  /** Without anything secret. */
  readonly environment: NodeJS.ProcessEnv;
  /** Where they are kept: not in the state, where Claude may touch nothing. */
  readonly root: string;
}

/** A patch goes along with a post, which is kept until the server has it. */
const PATCH_BYTES = 1024 * 1024;

export class Worktrees {
  readonly #git: Git;
  readonly #root: string;
  readonly #holders = new Holders();

  constructor({ environment, root }: WorktreesOptions) {
    this.#git = gitWith(environment);
    this.#root = root;
  }

  of(directory: string): ProjectWorktrees {
    return new WorktreesOf({ git: this.#git, root: this.#root, holders: this.#holders, directory });
  }
}

/** Which thread has which worktree, by its top. */
class Holders {
  readonly #threads = new Map<string, ThreadId>();

  has(top: string): boolean {
    return this.#threads.has(top);
  }

  claim({ top }: Worktree, threadId: ThreadId): boolean {
    const holder = this.#threads.get(top) ?? threadId;
    this.#threads.set(top, holder);
    return holder === threadId;
  }

  release(threadId: ThreadId): void {
    for (const [top, holder] of this.#threads) {
      if (holder === threadId) {
        this.#threads.delete(top);
      }
    }
  }
}

interface WorktreesOfOptions {
  readonly git: Git;
  readonly root: string;
  readonly holders: Holders;
  readonly directory: string;
}

class WorktreesOf implements ProjectWorktrees {
  readonly #git: Git;
  readonly #root: string;
  readonly #holders: Holders;
  readonly #directory: string;

  constructor({ git, root, holders, directory }: WorktreesOfOptions) {
    this.#git = git;
    this.#root = root;
    this.#holders = holders;
    this.#directory = directory;
  }

  async make(
    branch: string,
    before: Worktree | undefined,
    threadId: ThreadId,
    directory = this.#directory,
  ): ReturnType<ProjectWorktrees["make"]> {
    const root = this.#root;
    const made = before
      ? await findWorktree(this.#git, before, root)
      : await makeWorktree(this.#git, { directory, branch, root });
    if ("problem" in made) {
      return made;
    }
    const worktree = made.value;
    return this.#holders.claim(worktree, threadId)
      ? { value: worktree }
      : {
          problem: `Another session works on ${inlineCode(worktree.branch)}. Stop that one first, or name another branch.`,
        };
  }

  changes(worktree: Worktree): ReturnType<ProjectWorktrees["changes"]> {
    return changesIn(this.#git, worktree);
  }

  diff(worktree: Worktree): ReturnType<ProjectWorktrees["diff"]> {
    return diffOf(this.#git, worktree, PATCH_BYTES);
  }

  merge(worktree: Worktree): ReturnType<ProjectWorktrees["merge"]> {
    return mergeWorktree(this.#git, worktree);
  }

  remove(worktree: Worktree, how: { readonly isConfirmed: boolean }): ReturnType<ProjectWorktrees["remove"]> {
    return removeWorktree(this.#git, worktree, how);
  }

  async removeOf(branch: string, how: { readonly isConfirmed: boolean }): Promise<RemovalTold | undefined> {
    const repository = await findRepository(this.#git, this.#directory);
    if ("problem" in repository) {
      return undefined;
    }
    const place = dirname(worktreePath(this.#root, repository.value.root, branch));
    const kept = await listOurs(this.#git, this.#root);
    const found = kept.find((one) => one.branch === branch && dirname(one.top) === realPathOf(place));
    if (!found) {
      return undefined;
    }
    if (this.#holders.has(found.top)) {
      const text = `⚠️ A session works on ${inlineCode(branch)}. Stop it first, or write ${inlineCode("!worktree remove")} in its thread.`;
      return { text, isRemoved: false };
    }
    const made = await makeWorktree(this.#git, { directory: this.#directory, branch, root: this.#root });
    const removed = "problem" in made ? made : await removeWorktree(this.#git, made.value, how);
    if ("problem" in removed) {
      const confirm = inlineCode(`worktree remove ${branch} confirm`);
      const more = removed.problem.includes("confirm") ? ` To confirm: mention me with ${confirm}` : "";
      return { text: `⚠️ ${removed.problem}${more}`, isRemoved: false };
    }
    return {
      text: `🌿 The worktree of ${inlineCode(branch)} is removed, its branch is kept.`,
      isRemoved: true,
    };
  }

  hold(worktree: Worktree, threadId: ThreadId): void {
    this.#holders.claim(worktree, threadId);
  }

  release(threadId: ThreadId): void {
    this.#holders.release(threadId);
  }
}

function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** `XDG_DATA_HOME`; the specification says to ignore a relative one. */
export function worktreesRoot(environment: NodeJS.ProcessEnv, home: string): string {
  const data = environment["XDG_DATA_HOME"];
  return join(data?.startsWith("/") ? data : join(home, ".local", "share"), "mm-claude", "worktrees");
}
