// The saved conversation: one JSON object a line, where the real CLI keeps it.

import { randomUUID } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export function openTranscript(firstSessionId) {
  let sessionId = firstSessionId;
  const folder = process.cwd().replaceAll(/[^a-zA-Z0-9]/g, "-");
  const fileOf = (id) => join(process.env.HOME ?? "/nonexistent", ".claude/projects", folder, `${id}.jsonl`);
  let file = fileOf(sessionId);
  const exists = existsSync(file);
  const messages = [];
  if (exists) {
    for (const { message } of linesOf(file)) add(messages, message);
  }

  function save(message, uuid) {
    add(messages, message);
    mkdirSync(dirname(file), { recursive: true });
    const line = { type: message.role, uuid, sessionId, cwd: process.cwd(), message };
    appendFileSync(file, `${JSON.stringify(line)}\n`);
  }
  let wasCut = messages.at(-1)?.role === "user";

  return {
    exists,
    /** As the Messages API takes them: roles alternate. */
    messages,
    /** An empty conversation under another id; the one before stays as it was saved. */
    beginSession(id) {
      sessionId = id;
      file = fileOf(id);
      messages.length = 0;
      wasCut = false;
    },
    /** What was taken up in the middle of a turn gets its answer from the CLI itself, which tells nobody (2.1.330). */
    closeCutTurn() {
      if (!wasCut) return;
      wasCut = false;
      const content = [{ type: "text", text: "No response requested." }];
      save({ id: randomUUID(), model: "<synthetic>", role: "assistant", content }, randomUUID());
    },
    save,
    rename(customTitle) {
      appendFileSync(file, `${JSON.stringify({ type: "custom-title", customTitle, sessionId })}\n`);
    },
    /** Up to and with that line of another conversation. Gives what is wrong. */
    copy(from, at) {
      if (!existsSync(fileOf(from))) return `No conversation found with session ID: ${from}`;
      const lines = linesOf(fileOf(from));
      const end = lines.findIndex(({ uuid }) => uuid === at);
      if (end < 0) return `No message found with message.uuid of: ${at}`;
      for (const { message, uuid } of lines.slice(0, end + 1)) save(message, uuid);
      return undefined;
    },
  };
}

/** Those that are messages. */
function linesOf(file) {
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line)).filter(({ message }) => message !== undefined);
}

/** Appends a message; one of the same role is joined to the last. */
export function add(messages, message) {
  const blocks =
    typeof message.content === "string" ? [{ type: "text", text: message.content }] : message.content;
  const last = messages.at(-1);
  if (last?.role === message.role && message.role !== "system") last.content.push(...blocks);
  else messages.push({ role: message.role, content: [...blocks] });
}
