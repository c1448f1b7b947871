// The `system` frames: the beginning of a turn, compactions, retries, hooks that refuse a prompt, and what runs in the
// background. Knows nothing of messages.

import { z } from "zod";
import { asText, type Frame, malformed } from "./frame.ts";
import type { ClaudeEvent, ToolUseId } from "./types.ts";

type SystemDecoded =
  | ClaudeEvent
  /** Claude works on a request of ours that takes long (2.1.330). */
  | { readonly type: "requestBegun"; readonly requestId: string }
  /** Nothing a person would want to know; `what` is for the debug log. */
  | { readonly type: "skipped"; readonly what: string };

/** Among the types of tasks: `local_bash`, `local_workflow` and others (2.1.330). */
const AGENT = "local_agent";

const initFrame = z.object({
  model: z.string(),
  session_id: z.string().optional(),
  permissionMode: z.string().optional(),
});
const statusFrame = z.object({
  status: z.string().nullish(),
  permissionMode: z.string().optional(),
  compact_result: z.string().optional(),
  compact_error: z.string().optional(),
});
const retryFrame = z.object({
  attempt: z.number(),
  max_retries: z.number(),
  retry_delay_ms: z.number(),
  error_status: z.number().nullish(),
  error: z.string().optional(),
});
const toolUse = z
  .string()
  .transform((id) => id as ToolUseId)
  .optional();
const usage = z
  .object({ tool_uses: z.number().catch(0), total_tokens: z.number().catch(0) })
  .transform(({ tool_uses: tools, total_tokens: tokens }) => ({ tools, tokens }));
const startFrame = z.object({
  task_id: z.string(),
  tool_use_id: toolUse,
  description: z.string().catch(""),
  task_type: z.string().catch(""),
  subagent_type: z.string().catch(""),
  is_backgrounded: z.boolean().catch(false),
  spawn_depth: z.number().catch(1),
  parent_task_id: z.string().optional().catch(undefined),
  ambient: z.boolean().catch(false),
});
const progressFrame = z.object({
  task_id: z.string(),
  tool_use_id: toolUse,
  usage,
  last_tool_name: z.string().optional().catch(undefined),
});
const notificationFrame = z.object({
  task_id: z.string().default(""),
  tool_use_id: toolUse,
  status: z.string(),
  summary: z.string().default(""),
  usage: usage.optional().catch(undefined),
});
const tasksFrame = z.object({
  tasks: z
    .array(
      z.object({
        task_id: z.string(),
        description: z.string().default(""),
        task_type: z.string().default(""),
        ambient: z.boolean().catch(false),
      }),
    )
    // Housekeeping of the CLI's own is nothing that people, or a session's sleep, wait for.
    .transform((tasks) => tasks.filter(({ ambient }) => !ambient))
    .transform((tasks) =>
      tasks.map(({ task_id: id, description, task_type: type }) => ({
        id,
        description,
        ...(type === AGENT ? { isAgent: true } : {}),
      })),
    ),
});
/** `kind` is `blocked_by_hook`, or `stopped_by_hook`, which leaves the prompt in the conversation (2.1.330). */
const refusalFrame = z.object({
  content: z.string(),
  prompt_submit_outcome: z
    .object({ reason: z.string().min(1) })
    .optional()
    .catch(undefined),
});

const decoders = new Map<unknown, (frame: Frame) => SystemDecoded[]>([
  ["init", decodeInit],
  ["status", decodeStatus],
  ["compact_boundary", () => [{ type: "compacted", error: undefined }]],
  ["api_retry", decodeRetry],
  ["task_notification", decodeNotification],
  ["background_tasks_changed", decodeTasks],
  ["task_started", decodeTaskStart],
  ["task_progress", decodeProgress],
  // Says nothing that the others don't (2.1.330).
  ["task_updated", () => []],
  ["informational", decodeInformational],
  ["control_request_progress", decodeRequestProgress],
]);

export function decodeSystem(frame: Frame): SystemDecoded[] {
  const decode = decoders.get(frame["subtype"]);
  return decode?.(frame) ?? [{ type: "skipped", what: `system/${asText(frame["subtype"])}` }];
}

