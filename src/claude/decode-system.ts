// The `system` frames and the few that stand beside them: what the program says of itself, its turns' beginnings and
// what runs in the background. Knows nothing of messages.

import { z } from "zod";
import { asWords, type Frame, malformed } from "./frame.ts";
import type { ClaudeEvent, ToolUseId } from "./types.ts";

type SystemDecoded =
  | ClaudeEvent
  /** Nothing a person would want to know; `what` is for the debug log. */
  | { readonly type: "skipped"; readonly what: string };

const initFrame = z.object({ model: z.string(), session_id: z.string().optional() });
const statusFrame = z.object({
  status: z.string().nullish(),
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
      .object({ task_id: z.string(), description: z.string().default("") })
      .transform(({ task_id: id, description }) => ({ id, description })),
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

export function decodeSystem(frame: Frame): SystemDecoded[] {
  switch (frame["subtype"]) {
    case "init": {
      const parsed = initFrame.safeParse(frame);
      if (!parsed.success) return [malformed("system/init", parsed.error)];
      return [{ type: "turnStarted", model: parsed.data.model, conversationId: parsed.data.session_id }];
    }
    case "status": {
      const parsed = statusFrame.safeParse(frame);
      if (!parsed.success) return [malformed("system/status", parsed.error)];
      const { status, compact_result: outcome, compact_error: error } = parsed.data;
      if (status === "compacting") return [{ type: "compacting" }];
      if (outcome === undefined) return [];
      return [{ type: "compacted", error: outcome === "success" ? undefined : (error ?? outcome) }];
    }
    case "compact_boundary":
      return [{ type: "compacted", error: undefined }];
    case "api_retry": {
      const parsed = retryFrame.safeParse(frame);
      if (!parsed.success) return [malformed("system/api_retry", parsed.error)];
      const { attempt, max_retries: maxRetries, retry_delay_ms: delay, error_status, error } = parsed.data;
      const reason = [error_status, error].filter((part) => part !== undefined && part !== null).join(" ");
      return [{ type: "apiRetry", attempt, maxRetries, retryDelayMs: Math.round(delay), reason }];
    }
    case "task_notification": {
      const parsed = notificationFrame.safeParse(frame);
      if (!parsed.success) return [malformed("system/task_notification", parsed.error)];
      const { task_id: taskId, tool_use_id, status, summary } = parsed.data;
      return [{ type: "taskEnded", taskId, toolUseId: tool_use_id, status, summary }];
    }
    case "background_tasks_changed": {
      const parsed = tasksFrame.safeParse(frame);
      if (!parsed.success) return [malformed("system/background_tasks_changed", parsed.error)];
      return [{ type: "backgroundTasks", tasks: parsed.data.tasks }];
    }
    // `task_started` and `task_updated` say nothing that these two don't (2.1.330).
    case "task_started":
    case "task_updated":
      return [];
    case "informational": {
      if (frame["prevent_continuation"] !== true)
        return [{ type: "skipped", what: `system/informational of level ${asWords(frame["level"])}` }];
      const parsed = refusalFrame.safeParse(frame);
      if (!parsed.success) return [malformed("system/informational", parsed.error)];
      const { content, prompt_submit_outcome: outcome } = parsed.data;
      return [{ type: "promptRefused", reason: outcome?.reason ?? content }];
    }
    default:
      return [{ type: "skipped", what: `system/${asWords(frame["subtype"])}` }];
  }
}
