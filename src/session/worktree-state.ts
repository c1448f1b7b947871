// The git worktree of a session as it is kept: what it has, what is asked of git, and whether Claude can start. What
// becomes of it is in worktree.ts.

import type { Changes } from "../git/changes.ts";
import type { MadeWorktree, Worktree } from "../git/make-worktree.ts";
import type { Merged } from "../git/merge-worktree.ts";
import type { Removed } from "../git/worktree-life.ts";
import type { PostId } from "../mattermost/types.ts";
import { inlineCode } from "../render/markdown.ts";
import type { PostKey } from "../thread/writes.ts";
import type { Person } from "./authorization.ts";
import type { SessionState, Step } from "./types.ts";

/** Lines since the branch left its base. */
export type ChangeCount = Pick<Changes, "added" | "removed" | "ahead">;

export type SessionWorktree =
  /** Somebody is asked whether it is to have one. */
  | {
      readonly status: "asked";
      readonly branch: string;
      readonly key: PostKey;
      readonly postId: PostId | undefined;
    }
  /** `made`: as it was before, when it is looked for again. */
  | { readonly status: "making"; readonly branch: string; readonly made: Worktree | undefined }
  /** `isChecked`: it is known to be there, so that Claude can start in it. */
  | {
      readonly status: "made";
      readonly made: Worktree;
      readonly isChecked: boolean;
      readonly changes: ChangeCount | undefined;
    };

/** What is asked of git. */
export type WorktreeRequest =
  /** `from`: where the session began, whatever directory its project has by now. */
  | {
      readonly act: "make";
      readonly branch: string;
      readonly made: Worktree | undefined;
      readonly from: string;
    }
  | { readonly act: "count"; readonly made: Worktree }
  | { readonly act: "diff"; readonly made: Worktree }
  | { readonly act: "merge"; readonly made: Worktree; readonly by: Person }
  | { readonly act: "remove"; readonly made: Worktree; readonly by: Person; readonly isConfirmed: boolean };

/** `problem`: a sentence or two for people, with what to do. */
export type WorktreeOutcome =
  | {
      readonly act: WorktreeRequest["act"];
      readonly problem: string;
      /** The machine can't be reached: what its runner said. */
      readonly unreached?: string | undefined;
    }
  | { readonly act: "make"; readonly made: MadeWorktree }
  | { readonly act: "count"; readonly changes: Changes }
  | { readonly act: "diff"; readonly patch: string; readonly notes: readonly string[] }
  | { readonly act: "merge"; readonly merged: Merged; readonly by: Person }
  | { readonly act: "remove"; readonly removed: Removed; readonly by: Person };

/** What a session begins with; `ask`: people are asked whether it is to be made. */
export interface WantedWorktree {
  readonly branch: string;
  readonly isAsked: boolean;
}

/** `branch`: as somebody has named it; `mode`: what holds in the project otherwise. */
export function wantedWorktree(
  threadId: string,
  text: string,
  branch: string | undefined,
  mode: "off" | "ask" | "always" = "off",
): WantedWorktree | undefined {
  if (branch !== undefined) {
    return { branch, isAsked: false };
  }
  return mode === "off" ? undefined : { branch: branchFor(text, threadId), isAsked: mode === "ask" };
}

export function madeWorktreeOf({ worktree }: Pick<SessionState, "worktree">): Worktree | undefined {
  return worktree?.status === "asked" ? undefined : worktree?.made;
}

/** Whether Claude can start; what it needs is asked for. */
export function isPlaceReady(step: Step): boolean {
  const { worktree } = step.state;
  if (worktree?.status === "made" && !worktree.isChecked) {
    requestWorktree(step, worktree.made.branch, worktree.made);
  }
  return worktree === undefined || (worktree.status === "made" && worktree.isChecked);
}

/** Somebody may remove it while no Claude runs. */
export function leaveWorktree(state: SessionState): void {
  if (state.worktree?.status === "made") {
    state.worktree = { ...state.worktree, isChecked: false };
  }
}

export function requestWorktree({ state, context, emit }: Step, branch: string, made?: Worktree): void {
  state.worktree = { status: "making", branch, made };
  emit({ type: "worktree", request: { act: "make", branch, made, from: context.directory } });
}

/** For the header: `fix-cart +12 −3 from main`. */
export function worktreeText({ worktree }: SessionState): string | undefined {
  if (worktree === undefined || worktree.status === "asked") {
    return undefined;
  }
  if (worktree.status === "making") {
    return `${inlineCode(worktree.branch)} …`;
  }
  const { made, changes } = worktree;
  const lines = changes ? ` +${changes.added} −${changes.removed}` : "";
  const base = made.base === undefined ? "" : ` from ${inlineCode(made.base)}`;
  return `${inlineCode(made.branch)}${lines}${base}`;
}

/** A branch that says what it is for, and is nobody else's. */
function branchFor(text: string, threadId: string): string {
  const words = text
    .toLowerCase()
    .normalize("NFKD")
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, 40)
    .replaceAll(/^-+|-+$/g, "");
  return `claude/${words === "" ? "work" : words}-${threadId.slice(0, 4).toLowerCase()}`;
}
