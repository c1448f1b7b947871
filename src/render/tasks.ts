// Claude's todo list, from either generation of its tools: TodoWrite sends the whole list (1.x, 2.0), TaskCreate and
// TaskUpdate change one task (2.1). Pure.

import type { ToolInput } from "../claude/types.ts";
import { oneLine, truncate } from "./markdown.ts";

type TaskStatus = "pending" | "in_progress" | "completed";

export interface Task {
  readonly id: string;
  readonly text: string;
  readonly status: TaskStatus;
}

const TASK_TOOLS = new Set(["TodoWrite", "TaskCreate", "TaskUpdate", "TaskList", "TaskGet"]);

/** True for tools that are shown by the list itself instead of by a line. */
export function isTaskTool(name: string): boolean {
  return TASK_TOOLS.has(name);
}

/** The words under `name`, or what stands there instead of them: nothing of a list is left out. */
function wordsOf(task: unknown, name: string): string {
  const words = typeof task === "object" && task !== null ? (task as ToolInput)[name] : undefined;
  return typeof words === "string" ? words : JSON.stringify(task);
}

const status = (value: unknown): TaskStatus =>
  value === "in_progress" || value === "completed" ? value : "pending";

/**
 * The list after a task tool ran. A TaskCreate counts when its result names the new id (`result`), the others at
 * once. Gives the same array when nothing changed.
 */
export function tasksAfter(
  tasks: readonly Task[],
  name: string,
  input: ToolInput,
  result?: { readonly structured: unknown; readonly text: string },
): readonly Task[] {
  switch (name) {
    case "TodoWrite": {
      const { todos } = input;
      if (todos === undefined) {
        return tasks;
      }
      return [todos].flat().map((todo, index) => ({
        id: String(index + 1),
        text: wordsOf(todo, "content"),
        status: status((todo as ToolInput | null)?.["status"]),
      }));
    }
    case "TaskCreate": {
      const id = result && createdTaskId(result);
      const created: Task | undefined = id
        ? { id, text: wordsOf(input, "subject"), status: "pending" }
        : undefined;
      return created ? [...tasks.filter((task) => task.id !== id), created] : tasks;
    }
    case "TaskUpdate": {
      const { taskId, subject } = input;
      const id = typeof taskId === "number" ? String(taskId) : taskId;
      if (input["status"] === "deleted") {
        return tasks.filter((task) => task.id !== id);
      }
      return tasks.map((task) =>
        task.id === id
          ? {
              ...task,
              text: typeof subject === "string" && subject !== "" ? subject : task.text,
              status: input["status"] === undefined ? task.status : status(input["status"]),
            }
          : task,
      );
    }
    default:
      return tasks;
  }
}

/** `tool_use_result.task.id` (2.1.197), else "Task #1 created" in the text. */
function createdTaskId({
  structured,
  text: said,
}: {
  structured: unknown;
  text: string;
}): string | undefined {
  const id = (structured as { task?: { id?: unknown } } | undefined)?.task?.id;
  return typeof id === "string" ? id : /Task #(\S+) created/.exec(said)?.[1];
}

export function isAllDone(tasks: readonly Task[]): boolean {
  return tasks.every((task) => task.status === "completed");
}

const LINES: Readonly<Record<TaskStatus, (label: string) => string>> = {
  pending: (label) => `⬜ ${label}`,
  in_progress: (label) => `🔄 **${label}**`,
  completed: (label) => `✅ ~~${label}~~`,
};

export function renderTasks(tasks: readonly Task[]): string {
  const done = tasks.filter((task) => task.status === "completed").length;
  const lines = tasks.map((task) => LINES[task.status](oneLine(truncate(task.text, 200)) || "…"));
  return [`📋 **Tasks** (${done}/${tasks.length})`, ...lines].join("\n");
}
