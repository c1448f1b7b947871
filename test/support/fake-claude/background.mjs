// What runs in the background, told as 2.1.330 tells it: the whole set each time it changes, then each beginning and end.

import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";

export function createBackground({ wire, notify }) {
  const running = new Map();

  const tell = () =>
    wire.emit({
      type: "system",
      subtype: "background_tasks_changed",
      tasks: [...running].map(([task_id, { description, task_type }]) => ({
        task_id,
        task_type,
        description,
      })),
    });

  function began(task) {
    running.set(task.id, task);
    tell();
    wire.emit({
      type: "system",
      subtype: "task_started",
      task_id: task.id,
      tool_use_id: task.toolUseId,
      description: task.description,
      is_backgrounded: true,
      task_type: task.task_type,
    });
  }

  /** Claude takes it up in a turn of its own. */
  function ended({ id, toolUseId }, status, summary) {
    running.delete(id);
    wire.emit({ type: "system", subtype: "task_updated", task_id: id, patch: { status } });
    wire.emit({
      type: "system",
      subtype: "task_notification",
      task_id: id,
      tool_use_id: toolUseId,
      status,
      summary,
    });
    tell();
    notify(`<system-reminder>\n<task-notification>${summary}</task-notification>\n</system-reminder>`);
  }

  return {
    areWorking: () => running.size > 0,
    began,
    ended,
    tell,
    startCommand({ id: toolUseId, input: { command, description = command } }) {
      const id = `b${randomUUID().slice(0, 8)}`;
      const task = { id, toolUseId, description, task_type: "local_bash" };
      const child = spawn("/bin/sh", ["-c", command], { stdio: "ignore" });
      began(task);
      child.on("close", (code) =>
        ended(
          task,
          code === 0 ? "completed" : "failed",
          `Background command "${description}" ended (exit code ${code})`,
        ),
      );
      return {
        text: `Command running in background with ID: ${id}. You will be notified when it completes.`,
        structured: { stdout: "", stderr: "", interrupted: false, isImage: false, backgroundTaskId: id },
      };
    },
  };
}
