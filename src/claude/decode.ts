// One line of Claude's stdout → what it says, in our spelling. The shapes of the wire end here.
// An unknown frame or field is skipped; a known frame that lacks a field we need is `malformed`.
// Owns two facts between frames: whether an interruption was seen in the running turn, and whether the
// end of a compaction was told already.

import { z } from "zod";
import {
  type ControlDecoded,
  decodeControlCancel,
  decodeControlRequest,
  decodeControlResponse,
  malformed,
} from "./decode-control.ts";
import type { ClaudeEvent, ToolUseId } from "./types.ts";

export type Decoded =
  | ControlDecoded
  /** Nothing a person would want to know; `what` is for the debug log. */
  | { readonly type: "skipped"; readonly what: string };

export type Decoder = (line: string) => readonly Decoded[];

/** One decoder per process. */
export function createDecoder(): Decoder {
  let sawInterruption = false;
  let toldCompacted = false;

  /** 1.0.128 and 2.0.76 say it by the boundary alone; 2.1 by a status, then the boundary. */
  function once(decoded: Decoded[]): Decoded[] {
    return decoded.filter(({ type }) => {
      if (type === "compacting") toldCompacted = false;
      if (type !== "compacted") return true;
      const isNews = !toldCompacted;
      toldCompacted = isNews;
      return isNews;
    });
  }

  return (line) => {
    const frame = parseObject(line);
    if (frame === undefined) return [{ type: "skipped", what: `not a JSON object: ${line.slice(0, 200)}` }];
    switch (frame["type"]) {
      // A subagent's frames carry the id of the tool use that started it.
      case "stream_event":
        return frame["parent_tool_use_id"] ? [] : decodeStreamEvent(frame["event"]);
      case "assistant":
        return frame["parent_tool_use_id"] ? [] : decodeAssistant(frame);
      case "user": {
        const decoded = decodeUser(frame);
        if (decoded === "interruption") {
          sawInterruption = true;
          return [];
        }
        return decoded;
      }
      case "system":
        return once(decodeSystem(frame));
      case "result": {
        const wasInterrupted = sawInterruption;
        sawInterruption = false;
        toldCompacted = false;
        return decodeResult(frame, wasInterrupted);
      }
      case "control_request":
        return decodeControlRequest(frame);
      case "control_cancel_request":
        return decodeControlCancel(frame);
      case "control_response":
        return decodeControlResponse(frame);
      default:
        return [{ type: "skipped", what: `frame of type ${String(frame["type"])}` }];
    }
  };
}

type Frame = Readonly<Record<string, unknown>>;

