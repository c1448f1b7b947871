// What people ask of a session's worktree: to see the change, to merge it, to remove it.

import type { Merged } from "../git/merge-worktree.ts";
import type { Removed } from "../git/worktree-life.ts";
import { fence, inlineCode, showHidden } from "../render/markdown.ts";
import { homePath } from "../render/paths.ts";
import type { Person } from "./authorization.ts";
import { end, fallAsleep } from "./lifecycle.ts";
import type { Command } from "./signals.ts";
import { audit, breakPage, newKey, say } from "./state.ts";
import type { Step } from "./types.ts";
import { changesCounted, countChanges, worktreeAway, worktreeMade, worktreeNotMade } from "./worktree.ts";
import { madeWorktreeOf, type WorktreeOutcome } from "./worktree-state.ts";

type WorktreeCommand = { readonly name: "diff" | "merge" } | Extract<Command, { readonly name: "worktree" }>;

/** What a post shows whole without burying the thread. */
const MOST_LINES = 60;
const MOST_CHARACTERS = 6000;

export function onWorktreeCommand(step: Step, by: Person, command: WorktreeCommand): void {
  const { state, context } = step;
  const made = madeWorktreeOf(state);
  if (!made) {
    say(
      step,
      `ℹ️ This session works right in the project's directory. ${inlineCode(`@${context.botName} on branch NAME: …`)} begins one on a branch of its own.`,
    );
    return;
  }
  if (command.name === "worktree" && command.branch !== undefined && command.branch !== made.branch) {
    say(
      step,
      `ℹ️ This session works on ${inlineCode(made.branch)}, not on ${inlineCode(command.branch, 80)}.`,
    );
    return;
  }
  const isRemoval = command.name === "worktree" && command.act !== "show";
  if (command.name === "diff") {
    step.emit({ type: "worktree", request: { act: "diff", made } });
  } else if (command.name === "worktree" && !isRemoval) {
    say(step, `🌿 ${inlineCode(made.branch)} is in ${inlineCode(homePath(made.top, context.home))}`);
  } else if (state.phase.name === "working") {
    say(step, "⚠️ Claude is at work in this worktree. Wait until it is done, or `!interrupt` it first.");
  } else if (command.name === "merge") {
    step.emit({ type: "worktree", request: { act: "merge", made, by } });
  } else {
    if (state.phase.name === "idle") {
      // Claude must not run in a directory that goes away.
      fallAsleep(step, "the worktree is to be removed", false);
    }
    const isConfirmed = command.name === "worktree" && command.act === "removeConfirmed";
    step.emit({ type: "worktree", request: { act: "remove", made, by, isConfirmed } });
  }
}

export function onWorktreeOutcome(step: Step, outcome: WorktreeOutcome): void {
  if ("problem" in outcome) {
    onProblem(step, outcome);
    return;
  }
  switch (outcome.act) {
    case "make":
      worktreeMade(step, outcome.made);
      break;
    case "count":
      changesCounted(step, outcome.changes);
      break;
    case "diff":
      showPatch(step, outcome.patch, outcome.notes);
      break;
    case "merge":
      merged(step, outcome);
      break;
    case "remove":
      removed(step, outcome);
      break;
  }
}

function onProblem(
  step: Step,
  { act, problem, unreached }: Extract<WorktreeOutcome, { readonly problem: string }>,
): void {
  if (act === "make" && unreached !== undefined && step.state.queue.length > 0) {
    worktreeAway(step, unreached);
  } else if (act === "make") {
    worktreeNotMade(step, problem);
  } else if (act !== "count") {
    const more =
      act === "remove" && problem.includes("confirm") ? " To confirm: `!worktree remove confirm`" : "";
    say(step, `⚠️ ${problem}${more}`);
  }
}

function showPatch(step: Step, patch: string, notes: readonly string[]): void {
  const made = madeWorktreeOf(step.state);
  const branch = inlineCode(made?.branch ?? "");
  const base = made?.base === undefined ? "" : ` since ${inlineCode(made.base)}`;
  if (patch.trim() === "") {
    say(step, `🌿 ${branch} has no change${base}.`);
    return;
  }
  const more = notes.length === 0 ? "" : ` ${notes.join(" ")}`;
  const isShort = patch.length <= MOST_CHARACTERS && patch.split("\n").length <= MOST_LINES;
  if (isShort) {
    say(step, `🌿 **${branch}**${base}.${more}`, fence(showHidden(patch.trimEnd()), "diff"));
    return;
  }
  breakPage(step);
  const name = `${(made?.branch ?? "change").replaceAll(/[^\w.-]+/g, "-")}.patch`;
  step.emit({
    type: "put",
    key: newKey(step, "patch"),
    markdown: `🌿 ${branch}${base}: the change is in the attached file.${more}`,
    file: { name, text: patch },
    isFinal: true,
  });
}

function merged(
  step: Step,
  { merged: result, by }: Extract<WorktreeOutcome, { readonly merged: Merged }>,
): void {
  const made = madeWorktreeOf(step.state);
  const { commit, changes } = result;
  audit(step, "merged", by, { branch: made?.branch, base: made?.base, commit });
  const lines = `+${changes.added} −${changes.removed} in ${changes.files} ${changes.files === 1 ? "file" : "files"}`;
  say(
    step,
    `✅ ${inlineCode(made?.branch ?? "")} is merged into ${inlineCode(made?.base ?? "")} by @${by.name}: ${lines}, ${inlineCode(commit.slice(0, 10))}`,
  );
  countChanges(step);
}

function removed(
  step: Step,
  { removed: { isBranchDeleted }, by }: Extract<WorktreeOutcome, { readonly removed: Removed }>,
): void {
  const branch = madeWorktreeOf(step.state)?.branch ?? "";
  audit(step, "worktree-removed", by, { branch, isBranchDeleted });
  end(step, "its worktree is removed");
  const rest = isBranchDeleted ? "and so is its branch" : "its branch is kept";
  say(
    step,
    `🌿 The worktree of ${inlineCode(branch)} is removed by @${by.name}, ${rest}. The session is over.`,
  );
  step.emit({ type: "ended" });
}
