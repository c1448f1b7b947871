// The git worktrees of all projects: which thread has which, and git for them.

import { join } from "node:path";
import { changesIn, diffOf } from "../git/changes.ts";
import type { Git } from "../git/git.ts";
import { gitThere } from "../git/git-there.ts";
import { makeWorktree, type Worktree } from "../git/make-worktree.ts";
import { mergeWorktree } from "../git/merge-worktree.ts";
import { asResult, type Result } from "../git/refusal.ts";
import { gitWith } from "../git/run-git.ts";
import { findOurs, findWorktree, removeWorktree } from "../git/worktree-life.ts";
import type { ThreadId } from "../mattermost/types.ts";
import type { RemoteShell } from "../remote/types.ts";
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
  readonly #here: Machine;
  readonly #there = new Map<string, Machine>();

  constructor({ environment, root }: WorktreesOptions) {
    this.#here = { git: gitWith(environment), root: async () => root, holders: new Holders() };
  }

  /** @param shell of the machine where the directory is; undefined: this one */
  of(directory: string, shell?: RemoteShell): ProjectWorktrees {
    return new WorktreesOf({ ...(shell ? this.#machine(shell) : this.#here), directory });
  }

  #machine(shell: RemoteShell): Machine {
    const { path, arguments: words } = shell.remote;
    const key = JSON.stringify([path, ...words]);
    const known = this.#there.get(key);
    const machine = known ?? { git: gitThere(shell), root: rootThere(shell), holders: new Holders() };
    this.#there.set(key, machine);
    return machine;
  }
}

interface Machine {
  readonly git: Git;
  /** Rejects with a RemoteError. */
  readonly root: () => Promise<string>;
  readonly holders: Holders;
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

class WorktreesOf implements ProjectWorktrees {
  readonly #git: Git;
  readonly #root: Machine["root"];
  readonly #holders: Holders;
  readonly #directory: string;

  constructor({ git, root, holders, directory }: Machine & { readonly directory: string }) {
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
    const made = await this.#below((root) =>
      before ? findWorktree(this.#git, before, root) : makeWorktree(this.#git, { directory, branch, root }),
    );
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
    const git = this.#git;
    const directory = this.#directory;
    const found = await this.#below((root) => findOurs(git, directory, branch, root));
    if ("problem" in found) {
      return { text: `⚠️ ${found.problem}`, isRemoved: false };
    }
    if (found.value === undefined) {
      return undefined;
    }
    if (this.#holders.has(found.value)) {
      const text = `⚠️ A session works on ${inlineCode(branch)}. Stop it first, or write ${inlineCode("!worktree remove")} in its thread.`;
      return { text, isRemoved: false };
    }
    const made = await this.#below((root) => makeWorktree(git, { directory, branch, root }));
    const removed = "problem" in made ? made : await removeWorktree(git, made.value, how);
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

  async #below<T>(use: (root: string) => Promise<Result<T>>): Promise<Result<T>> {
    const root = await asResult(this.#root);
    return "problem" in root ? root : use(root.value);
  }

  hold(worktree: Worktree, threadId: ThreadId): void {
    this.#holders.claim(worktree, threadId);
  }

  release(threadId: ThreadId): void {
    this.#holders.release(threadId);
  }
}

/** `XDG_DATA_HOME`; the specification says to ignore a relative one. */
export function worktreesRoot(environment: NodeJS.ProcessEnv, home: string): string {
  const data = environment["XDG_DATA_HOME"];
  return join(data?.startsWith("/") ? data : join(home, ".local", "share"), "mm-claude", "worktrees");
}

const ROOT = `
case $XDG_DATA_HOME in
  /*) ;;
  *) XDG_DATA_HOME=$HOME/.local/share ;;
esac
printf %s "$XDG_DATA_HOME/mm-claude/worktrees"
`;

/** The same on another machine, which is asked once. */
function rootThere({ run }: RemoteShell): () => Promise<string> {
  let known: string | undefined;
  return async () => {
    known ??= (await run(ROOT)).output.toString();
    return known;
  };
}
