// What Claude tells of its tasks, as words of the tests. The order of the frames is as measured with 2.1.330.

import type { ClaudeReply, ClaudeRequest } from "../../src/claude/requests.ts";
import type { BackgroundTask, ClaudeEvent, ToolUseId } from "../../src/claude/types.ts";
import type { PostId } from "../../src/mattermost/types.ts";
import type { Person } from "../../src/session/authorization.ts";
import { OWNER, type Script } from "./session-script.ts";

export const command = (id: string, description = `run ${id}`): BackgroundTask => ({ id, description });

export function started(id: string, more: Partial<ClaudeEvent & { type: "taskStarted" }> = {}): ClaudeEvent {
  return {
    type: "taskStarted",
    taskId: id,
    toolUseId: `tool-${id}` as ToolUseId,
    description: `run ${id}`,
    isAgent: false,
    agentType: "",
    isInBackground: true,
    isNested: false,
    ...more,
  };
}

export const ended = (id: string, status: string, more: Partial<ClaudeEvent & { type: "taskEnded" }> = {}) =>
  ({
    type: "taskEnded",
    taskId: id,
    toolUseId: `tool-${id}` as ToolUseId,
    status,
    summary: `Background command "run ${id}" ${status} (exit code ${status === "completed" ? 0 : 1})`,
    ...more,
  }) as const;

/** Claude says all that runs, then what of it is new. */
export function runs(script: Script, ...ids: string[]): void {
  script.claude({ type: "backgroundTasks", tasks: ids.map((id) => command(id)) });
  for (const id of ids) {
    script.claude(started(id));
  }
}

export const requests = (script: Script): ClaudeRequest[] =>
  script.effects.flatMap((effect) => (effect.type === "request" ? [effect.request] : []));

export function replies(script: Script, request: ClaudeRequest, reply: ClaudeReply, by?: Person): void {
  script.take({ type: "replied", generation: script.state.generation, request, by, reply });
}

export const prints = (script: Script, id: string, output: string): void =>
  replies(
    script,
    { kind: "taskOutput", taskId: id },
    { type: "answered", answer: { output, bytes: output.length } },
  );

export function tick(script: Script, ms = 5_000): void {
  script.now += ms;
  script.take({ type: "timer", name: "tasks" });
}

export const tasks = (script: Script, argument = "", by = OWNER): string => {
  const before = script.effects.length;
  script.command(by, { name: "tasks", argument, postId: "p" as PostId });
  return script.effects
    .slice(before)
    .flatMap((effect) => (effect.type === "put" ? [effect.attachment?.text ?? effect.markdown] : []))
    .join("\n");
};

/** The key of the post of that task. */
export const keyOf = (script: Script, number: number): string =>
  script.state.steering.tasks.list.find((task) => task.number === number)?.key ?? "";

export const posted = (script: Script, number: number): string => {
  const postId = `task-post-${number}`;
  script.take({ type: "posted", key: keyOf(script, number), postId: postId as PostId });
  return postId;
};

export const isOver = (script: Script): boolean => script.state.phase.name === "ended";