function decodeInit(frame: Frame): SystemDecoded[] {
  const parsed = initFrame.safeParse(frame);
  if (!parsed.success) {
    return [malformed("system/init", parsed.error)];
  }
  const { model, session_id: conversationId, permissionMode: mode } = parsed.data;
  return [{ type: "turnStarted", model, mode, conversationId }];
}

function decodeStatus(frame: Frame): SystemDecoded[] {
  const parsed = statusFrame.safeParse(frame);
  if (!parsed.success) {
    return [malformed("system/status", parsed.error)];
  }
  const { status, permissionMode: mode, compact_result: outcome, compact_error: error } = parsed.data;
  const changes: SystemDecoded[] = mode === undefined ? [] : [{ type: "modeChanged", mode }];
  if (status === "compacting") {
    return [...changes, { type: "compacting" }];
  }
  if (outcome === undefined) {
    return changes;
  }
  return [...changes, { type: "compacted", error: outcome === "success" ? undefined : (error ?? outcome) }];
}

function decodeRetry(frame: Frame): SystemDecoded[] {
  const parsed = retryFrame.safeParse(frame);
  if (!parsed.success) {
    return [malformed("system/api_retry", parsed.error)];
  }
  const { attempt, max_retries: maxRetries, retry_delay_ms: delay, error_status, error } = parsed.data;
  const reason = [error_status, error].filter((part) => part !== undefined && part !== null).join(" ");
  return [{ type: "apiRetry", attempt, maxRetries, retryDelayMs: Math.round(delay), reason }];
}

function decodeNotification(frame: Frame): SystemDecoded[] {
  const parsed = notificationFrame.safeParse(frame);
  if (!parsed.success) {
    return [malformed("system/task_notification", parsed.error)];
  }
  const { task_id: taskId, tool_use_id: toolUseId, status, summary, usage } = parsed.data;
  return [{ type: "taskEnded", taskId, toolUseId, status, summary, ...(usage ? { usage } : {}) }];
}

function decodeTaskStart(frame: Frame): SystemDecoded[] {
  const parsed = startFrame.safeParse(frame);
  if (!parsed.success) {
    return [malformed("system/task_started", parsed.error)];
  }
  const { data } = parsed;
  if (data.ambient) {
    return [{ type: "skipped", what: "system/task_started of the CLI's own housekeeping" }];
  }
  return [
    {
      type: "taskStarted",
      taskId: data.task_id,
      toolUseId: data.tool_use_id,
      description: data.description,
      isAgent: data.task_type === AGENT,
      agentType: data.subagent_type,
      isInBackground: data.is_backgrounded,
      isNested: data.spawn_depth > 1 || data.parent_task_id !== undefined,
    },
  ];
}

/** Nothing is lost with one that can't be read: the next one says it all again. */
function decodeProgress(frame: Frame): SystemDecoded[] {
  const parsed = progressFrame.safeParse(frame);
  if (!parsed.success) {
    return [{ type: "skipped", what: "system/task_progress that can't be read" }];
  }
  const { task_id: taskId, tool_use_id: toolUseId, usage, last_tool_name: lastTool } = parsed.data;
  return [{ type: "taskProgressed", taskId, toolUseId, usage, lastTool }];
}

function decodeTasks(frame: Frame): SystemDecoded[] {
  const parsed = tasksFrame.safeParse(frame);
  if (!parsed.success) {
    return [malformed("system/background_tasks_changed", parsed.error)];
  }
  return [{ type: "backgroundTasks", tasks: parsed.data.tasks }];
}

function decodeRequestProgress({ request_id: requestId }: Frame): SystemDecoded[] {
  return typeof requestId === "string" ? [{ type: "requestBegun", requestId }] : [];
}

function decodeInformational(frame: Frame): SystemDecoded[] {
  if (frame["prevent_continuation"] !== true) {
    return [{ type: "skipped", what: `system/informational of level ${asText(frame["level"])}` }];
  }
  const parsed = refusalFrame.safeParse(frame);
  if (!parsed.success) {
    return [malformed("system/informational", parsed.error)];
  }
  const { content, prompt_submit_outcome: outcome } = parsed.data;
  return [{ type: "promptRefused", reason: outcome?.reason ?? content }];
}