function parseObject(line: string): Frame | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isFrame(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isFrame(value: unknown): value is Frame {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Comes once per token: no schema, no allocation but the event. */
function decodeStreamEvent(event: unknown): Decoded[] {
  if (!isFrame(event)) return [{ type: "malformed", detail: "stream_event without event" }];
  if (event["type"] === "content_block_delta") {
    const { delta, index } = event;
    if (!isFrame(delta)) return [{ type: "malformed", detail: "content_block_delta without delta" }];
    if (delta["type"] !== "text_delta") return [];
    const { text } = delta;
    if (typeof text !== "string" || typeof index !== "number") {
      return [{ type: "malformed", detail: "text_delta without text or index" }];
    }
    return [{ type: "textDelta", text, blockIndex: index }];
  }
  if (event["type"] === "message_start") {
    const { message } = event;
    const id = isFrame(message) ? message["id"] : undefined;
    if (typeof id !== "string") return [{ type: "malformed", detail: "message_start without message.id" }];
    return [{ type: "messageStarted", messageId: id }];
  }
  return [];
}

const toolUseId = z.string().transform((id) => id as ToolUseId);

const assistantFrame = z.object({
  message: z.object({ id: z.string(), content: z.array(z.object({ type: z.string() }).loose()) }),
});
const textBlock = z.object({ text: z.string() });
const toolUseBlock = z.object({ id: toolUseId, name: z.string(), input: z.record(z.string(), z.unknown()) });

function decodeAssistant(frame: Frame): Decoded[] {
  const parsed = assistantFrame.safeParse(frame);
  if (!parsed.success) return [malformed("assistant", parsed.error)];
  const { id: messageId, content } = parsed.data.message;
  return content.flatMap((block): Decoded[] => {
    switch (block.type) {
      case "text": {
        const text = textBlock.safeParse(block);
        if (!text.success) return [malformed("assistant text", text.error)];
        return [{ type: "text", messageId, text: text.data.text }];
      }
      case "tool_use": {
        const tool = toolUseBlock.safeParse(block);
        if (!tool.success) return [malformed("assistant tool_use", tool.error)];
        return [{ type: "toolUse", ...tool.data }];
      }
      default:
        return [];
    }
  });
}

const userFrame = z.object({
  message: z.object({ content: z.union([z.string(), z.array(z.object({ type: z.string() }).loose())]) }),
  uuid: z.string().optional(),
});
const resultBlock = z.object({
  tool_use_id: toolUseId,
  is_error: z.boolean().nullish(),
  content: z.union([z.string(), z.array(z.object({ type: z.string() }).loose())]).nullish(),
});
/** What a slash command answers in 1.0.128 and 2.0.76; 2.1 sends an assistant block instead. */
const localOutput = /^<local-command-std(?:out|err)>([\s\S]*)<\/local-command-std(?:out|err)>$/;
const interruption = /^\[Request interrupted by user(?: for tool use)?\]$/;

function decodeUser(frame: Frame): Decoded[] | "interruption" {
  const parsed = userFrame.safeParse(frame);
  if (!parsed.success) return [malformed("user", parsed.error)];
  const { message, uuid } = parsed.data;
  const blocks = typeof message.content === "string" ? [] : message.content;

  const results = blocks.filter((block) => block.type === "tool_result");
  if (results.length > 0) return results.map((block) => decodeToolResult(block, frame["tool_use_result"]));
  if (frame["parent_tool_use_id"]) return [];
  const text = textOf(message.content);
  if (frame["isReplay"] !== true && interruption.test(text)) return "interruption";
  const output = localOutput.exec(text)?.[1]?.trim();
  if (output !== undefined)
    return output === "" ? [] : [{ type: "text", messageId: uuid ?? "", text: output }];
  // 1.0.128 echoes without `isReplay`: whose message it was is known to who sent it.
  return uuid === undefined ? [] : [{ type: "replayed", uuid }];
}

function decodeToolResult(block: unknown, structured: unknown): Decoded {
  const parsed = resultBlock.safeParse(block);
  if (!parsed.success) return malformed("tool_result", parsed.error);
  const { tool_use_id: id, is_error: isError, content } = parsed.data;
  return { type: "toolResult", id, isError: isError === true, text: textOf(content ?? ""), structured };
}

function textOf(content: string | readonly Frame[]): string {
  if (typeof content === "string") return content;
  return content
    .map((block) => (block["type"] === "text" ? String(block["text"] ?? "") : `[${String(block["type"])}]`))
    .join("\n");
}

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
  tool_use_id: toolUseId.optional(),
  status: z.string(),
  summary: z.string().default(""),
});

function decodeSystem(frame: Frame): Decoded[] {
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
    default:
      return [{ type: "skipped", what: `system/${String(frame["subtype"])}` }];
  }
}

const resultFrame = z.object({
  subtype: z.string(),
  is_error: z.boolean().default(false),
  result: z.string().optional(),
  errors: z.array(z.string()).default([]),
  terminal_reason: z.string().nullish(),
});

function decodeResult(frame: Frame, wasInterrupted: boolean): ClaudeEvent[] {
  const parsed = resultFrame.safeParse(frame);
  if (!parsed.success) return [malformed("result", parsed.error)];
  const { subtype, is_error, result, errors, terminal_reason } = parsed.data;
  // Since 2.1; older versions only say it in a user frame.
  const wasAborted = wasInterrupted || (terminal_reason?.startsWith("aborted") ?? false);
  // Interrupted turns: `is_error` is false in 1.0.128 and 2.0.76, true in 2.1.
  const isError = is_error || subtype !== "success";
  const said = errors.filter((error) => !error.startsWith("[ede_diagnostic]")).join("\n");
  const reason = !isError || wasAborted ? "" : said || result || subtype.replaceAll("_", " ");
  return [{ type: "turnEnded", isError, reason, wasAborted }];
}
