// A step → a Messages API answer, whole or as server-sent events. Knows nothing of where it is written.

import { randomUUID } from "node:crypto";
import type { Step } from "./scene.ts";

type Block =
  | { readonly type: "thinking"; readonly thinking: string; readonly signature: string }
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "tool_use"; readonly id: string; readonly name: string; readonly input: unknown };

const freshId = (prefix: string): string => `${prefix}_${randomUUID().replaceAll("-", "").slice(0, 24)}`;

export interface Message {
  readonly id: string;
  readonly type: "message";
  readonly role: "assistant";
  readonly model: string;
  readonly content: readonly Block[];
  readonly stop_reason: "tool_use" | "end_turn";
  readonly stop_sequence: null;
  readonly usage: Readonly<Record<string, number>>;
}

export function writeMessage(step: Step, model: string): Message {
  const { thinking, text, tools = [], tokens = { input: 10, output: 20 } } = step;
  return {
    id: freshId("msg"),
    type: "message",
    role: "assistant",
    model,
    content: [
      ...(thinking === undefined ? [] : [{ type: "thinking" as const, thinking, signature: "c2NyaXB0ZWQ=" }]),
      ...(text === undefined ? [] : [{ type: "text" as const, text }]),
      ...tools.map((tool) => ({ type: "tool_use" as const, id: freshId("toolu"), ...tool })),
    ],
    stop_reason: tools.length > 0 ? "tool_use" : "end_turn",
    stop_sequence: null,
    usage: {
      input_tokens: tokens.input,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      output_tokens: tokens.output,
    },
  };
}

export interface StreamEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** The events of a streamed message; the ones that carry a token are content_block_delta. */
export function* streamMessage(message: Message): Generator<StreamEvent> {
  yield { type: "message_start", message: { ...message, content: [], stop_reason: null } };
  for (const [index, block] of message.content.entries()) {
    yield { type: "content_block_start", index, content_block: emptied(block) };
    for (const delta of deltas(block)) yield { type: "content_block_delta", index, delta };
    yield { type: "content_block_stop", index };
  }
  const { stop_reason, stop_sequence, usage } = message;
  yield { type: "message_delta", delta: { stop_reason, stop_sequence }, usage };
  yield { type: "message_stop" };
}

function emptied(block: Block): object {
  switch (block.type) {
    case "thinking":
      return { type: "thinking", thinking: "", signature: "" };
    case "text":
      return { type: "text", text: "" };
    case "tool_use":
      return { ...block, input: {} };
  }
}

function* deltas(block: Block): Generator<object> {
  switch (block.type) {
    case "thinking":
      for (const thinking of words(block.thinking)) yield { type: "thinking_delta", thinking };
      yield { type: "signature_delta", signature: block.signature };
      return;
    case "text":
      for (const text of words(block.text)) yield { type: "text_delta", text };
      return;
    case "tool_use":
      for (const partial_json of pieces(JSON.stringify(block.input), 40)) {
        yield { type: "input_json_delta", partial_json };
      }
  }
}

/** Each word with the space before it; a word of 40 characters or more comes in pieces. */
function* words(text: string): Generator<string> {
  for (const [word] of text.matchAll(/\s*\S+|\s+$/g)) yield* pieces(word, 40);
}

function* pieces(text: string, size: number): Generator<string> {
  const points = Array.from(text);
  for (let at = 0; at < points.length; at += size) yield points.slice(at, at + size).join("");
}
