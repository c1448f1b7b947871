// The frames that carry a conversation: the streamed text, what Claude says and does, what its tools answer, and our
// own messages as the CLI repeats them. Knows nothing of other frames.

import { z } from "zod";
import { asText, type Frame, isFrame, malformed } from "./frame.ts";
import type { BackgroundTask, ClaudeEvent, ToolInput, ToolUseId } from "./types.ts";

export type MessageDecoded =
  | ClaudeEvent
  /** A tool's result says that its command goes on in the background. */
  | { readonly type: "backgrounded"; readonly task: BackgroundTask }
  /** Claude has ended a command that ran in the background (1.0.128 and 2.0.76, which report it nowhere else). */
  | { readonly type: "shellKilled"; readonly taskId: string }
  /** 1.0.128 and 2.0.76 report only here that the turn was interrupted. */
  | { readonly type: "interruption" };

/** What the tool uses of this turn are for, by their ids. */
type Purposes = ReadonlyMap<string, string>;

/** Comes once per token: no schema, no allocation but the event. */
export function decodeStreamEvent(event: unknown): ClaudeEvent[] {
  if (!isFrame(event)) {
    return [{ type: "malformed", detail: "stream_event without event" }];
  }
  if (event["type"] === "content_block_delta") {
    const { delta, index } = event;
    if (!isFrame(delta)) {
      return [{ type: "malformed", detail: "content_block_delta without delta" }];
    }
    if (delta["type"] === "thinking_delta") {
      return decodeThinking(delta["thinking"], index);
    }
    if (delta["type"] !== "text_delta") {
      return [];
    }
    const { text } = delta;
    if (typeof text !== "string" || typeof index !== "number") {
      return [{ type: "malformed", detail: "text_delta without text or index" }];
    }
    return [{ type: "textDelta", text, blockIndex: index }];
  }
  if (event["type"] === "message_start") {
    const { message } = event;
    const id = isFrame(message) ? message["id"] : undefined;
    if (typeof id !== "string") {
      return [{ type: "malformed", detail: "message_start without message.id" }];
    }
    return [{ type: "messageStarted", messageId: id }];
  }
  return [];
}

/** Nobody waits for it: what can't be read of it is left out. */
function decodeThinking(text: unknown, blockIndex: unknown): ClaudeEvent[] {
  const isWhole = typeof text === "string" && text !== "" && typeof blockIndex === "number";
  return isWhole ? [{ type: "thinkingDelta", text, blockIndex }] : [];
}

const toolUseId = z.string().transform((id) => id as ToolUseId);
/** Each block is decoded by itself: where one can't be read the others still count. */
const content = z.union([z.string(), z.array(z.unknown())]);

const assistantFrame = z.object({ message: z.object({ id: z.string(), content }) });
const textBlock = z.object({ text: z.string() });
const toolUseBlock = z.object({
  id: toolUseId,
  name: z.string(),
  input: z.unknown().optional().transform(shownInput),
});

export function decodeAssistant(frame: Frame): ClaudeEvent[] {
  const parsed = assistantFrame.safeParse(frame);
  if (!parsed.success) {
    return [malformed("assistant", parsed.error)];
  }
  const { id: messageId, content } = parsed.data.message;
  return blocksOf(content).flatMap((block) => decodeAssistantBlock(messageId, block));
}

function decodeAssistantBlock(messageId: string, block: unknown): ClaudeEvent[] {
  if (!isFrame(block)) {
    return [{ type: "malformed", detail: "assistant: a block that is no object" }];
  }
  switch (block["type"]) {
    case "text": {
      const text = textBlock.safeParse(block);
      if (!text.success) {
        return [malformed("assistant text", text.error)];
      }
      return [{ type: "text", messageId, text: text.data.text }];
    }
    case "tool_use": {
      const tool = toolUseBlock.safeParse(block);
      if (!tool.success) {
        return [malformed("assistant tool_use", tool.error)];
      }
      return [{ type: "toolUse", ...tool.data }];
    }
    default:
      return [];
  }
}

/** Only shown, never sent back: whatever it is, people see it. */
function shownInput(input: unknown): ToolInput {
  if (isFrame(input)) {
    return input;
  }
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

export function decodeUser(frame: Frame, purposes: Purposes): MessageDecoded[] {
  const parsed = userFrame.safeParse(frame);
  if (!parsed.success) {
    return [malformed("user", parsed.error)];
  }
  const { message, uuid } = parsed.data;

  const results = blocksOf(message.content).filter(
    (block) => isFrame(block) && block["type"] === "tool_result",
  );
  if (results.length > 0) {
    return results.flatMap((block) => decodeToolResult(block, frame["tool_use_result"], purposes));
  }
  if (frame["parent_tool_use_id"]) {
    return [];
  }
  const text = textOf(message.content);
  if (frame["isReplay"] !== true && interruption.test(text)) {
    return [{ type: "interruption" }];
  }
  const output = localOutput.exec(text)?.[1]?.trim();
  if (output !== undefined) {
    return output === "" ? [] : [{ type: "text", messageId: uuid ?? "", text: output }];
  }
  // 1.0.128 echoes without `isReplay`. Whether the message was ours is known by its uuid.
  return uuid === undefined ? [] : [{ type: "replayed", uuid }];
}

function decodeToolResult(block: unknown, structured: unknown, purposes: Purposes): MessageDecoded[] {
  const parsed = resultBlock.safeParse(block);
  if (!parsed.success) {
    return [malformed("tool_result", parsed.error)];
  }
  const { tool_use_id: id, is_error: isError, content } = parsed.data;
  const text = textOf(content ?? "");
  const result: ClaudeEvent = { type: "toolResult", id, isError: isError === true, text, structured };
  const killed = KILLED.exec(text)?.[1];
  if (killed !== undefined) {
    return [result, { type: "shellKilled", taskId: killed }];
  }
  const taskId = backgroundTaskId(text, structured);
  if (taskId === undefined) {
    return [result];
  }
  return [result, { type: "backgrounded", task: { id: taskId, description: purposes.get(id) ?? "" } }];
}

/** What KillShell answers. A task of that id is no longer waited for; it costs nothing where there is none. */
const KILLED = /^\{"message":"Successfully killed shell: (\w{1,64}) /;

/** In 1.0.128 it is in the text alone, in 2.0.76 and 2.1.330 in the structured result as well. */
function backgroundTaskId(text: string, structured: unknown): string | undefined {
  const id = isFrame(structured) ? structured["backgroundTaskId"] : undefined;
  if (typeof id === "string") {
    return id;
  }
  return structured === undefined
    ? /^Command running in background with ID: (\w{1,64})/.exec(text)?.[1]
    : undefined;
}

/** Its description if there is one. */
export function purposeOf({ description, command }: ToolInput): string {
  return [description, command].find((text): text is string => typeof text === "string") ?? "";
}

function textOf(content: string | readonly unknown[]): string {
  if (typeof content === "string") {
    return content;
  }
  return content
    .map((block) => {
      if (!isFrame(block)) {
        return asText(block);
      }
      return block["type"] === "text" ? asText(block["text"]) : `[${asText(block["type"])}]`;
    })
    .join("\n");
}
