// What Claude Code tells of tasks. The frames are as 2.1.330 sent them; those of KillShell as 1.0.128 and 2.0.76 did.

import { expect, test } from "vitest";
import { Decoder } from "../../../src/claude/decode.ts";

const decode = (frame: object) => new Decoder().decode(JSON.stringify(frame));
const system = (subtype: string, more: object) => decode({ type: "system", subtype, ...more });

test("a task's start says whether Claude waits for it, and whose it is", () => {
  const frame = {
    task_id: "a1",
    tool_use_id: "t1",
    description: "Look long",
    subagent_type: "general-purpose",
    is_backgrounded: true,
    spawn_depth: 1,
    task_type: "local_agent",
  };
  const started = { type: "taskStarted", taskId: "a1", isAgent: true, isInBackground: true, isNested: false };
  expect(system("task_started", frame)).toMatchObject([started]);
  expect(system("task_started", { ...frame, spawn_depth: 2 })).toMatchObject([{ isNested: true }]);
  expect(system("task_started", { task_id: "b1" })).toMatchObject([
    { isAgent: false, isInBackground: false },
  ]);
});

test("progress tells what a subagent has used; one that can't be read is no fault", () => {
  const usage = { total_tokens: 11, tool_uses: 2, duration_ms: 1087 };
  const frame = { task_id: "a1", tool_use_id: "t1", usage, last_tool_name: "Read" };
  expect(system("task_progress", frame)).toEqual([
    {
      type: "taskProgressed",
      taskId: "a1",
      toolUseId: "t1",
      usage: { tools: 2, tokens: 11 },
      lastTool: "Read",
    },
  ]);
  expect(system("task_progress", { task_id: "a1" })).toMatchObject([{ type: "skipped" }]);
});

test("the CLI's own housekeeping is no task of anybody's", () => {
  const tasks = [{ task_id: "s1", task_type: "local_bash", description: "tidy", ambient: true }];
  expect(system("background_tasks_changed", { tasks })).toEqual([{ type: "backgroundTasks", tasks: [] }]);
  expect(system("task_started", { task_id: "s1", ambient: true })).toMatchObject([{ type: "skipped" }]);
});

test("a shell that Claude has killed runs no more", () => {
  const text =
    '{"message":"Successfully killed shell: 621417 (echo start; sleep 60; echo end)","shell_id":"621417"}';
  const content = [{ type: "tool_result", tool_use_id: "t1", content: text }];
  const decoded = decode({ type: "user", message: { role: "user", content }, parent_tool_use_id: null });
  expect(decoded).toMatchObject([{ type: "toolResult" }, { type: "shellKilled", taskId: "621417" }]);
});
