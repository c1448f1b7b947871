// What runs in the background, told as 2.1.330 tells it: the whole set each time it changes, then each beginning and end.

import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";

export function createBackground({ wire, notify, remind }) {
  const running = new Map();
  const outputs = new Map();
  const stops = new Map();

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

  function tellEnd({ id, toolUseId }, patched, status, summary, usage) {
    running.delete(id);
    wire.emit({ type: "system", subtype: "task_updated", task_id: id, patch: { status: patched } });
    wire.emit({
      type: "system",
      subtype: "task_notification",
      task_id: id,
      tool_use_id: toolUseId,
      status,
      summary,
      usage,
    });
    tell();
  }

  /** By somebody who asked for that: about a command there is no turn of its own. */
  function stopped(task, summary) {
    tellEnd(task, "killed", "stopped", summary);
    const note = `<task-notification>${summary} was stopped by the user</task-notification>`;
    if (task.task_type === "local_bash") remind(note);
    else notify(`<system-reminder>\n${note}\n</system-reminder>`);
  }

  /** Claude takes it up in a turn of its own. */
  function ended(task, status, summary, usage) {
    tellEnd(task, status, status, summary, usage);
    notify(`<system-reminder>\n<task-notification>${summary}</task-notification>\n</system-reminder>`);
  }

  return {
    areWorking: () => running.size > 0,
    /** Also when it runs no more, or never did. */
    stop: (id) => {
      if (running.has(id)) stops.get(id)?.();
    },
    onStop: (id, stop) => stops.set(id, stop),
    stopped,
    /** Undefined for what is no command. */
    outputOf: (id) => outputs.get(id),
    began,
    ended,
    tell,
    startCommand({ id: toolUseId, input: { command, description = command } }) {
      const id = `b${randomUUID().slice(0, 8)}`;
      const task = { id, toolUseId, description, task_type: "local_bash" };
      const child = spawn("/bin/sh", ["-c", command], { stdio: ["ignore", "pipe", "pipe"] });
      outputs.set(id, "");
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (chunk) => outputs.set(id, outputs.get(id) + chunk));
      }
      stops.set(id, () => {
        stopped(task, description);
        child.kill("SIGKILL");
      });
      began(task);
      child.on("close", (code) => {
        outputs.set(id, `${outputs.get(id)}\n[exited with code ${code}]\n`);
        if (!running.has(id)) return;
        ended(
          task,
          code === 0 ? "completed" : "failed",
          `Background command "${description}" ${code === 0 ? "completed" : "failed"} (exit code ${code})`,
        );
      });
      return {
        text: `Command running in background with ID: ${id}. You will be notified when it completes.`,
        structured: { stdout: "", stderr: "", interrupted: false, isImage: false, backgroundTaskId: id },
      };
    },
  };
}
