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
const notificationFrame = z.object({
  task_id: z.string().default(""),
  tool_use_id: z
    .string()
    .transform((id) => id as ToolUseId)
    .optional(),
  status: z.string(),
  summary: z.string().default(""),
});
const tasksFrame = z.object({
  tasks: z.array(
    z
      .object({ task_id: z.string(), description: z.string().default(""), task_type: z.string().default("") })
      .transform(({ task_id: id, description, task_type: type }) => ({
        id,
        description,
        ...(type === "local_agent" ? { isAgent: true } : {}),
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
  // These two say nothing that the two before them don't (2.1.330).
  ["task_started", () => []],
  ["task_updated", () => []],
  ["informational", decodeInformational],
  ["control_request_progress", decodeProgress],
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
  const { task_id: taskId, tool_use_id: toolUseId, status, summary } = parsed.data;
  return [{ type: "taskEnded", taskId, toolUseId, status, summary }];
}

function decodeTasks(frame: Frame): SystemDecoded[] {
  const parsed = tasksFrame.safeParse(frame);
  if (!parsed.success) {
    return [malformed("system/background_tasks_changed", parsed.error)];
  }
  return [{ type: "backgroundTasks", tasks: parsed.data.tasks }];
}

function decodeProgress({ request_id: requestId }: Frame): SystemDecoded[] {
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
