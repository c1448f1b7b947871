#!/usr/bin/env node
// A program in Claude's place that floods its output when a message asks for it, and answers every other message with
// the message. Speaks no more of the protocol than that takes.

import { once } from "node:events";
import { createInterface } from "node:readline";

if (process.argv.includes("--version")) {
  console.log("2.1.330 (Claude Code)");
  process.exit(0);
}

const write = async (text) => {
  if (!process.stdout.write(text)) await once(process.stdout, "drain");
};
const emit = (frame) => write(`${JSON.stringify(frame)}\n`);
const piece = "x".repeat(1024 * 1024);

const floods = {
  /** 100 MB, and then the end of the line. */
  async "one-line"() {
    await write('{"type":"assistant","message":"');
    for (let at = 0; at < 100; at++) await write(piece);
    await write('"}\n');
  },
  /** Until somebody ends it. */
  async "endless-line"() {
    for (;;) await write(piece);
  },
  async "many-lines"() {
    const lines = '{"type":"brand_new"}\n{}\nno JSON\n\n'.repeat(250);
    for (let at = 0; at < 1000; at++) await write(lines);
  },
  async "many-words"() {
    await emit({ type: "stream_event", event: { type: "message_start", message: { id: "m1" } } });
    const delta = { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "word " } };
    const lines = `${JSON.stringify({ type: "stream_event", event: delta })}\n`.repeat(100);
    for (let at = 0; at < 1000; at++) await write(lines);
  },
};

let made = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const frame = JSON.parse(line);
  if (frame.type === "control_request") {
    const response = { commands: [], models: [], agents: [], account: {} };
    await emit({
      type: "control_response",
      response: { subtype: "success", request_id: frame.request_id, response },
    });
  } else if (frame.type === "user") {
    const text = frame.message.content.map((block) => block.text).join("\n");
    await emit({ type: "system", subtype: "init", cwd: process.cwd(), tools: [], permissionMode: "default" });
    await emit({ ...frame, isReplay: true });
    await floods[/FLOOD ([a-z-]+)/.exec(text)?.[1]]?.();
    const message = {
      id: `answer${++made}`,
      role: "assistant",
      content: [{ type: "text", text: `Heard: ${text}` }],
    };
    await emit({ type: "assistant", message, parent_tool_use_id: null });
    await emit({
      type: "result",
      subtype: "success",
      is_error: false,
      result: text,
      terminal_reason: "completed",
    });
  }
}
