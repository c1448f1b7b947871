// Does with git what a session asks for its worktree.

import type { Changes, Patch } from "../git/changes.ts";
import type { MadeWorktree, Worktree } from "../git/make-worktree.ts";
import type { Merged } from "../git/merge-worktree.ts";
import type { Result } from "../git/refusal.ts";
import type { Removed } from "../git/worktree-life.ts";
import type { ThreadId } from "../mattermost/types.ts";
import type { WorktreeOutcome, WorktreeRequest } from "./worktree-state.ts";

/** The worktrees of a project, as its sessions use them. */
export interface ProjectWorktrees {
  /**
   * Finds it again where it was made before. It is that thread's alone until it is released. `from`: a directory of the
   * repository, the project's own when left out.
   */
  make(
    branch: string,
    before: Worktree | undefined,
    threadId: ThreadId,
    from?: string,
  ): Promise<Result<MadeWorktree>>;
  changes(worktree: Worktree): Promise<Result<Changes>>;
  diff(worktree: Worktree): Promise<Result<Patch>>;
  merge(worktree: Worktree): Promise<Result<Merged>>;
  remove(worktree: Worktree, how: { readonly isConfirmed: boolean }): Promise<Result<Removed>>;
  /** Of a session that is over. Gives what to say; undefined when there is none of that branch. */
  removeOf(branch: string, how: { readonly isConfirmed: boolean }): Promise<RemovalTold | undefined>;
  /** It is that thread's from an earlier run. */
  hold(worktree: Worktree, threadId: ThreadId): void;
  release(threadId: ThreadId): void;
}

/** What to say about it. */
export interface RemovalTold {
  readonly text: string;
  readonly isRemoved: boolean;
}

const NONE = "Worktrees can't be used here.";

export async function performWorktree(
  request: WorktreeRequest,
  threadId: ThreadId,
  worktrees: ProjectWorktrees | undefined,
): Promise<WorktreeOutcome> {
  const { act } = request;
  if (!worktrees) {
    return { act, problem: NONE };
  }
  const told = <T>(result: Result<T>, outcome: (value: T) => WorktreeOutcome): WorktreeOutcome =>
    "problem" in result ? { act, ...result } : outcome(result.value);
  switch (request.act) {
    case "make":
      return told(await worktrees.make(request.branch, request.made, threadId, request.from), (made) => ({
        act: "make",
        made,
      }));
    case "count":
      return told(await worktrees.changes(request.made), (changes) => ({ act: "count", changes }));
    case "diff":
      return told(await worktrees.diff(request.made), ({ patch, notes }) => ({
        act: "diff",
        patch: patch.toString("utf8"),
        notes,
      }));
    case "merge":
      return told(await worktrees.merge(request.made), (merged) => ({
        act: "merge",
        merged,
        by: request.by,
      }));
    case "remove":
      return told(await worktrees.remove(request.made, request), (removed) => ({
        act: "remove",
        removed,
        by: request.by,
      }));
  }
}
