// A subagent is one post: that it works and how far it is, then that it is done. What it does inside is not shown.

import type { ClaudeEvent, ToolInput, ToolUseId } from "../claude/types.ts";
import { inlineCode, oneLine, truncate } from "../render/markdown.ts";
import { endedSubagent, runningSubagent } from "../render/running-tasks.ts";
import { breakPage, newKey } from "./state.ts";
import { addTask, endTask, runningTasks } from "./steering/tasks.ts";
import type { Step } from "./types.ts";

type EventOf<Type extends ClaudeEvent["type"]> = ClaudeEvent & { readonly type: Type };

const word = (value: unknown): string => (typeof value === "string" ? oneLine(truncate(value, 200)) : "");

export function subagentStarted(step: Step, id: ToolUseId, input: ToolInput): void {
  const kind = word(input["subagent_type"]);
  const description = word(input["description"]);
  // Not as its tool is called: shown as it is.
  const odd = kind + description === "" ? inlineCode(JSON.stringify(input), 200) : "";
  const parts = ["🤖 **Subagent**", kind === "" ? "" : `*(${kind})*`, description, odd];
  const label = parts.filter((part) => part !== "").join(" ");
  const key = newKey(step, "subagent");
  breakPage(step);
  step.state.subagents.set(id, { key, label });
  addTask(step, { kind: "subagent", what: label, key, toolUseId: id });
  step.emit({ type: "put", key, markdown: runningSubagent(label, 0, undefined) });
}

/** One that had ended goes on in the background, by no tool use that starts one (2.1.330). */
export function subagentWentOn(step: Step, event: EventOf<"taskStarted">): void {
  const { taskId, agentType, description, isAgent, isInBackground, isNested } = event;
  const isKnown = runningTasks(step.state).some(({ id }) => id === taskId);
  if (isAgent && isInBackground && !isNested && !isKnown) {
    const id = ofTask(taskId);
    subagentStarted(step, id, { subagent_type: agentType, description });
    const task = runningTasks(step.state).find(({ toolUseId }) => toolUseId === id);
    if (task) {
      task.id = taskId;
      task.isInBackground = true;
    }
  }
}

/** In the place of a tool use's id. */
const ofTask = (taskId: string): ToolUseId => `task ${taskId}` as ToolUseId;

/** True when the result was a subagent's. One that goes on in the background (2.1) is done only when it says so. */
export function subagentReturned(step: Step, result: EventOf<"toolResult">): boolean {
  if (!step.state.subagents.has(result.id)) {
    return false;
  }
  const status = (result.structured as { status?: unknown } | null | undefined)?.status;
  if (status !== "async_launched") {
    end(step, result.id, result.isError ? "failed" : "completed");
    return true;
  }
  const task = runningTasks(step.state).find(({ toolUseId }) => toolUseId === result.id);
  if (task) {
    task.isInBackground = true;
  }
  return true;
}

/** As it says itself (`system/task_notification`, 2.1). */
export function subagentEnded(step: Step, { taskId, toolUseId, status, usage }: EventOf<"taskEnded">): void {
  const known = [toolUseId, ofTask(taskId)].find((id) => id !== undefined && step.state.subagents.has(id));
  if (known !== undefined) {
    end(step, known, status, usage);
  }
}

/** The process that ran them is gone. */
export function abandonSubagents(step: Step): void {
  for (const id of [...step.state.subagents.keys()]) {
    end(step, id, undefined);
  }
}

const SIGNS: Readonly<Record<string, string>> = { completed: "✅", stopped: "🛑" };

function end(
  step: Step,
  id: ToolUseId,
  status: string | undefined,
  usage?: EventOf<"taskEnded">["usage"],
): void {
  const subagent = step.state.subagents.get(id);
  if (!subagent) {
    return;
  }
  step.state.subagents.delete(id);
  const task = step.state.steering.tasks.list.find(({ key }) => key === subagent.key);
  const sign = status === undefined ? "⚪" : (SIGNS[status] ?? "❌");
  const ms = task ? step.now - task.since : 0;
  const markdown = endedSubagent(subagent.label, sign, ms, usage ?? task?.usage);
  step.emit({ type: "put", key: subagent.key, markdown, isFinal: true });
  if (task && !task.end) {
    endTask(step, task, status, "");
  }
}
