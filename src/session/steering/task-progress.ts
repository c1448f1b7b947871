// How what runs beside Claude's turns is getting on: looked at every few seconds, less often the longer it runs, and a
// few at a time, because each edit costs the server a row and other threads their turn.

import type { ClaudeReply, RequestOf } from "../../claude/requests.ts";
import type { ClaudeEvent } from "../../claude/types.ts";
import { lastPrinted, runningSubagent } from "../../render/running-tasks.ts";
import { isRecent } from "../../util/clock.ts";
import type { Step } from "../types.ts";
import type { SessionTask } from "./task-types.ts";
import { isWatching, PROGRESS_MS, runningTasks, showCommand, tellUntold } from "./tasks.ts";

const MAX_AT_ONCE = 3;

/** For so long a task is looked at so often. */
const PACES = [
  { untilMs: 60_000, everyMs: PROGRESS_MS },
  { untilMs: 600_000, everyMs: 15_000 },
  { untilMs: Infinity, everyMs: 60_000 },
] as const;

export function watchTasks(step: Step): void {
  tellUntold(step);
  const due = runningTasks(step.state).filter((task) => isDue(task, step.now));
  for (const task of due.sort((a, b) => a.checkedAt - b.checkedAt).slice(0, MAX_AT_ONCE)) {
    task.checkedAt = step.now;
    look(step, task);
  }
  if (isWatching(step.state)) {
    step.emit({ type: "setTimer", name: "tasks", ms: PROGRESS_MS });
  }
}

function isDue({ since, checkedAt }: SessionTask, now: number): boolean {
  const pace = PACES.find(({ untilMs }) => now - since < untilMs) ?? PACES[2];
  return !isRecent(checkedAt, pace.everyMs, now);
}

function look(step: Step, task: SessionTask): void {
  if (task.kind === "subagent") {
    showSubagent(step, task);
  } else if (task.id !== undefined && !task.isUnreadable && task.key !== undefined) {
    step.emit({ type: "request", request: { kind: "taskOutput", taskId: task.id }, by: undefined });
  }
}

/** Only when there is something new: time alone is no news. */
function showSubagent(step: Step, task: SessionTask): void {
  const { key, usage, what, since } = task;
  const news = JSON.stringify(usage);
  if (key !== undefined && usage !== undefined && news !== task.shown) {
    task.shown = news;
    const markdown = runningSubagent(what, step.now - since, usage);
    step.emit({ type: "put", key, markdown, isProgress: true, ifFrozen: "drop" });
  }
}

export function taskProgressed(
  { state }: Step,
  { taskId, toolUseId, usage, lastTool }: ClaudeEvent & { readonly type: "taskProgressed" },
): void {
  const task = runningTasks(state).find(
    (one) => one.id === taskId || (toolUseId !== undefined && one.toolUseId === toolUseId),
  );
  if (task) {
    task.usage = { ...usage, lastTool };
  }
}

export function outputReplied(
  step: Step,
  reply: ClaudeReply<"taskOutput">,
  { taskId }: RequestOf<"taskOutput">,
): void {
  const task = step.state.steering.tasks.list.findLast(({ id }) => id === taskId);
  if (!task) {
    return;
  }
  if (reply.type === "answered") {
    task.printed = lastPrinted(reply.answer.output, reply.answer.bytes, task.mayQuote);
    showCommand(step, task);
  } else {
    task.isUnreadable = true;
  }
}
