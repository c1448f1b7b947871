// One line of Claude's stdout → what it says, in our spelling. The shapes of the wire end here.
// An unknown frame or field is skipped; a known frame that lacks a field we need is `malformed`.
// Owns what must be known from one frame to the next: whether an interruption was seen in the running turn, whether
// anything was said in it, whether the end of a compaction was told already, and what each tool was to do.

import { z } from "zod";
import {
  type ControlDecoded,
  decodeControlCancel,
  decodeControlRequest,
  decodeControlResponse,
} from "./decode-control.ts";
import { decodeSystem } from "./decode-system.ts";
import { asWords, type Frame, isFrame, malformed } from "./frame.ts";
import type { BackgroundTask, ClaudeEvent, ToolInput, ToolUseId } from "./types.ts";

export type Decoded =
  | ControlDecoded
  /** How far a message of ours has come; nothing of it may have been echoed (2.1.330). */
  | { readonly type: "lifecycle"; readonly uuid: string; readonly state: string }
  /** The turn that ends now said and did nothing, and nobody said why (1.0.128, 2.0.76). */
  | { readonly type: "silentTurn" }
  /** A tool's result says that its command goes on in the background. */
  | { readonly type: "backgrounded"; readonly task: BackgroundTask }
  /** Nothing a person would want to know; `what` is for the debug log. */
  | { readonly type: "skipped"; readonly what: string };

export type Decoder = (line: string) => readonly Decoded[];

/** One decoder per process. */
export function createDecoder(): Decoder {
  let sawInterruption = false;
  let toldCompacted = false;
  /** Nothing has come since `system/init`. */
  let isSilent = false;
  const purposes = new Map<string, string>();

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

  function endTurn(frame: Frame): Decoded[] {
    const wasSilent = isSilent && isEmptySuccess(frame);
    const ended = decodeResult(frame, sawInterruption);
    sawInterruption = false;
    toldCompacted = false;
    isSilent = false;
    purposes.clear();
    return wasSilent ? [{ type: "silentTurn" }, ...ended] : ended;
  }

  return (line) => {
    const frame = parseObject(line);
    if (frame === undefined) return [{ type: "skipped", what: `not a JSON object: ${line.slice(0, 200)}` }];
    const { type } = frame;
    if (type === "result") return endTurn(frame);
    // The rest of what comes in a turn is part of it, but for our own business with the program.
    if (type !== "control_response") isSilent = type === "system" && frame["subtype"] === "init";
    switch (type) {
      // A subagent's frames carry the id of the tool use that started it.
      case "stream_event":
        return frame["parent_tool_use_id"] ? [] : decodeStreamEvent(frame["event"]);
      case "assistant": {
        if (frame["parent_tool_use_id"]) return [];
        const decoded = decodeAssistant(frame);
        for (const one of decoded) if (one.type === "toolUse") purposes.set(one.id, purposeOf(one.input));
        return decoded;
      }
      case "user": {
        const decoded = decodeUser(frame, purposes);
        if (decoded !== "interruption") return decoded;
        sawInterruption = true;
        return [];
      }
      case "system":
        return once(decodeSystem(frame));
      case "control_request":
        return decodeControlRequest(frame);
      case "control_cancel_request":
        return decodeControlCancel(frame);
      case "control_response":
        return decodeControlResponse(frame);
      // The id it names is not the one to resume by: the next `system/init` has that (2.1.330).
      case "conversation_reset":
        return [{ type: "conversationReset" }];
      case "command_lifecycle":
        return decodeLifecycle(frame);
      default:
        return [{ type: "skipped", what: `frame of type ${asWords(type)}` }];
    }
  };
}

function parseObject(line: string): Frame | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isFrame(value) ? value : undefined;
  } catch {
    return undefined;
  }
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
/** Each block is judged by itself: one that can't be read takes no other with it. */
const content = z.union([z.string(), z.array(z.unknown())]);

const assistantFrame = z.object({ message: z.object({ id: z.string(), content }) });
const textBlock = z.object({ text: z.string() });
const toolUseBlock = z.object({
  id: toolUseId,
  name: z.string(),
  input: z.unknown().optional().transform(shownInput),
});

