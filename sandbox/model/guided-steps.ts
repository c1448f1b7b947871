// The steps that the guided scenes are made of: tools with their inputs, and what came of them.

import type { Call, StepContext, ToolUse } from "./scene.ts";

export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;

export function read(path: string): ToolUse {
  return { name: "Read", input: { file_path: path } };
}

export function edit(path: string, change: { readonly before: string; readonly after: string }): ToolUse {
  return { name: "Edit", input: { file_path: path, old_string: change.before, new_string: change.after } };
}

/** `tail` ends well whatever the tests say, so that an error means that somebody said no. */
export function runTests(description: string, file = ""): ToolUse {
  const command = `node --test${file === "" ? "" : ` ${file}`} 2>&1 | tail -n 60`;
  return { name: "Bash", input: { command, description } };
}

export function testRuns(calls: readonly Call[]): Call[] {
  return calls.filter((call) => call.name === "Bash" && call.result !== undefined);
}

export function isGreen(run: Call | undefined): boolean {
  return /^\S? ?fail 0$/m.test(run?.result ?? "");
}

/** What to say when a tool was refused or failed; undefined when all went well. */
export function troubleIn(calls: readonly Call[]): string | undefined {
  const failed = calls.find((call) => call.isError);
  if (failed === undefined) return undefined;
  const [why = ""] = (failed.result ?? "").split("\n");
  return `All right, I leave it there: \`${failed.name}\` didn't happen.\n\n> ${why.slice(0, 300)}\n\nTell me how to go on.`;
}

const TASKS = ["Find out why the test fails", "Mend the subtotal", "Run the tests again"];

/** The whole list with TodoWrite; one call a task with TaskCreate and TaskUpdate. */
export function startTasks({ toolNames }: StepContext): ToolUse[] {
  if (toolNames.includes("TodoWrite")) return [todoWrite(["completed", "in_progress", "pending"])];
  return TASKS.map((subject) => ({
    name: "TaskCreate",
    input: { subject, description: subject, activeForm: subject },
  }));
}

/** The first is done and the second begun: what TodoWrite has said already. */
export function goOnWithTasks({ toolNames, calls }: StepContext): ToolUse[] {
  if (toolNames.includes("TodoWrite")) return [];
  const [first = "", second = ""] = taskIds(calls);
  return [taskUpdate(first, "completed"), taskUpdate(second, "in_progress")];
}

export function endTasks({ toolNames, calls }: StepContext): ToolUse[] {
  if (toolNames.includes("TodoWrite")) return [todoWrite(["completed", "completed", "completed"])];
  return taskIds(calls).map((id) => taskUpdate(id, "completed"));
}

function taskIds(calls: readonly Call[]): string[] {
  const made = calls.filter((call) => call.name === "TaskCreate");
  return made.map((call) => /#(\S+)/.exec(call.result ?? "")?.[1] ?? "");
}

function taskUpdate(taskId: string, status: string): ToolUse {
  return { name: "TaskUpdate", input: { taskId, status } };
}

function todoWrite(states: readonly string[]): ToolUse {
  const todos = TASKS.map((content, at) => ({ content, status: states[at], activeForm: content }));
  return { name: "TodoWrite", input: { todos } };
}

export function made(calls: readonly Call[], name: string): boolean {
  return calls.some((call) => call.name === name);
}
