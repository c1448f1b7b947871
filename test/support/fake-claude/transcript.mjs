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
    for (const line of readFileSync(file, "utf8").split("\n").filter(Boolean))
      add(messages, JSON.parse(line).message);
  }

  function save(message, uuid) {
    add(messages, message);
    mkdirSync(dirname(file), { recursive: true });
    appendFileSync(file, `${JSON.stringify({ type: message.role, uuid, sessionId, message })}\n`);
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
  };
}

/** Appends a message; one of the same role is joined to the last. */
export function add(messages, message) {
  const blocks =
    typeof message.content === "string" ? [{ type: "text", text: message.content }] : message.content;
  const last = messages.at(-1);
  if (last?.role === message.role && message.role !== "system") last.content.push(...blocks);
  else messages.push({ role: message.role, content: [...blocks] });
}