function decodeAssistant(frame: Frame): Decoded[] {
  const parsed = assistantFrame.safeParse(frame);
  if (!parsed.success) return [malformed("assistant", parsed.error)];
  const { id: messageId, content } = parsed.data.message;
  return blocksOf(content).flatMap((block): Decoded[] => {
    if (!isFrame(block)) return [{ type: "malformed", detail: "assistant: a block that is no object" }];
    switch (block["type"]) {
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

/** Only shown, never handed back: whatever it is, people see it. */
function shownInput(input: unknown): ToolInput {
  if (isFrame(input)) return input;
  return input === null || input === undefined ? {} : { input };
}

function blocksOf(content: string | readonly unknown[]): readonly unknown[] {
  return typeof content === "string" ? [{ type: "text", text: content }] : content;
}

const userFrame = z.object({ message: z.object({ content }), uuid: z.string().optional().catch(undefined) });
const resultBlock = z.object({
  tool_use_id: toolUseId,
  is_error: z.unknown().optional(),
  content: content.nullish().catch(undefined),
});
/** What a slash command answers in 1.0.128 and 2.0.76; 2.1 sends an assistant block instead. */
const localOutput = /^<local-command-std(?:out|err)>([\s\S]*)<\/local-command-std(?:out|err)>$/;
const interruption = /^\[Request interrupted by user(?: for tool use)?\]$/;

function decodeUser(frame: Frame, purposes: ReadonlyMap<string, string>): Decoded[] | "interruption" {
  const parsed = userFrame.safeParse(frame);
  if (!parsed.success) return [malformed("user", parsed.error)];
  const { message, uuid } = parsed.data;

  const results = blocksOf(message.content).filter(
    (block) => isFrame(block) && block["type"] === "tool_result",
  );
  if (results.length > 0)
    return results.flatMap((block) => decodeToolResult(block, frame["tool_use_result"], purposes));
  if (frame["parent_tool_use_id"]) return [];
  const text = textOf(message.content);
  if (frame["isReplay"] !== true && interruption.test(text)) return "interruption";
  const output = localOutput.exec(text)?.[1]?.trim();
  if (output !== undefined)
    return output === "" ? [] : [{ type: "text", messageId: uuid ?? "", text: output }];
  // 1.0.128 echoes without `isReplay`: whose message it was is known to who sent it.
  return uuid === undefined ? [] : [{ type: "replayed", uuid }];
}

function decodeToolResult(
  block: unknown,
  structured: unknown,
  purposes: ReadonlyMap<string, string>,
): Decoded[] {
  const parsed = resultBlock.safeParse(block);
  if (!parsed.success) return [malformed("tool_result", parsed.error)];
  const { tool_use_id: id, is_error: isError, content } = parsed.data;
  const text = textOf(content ?? "");
  const task = backgroundTaskId(text, structured);
  return [
    { type: "toolResult", id, isError: isError === true, text, structured },
    ...(task === undefined
      ? []
      : [{ type: "backgrounded", task: { id: task, description: purposes.get(id) ?? "" } } as const]),
  ];
}

/** 1.0.128 says it in words alone, 2.0.76 and 2.1.330 beside them as well. */
function backgroundTaskId(text: string, structured: unknown): string | undefined {
  const id = isFrame(structured) ? structured["backgroundTaskId"] : undefined;
  if (typeof id === "string") return id;
  return structured === undefined
    ? /^Command running in background with ID: (\w{1,64})/.exec(text)?.[1]
    : undefined;
}

function purposeOf({ description, command }: ToolInput): string {
  return [description, command].find((words): words is string => typeof words === "string") ?? "";
}

function textOf(content: string | readonly unknown[]): string {
  if (typeof content === "string") return content;
  return content
    .map((block) => {
      if (!isFrame(block)) return asWords(block);
      return block["type"] === "text" ? asWords(block["text"]) : `[${asWords(block["type"])}]`;
    })
    .join("\n");
}

const lifecycleFrame = z.object({ command_uuid: z.string(), state: z.string() });

function decodeLifecycle(frame: Frame): Decoded[] {
  const parsed = lifecycleFrame.safeParse(frame);
  if (!parsed.success) return [malformed("command_lifecycle", parsed.error)];
  return [{ type: "lifecycle", uuid: parsed.data.command_uuid, state: parsed.data.state }];
}

const resultFrame = z.object({
  subtype: z.string(),
  is_error: z.boolean().catch(false),
  result: z.string().optional().catch(undefined),
  errors: z.array(z.string()).catch([]),
  terminal_reason: z.string().nullish().catch(undefined),
});

function isEmptySuccess(frame: Frame): boolean {
  return frame["subtype"] === "success" && frame["is_error"] !== true && frame["result"] === "";
}

function decodeResult(frame: Frame, wasInterrupted: boolean): ClaudeEvent[] {
  const parsed = resultFrame.safeParse(frame);
  // Unreadable or not, the turn is over.
  if (!parsed.success) {
    const unreadable = malformed("result", parsed.error);
    return [unreadable, { type: "turnEnded", isError: true, reason: "", wasAborted: wasInterrupted }];
  }
  const { subtype, is_error, result, errors, terminal_reason } = parsed.data;
  // Since 2.1; older versions only say it in a user frame.
  const wasAborted = wasInterrupted || (terminal_reason?.startsWith("aborted") ?? false);
  // A hook that runs before or after a tool may end the turn, which then is a success without words (2.1.330).
  const isStopped = terminal_reason === "hook_stopped";
  // Interrupted turns: `is_error` is false in 1.0.128 and 2.0.76, true in 2.1.
  const isError = is_error || subtype !== "success" || isStopped;
  const said = errors.filter((error) => !error.startsWith("[ede_diagnostic]")).join("\n");
  const why = said || result || (isStopped ? "a hook stopped the turn" : subtype.replaceAll("_", " "));
  return [{ type: "turnEnded", isError, reason: !isError || wasAborted ? "" : why, wasAborted }];
}
