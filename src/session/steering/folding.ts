// With `!show answers` one line stands for the tools of a turn, where the first of them would have its own, and counts them.
// Those that fail have their line all the same, and a card stands for the tool it asks about, as ever.

import type { ClaudeEvent, ToolInput, ToolUseId } from "../../claude/types.ts";
import { foldedTools } from "../../render/folded-tools.ts";
import { toolHeadline } from "../../render/tools.ts";
import { scheduleHeld, scheduleLines, scheduleUnhurried } from "../flush-schedule.ts";
import type { Step } from "../types.ts";
import { outcomeOf } from "./outputs.ts";

/** The tools of a turn that the line stands for. */
export interface FoldedTools {
  /** By name. */
  readonly counts: Map<string, number>;
  /** Those that have not returned. */
  readonly waiting: Set<ToolUseId>;
}

/** Names the line. */
const LINE = "tools";

/** `holdUntil`: until then a card may come in its place. False when its own line is to be shown. */
export function foldTool(step: Step, id: ToolUseId, name: string, holdUntil: number): boolean {
  const { state } = step;
  if (state.steering.show !== "answers") {
    return false;
  }
  const { turn } = state;
  turn.folded ??= { counts: new Map(), waiting: new Set() };
  const { counts, waiting } = turn.folded;
  counts.set(name, (counts.get(name) ?? 0) + 1);
  waiting.add(id);
  turn.transcript.notice(LINE, foldedTools(counts), holdUntil);
  if (!isFirst(turn.folded)) {
    scheduleUnhurried(step);
  } else if (state.auto) {
    scheduleLines(step);
  } else {
    scheduleHeld(step);
  }
  return true;
}

/** It makes the line; those after it are a number that grows, which is not worth an edit each. */
const isFirst = ({ counts }: FoldedTools): boolean => counts.size === 1 && [...counts.values()][0] === 1;

/** A card stands for that tool from now on. False when the line did not. */
export function unfoldTool({ state: { turn } }: Step, id: ToolUseId): boolean {
  const { folded, transcript } = turn;
  const name = turn.tools.get(id)?.name;
  if (name === undefined || !folded?.waiting.delete(id)) {
    return false;
  }
  const { counts } = folded;
  const left = (counts.get(name) ?? 1) - 1;
  left > 0 ? counts.set(name, left) : counts.delete(name);
  if (counts.size > 0) {
    transcript.notice(LINE, foldedTools(counts), Infinity);
  } else if (!transcript.withdrawUnseenNotice(LINE)) {
    // Somebody has read it: it goes on counting that tool.
    counts.set(name, 1);
  }
  return true;
}

/** False when the line does not stand for it. */
export function foldedToolReturned(
  step: Step,
  tool: { readonly name: string; readonly input: ToolInput } | undefined,
  result: ClaudeEvent & { readonly type: "toolResult" },
): boolean {
  const { turn } = step.state;
  const { folded, transcript } = turn;
  if (!tool || !folded?.waiting.delete(result.id)) {
    return false;
  }
  transcript.notice(LINE, foldedTools(folded.counts));
  const { outcome, output } = outcomeOf(step, tool.name, result, false);
  if (result.isError) {
    transcript.addTool(result.id, toolHeadline({ ...tool, fileBefore: undefined }, step.context), "", 0);
    transcript.setOutcome(result.id, outcome, output !== undefined);
  }
  result.isError || isFirst(folded) ? scheduleLines(step) : scheduleUnhurried(step);
  return true;
}
