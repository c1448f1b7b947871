// Shell commands in the background, as 2.1.330 runs them: the tool's result comes at once, the end of the command is
// told later and begins a turn of its own. They end with the program.

import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";

export function createBackground({ wire, notify }) {
  const running = new Map();
  process.on("exit", () => {
    for (const { child } of running.values()) child.kill("SIGKILL");
  });

  const setFrame = () => ({
    type: "system",
    subtype: "background_tasks_changed",
    tasks: [...running].map(([task_id, { description }]) => ({
      task_id,
      task_type: "local_bash",
      description,
    })),
  });

  return {
    /** Tells the whole set. */
    changed: () => wire.emit(setFrame()),
    start(use, { command, description = command }) {
      const task_id = `b${randomUUID().slice(0, 8)}`;
      const child = spawn("/bin/sh", ["-c", command], { stdio: "ignore" });
      running.set(task_id, { child, description });
      wire.emit(setFrame(), {
        type: "system",
        subtype: "task_started",
        task_id,
        tool_use_id: use.id,
        description,
        is_backgrounded: true,
        task_type: "local_bash",
      });
      child.on("close", (code) => {
        running.delete(task_id);
        const status = code === 0 ? "completed" : "failed";
        const summary = `Background command "${description}" ${status} (exit code ${code})`;
        wire.emit(
          {
            type: "system",
            subtype: "task_updated",
            task_id,
            patch: { status, end_time: Date.now() },
          },
          {
            type: "system",
            subtype: "task_notification",
            task_id,
            tool_use_id: use.id,
            status,
            output_file: "",
            summary,
          },
        );
        notify(setFrame(), `<task-notification>\n<summary>${summary}</summary>\n</task-notification>`);
      });
      return {
        text: `Command running in background with ID: ${task_id}. You will be notified when it completes.`,
        structured: {
          stdout: "",
          stderr: "",
          interrupted: false,
          isImage: false,
          noOutputExpected: false,
          backgroundTaskId: task_id,
        },
      };
    },
  };
}
