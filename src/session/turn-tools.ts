// What a turn shows of the tools that Claude uses: a line each, or the card, list or post that stands for it.

import type { ClaudeEvent } from "../claude/types.ts";
import { isAllDone, isTaskTool, renderTasks, type Task, tasksAfter } from "../render/tasks.ts";
import { isPlanning, toolHeadline, toolPreview } from "../render/tools.ts";
import { holdUntil, newGrowth, scheduleHeld, scheduleLines } from "./flush-schedule.ts";
import { breakPage, newKey } from "./state.ts";
import { foldedToolReturned, foldTool } from "./steering/folding.ts";
import { modeAfterTool } from "./steering/mode.ts";
import { outcomeOf } from "./steering/outputs.ts";
import { subagentReturned, subagentStarted } from "./subagents.ts";
import { setCardOutcome } from "./tool-decisions.ts";
import type { SessionState, Step } from "./types.ts";

type EventOf<Type extends ClaudeEvent["type"]> = ClaudeEvent & { readonly type: Type };

/** Shown by their cards or by what follows from them, never as lines. */
const SILENT_TOOLS = new Set(["ExitPlanMode", "AskUserQuestion"]);
const SUBAGENT_TOOLS = new Set(["Task", "Agent"]);

export function useTool(
  step: Step,
  { id, name, input }: EventOf<"toolUse">,
  fileBefore: string | undefined,
): void {
  const { state } = step;
  const { turn } = state;
  turn.transcript.endText();
  newGrowth(step);
  turn.tools.set(id, { name, input });
  if (SILENT_TOOLS.has(name) || isPlanning({ name, input }, step.context)) {
    return;
  }
  if (SUBAGENT_TOOLS.has(name)) {
    turn.hasShown = true;
    subagentStarted(step, id, input);
    return;
  }
  if (isTaskTool(name)) {
    setTasks(step, tasksAfter(tasksOf(state), name, input));
    return;
  }
  const use = { name, input, fileBefore };
  turn.hasShown = true;
  const until = holdUntil(step);
  if (foldTool(step, id, name, until)) {
    return;
  }
  turn.transcript.addTool(id, toolHeadline(use, step.context), toolPreview(use), until);
  state.auto ? scheduleLines(step) : scheduleHeld(step);
}

export function toolReturned(step: Step, result: EventOf<"toolResult">): void {
  const { state } = step;
  const tool = state.turn.tools.get(result.id);
  state.turn.tools.delete(result.id);
  newGrowth(step);
  if (tool && !result.isError) {
    modeAfterTool(step, tool.name);
  }
  if (subagentReturned(step, result)) {
    return;
  }
  if (tool && isTaskTool(tool.name)) {
    if (tool.name === "TaskCreate") {
      setTasks(step, tasksAfter(tasksOf(state), tool.name, tool.input, result));
    }
    return;
  }
  if (foldedToolReturned(step, tool, result)) {
    return;
  }
  const withCard = state.toolsWithCards.get(result.id);
  const name = tool?.name ?? withCard?.use.name ?? "";
  const { outcome, output } = outcomeOf(step, name, result, withCard !== undefined);
  if (
    !setCardOutcome(step, result.id, outcome, output) &&
    state.turn.transcript.setOutcome(result.id, outcome, output !== undefined)
  ) {
    scheduleLines(step);
  }
}

const tasksOf = ({ taskList }: SessionState): readonly Task[] => taskList?.tasks ?? [];

function setTasks(step: Step, tasks: readonly Task[]): void {
  const { state } = step;
  const before = state.taskList;
  if (tasks === before?.tasks || tasks.length === 0) {
    return;
  }
  let key = before?.key;
  // A list that was finished stays as it is; what comes after it is a new one.
  if (key === undefined || (isAllDone(tasksOf(state)) && !isAllDone(tasks))) {
    breakPage(step);
    key = newKey(step, "tasks");
  }
  state.taskList = { key, tasks };
  state.turn.hasShown = true;
  step.emit({ type: "put", key, markdown: renderTasks(tasks), isProgress: true, ifFrozen: "repeat" });
}
