// Subagents: a conversation of their own behind one tool use. In the background unless told otherwise, as in 2.1.330.

import { randomUUID } from "node:crypto";
import { blocks } from "./model.mjs";
import { add } from "./transcript.mjs";

export function createAgents({ wire, tools, stream, background }) {
  async function run(use, signal, task_id) {
    const messages = [];
    const parent_tool_use_id = use.id;
    const began = Date.now();
    let tool_uses = 0;
    add(messages, { role: "user", content: use.input.prompt });
    wire.emit({
      type: "user",
      message: { role: "user", content: [{ type: "text", text: use.input.prompt }] },
      parent_tool_use_id,
    });
    let text = "";
    for (let step = 0; step < 20; step++) {
      const body = {
        model: "claude-fake",
        system: `Primary working directory: ${process.cwd()}`,
        messages,
        tools: tools.offered,
      };
      const uses = [];
      for await (const { block } of blocks(stream(body, signal))) {
        if (block === undefined) continue;
        add(messages, { role: "assistant", content: [block.content] });
        wire.emit({
          type: "assistant",
          message: { id: block.messageId, role: "assistant", content: [block.content] },
          parent_tool_use_id,
        });
        if (block.content.type === "text") text = block.content.text;
        if (block.content.type === "tool_use") {
          uses.push(block.content);
          wire.emit({
            type: "system",
            subtype: "task_progress",
            task_id,
            tool_use_id: use.id,
            description: `Running ${block.content.name}`,
            usage: { total_tokens: 11, tool_uses: ++tool_uses, duration_ms: Date.now() - began },
            last_tool_name: block.content.name,
          });
        }
      }
      if (signal?.aborted) throw new Error("stopped");
      if (uses.length === 0) return text;
      const results = await Promise.all(uses.map((inner) => runTool(inner, parent_tool_use_id)));
      add(messages, { role: "user", content: results });
    }
    return text;
  }

  async function runTool(use, parent_tool_use_id) {
    const request = tools.permissionFor(use);
    let outcome;
    if (request !== undefined) {
      const { frame, answer } = wire.ask({ ...request, tool_use_id: use.id });
      wire.emit(frame);
      const decided = await answer;
      if (decided === "cancelled") outcome = { text: "Rejected.", isError: true };
      else if (decided.behavior === "deny") outcome = { text: decided.message, isError: true };
    }
    outcome ??= await tools.run(use.name, use.input);
    const block = {
      type: "tool_result",
      tool_use_id: use.id,
      content: outcome.text,
      is_error: outcome.isError ?? false,
    };
    wire.emit({
      type: "user",
      message: { role: "user", content: [block] },
      parent_tool_use_id,
      tool_use_result: outcome.structured,
    });
    return block;
  }

  return {
    async start(use, signal) {
      const agentId = randomUUID().slice(0, 8);
      const { description, prompt, run_in_background: inBackground = true } = use.input;
      if (!inBackground) {
        const task = { task_id: agentId, tool_use_id: use.id };
        wire.emit({
          type: "system",
          subtype: "task_started",
          ...task,
          description,
          subagent_type: use.input.subagent_type,
          is_backgrounded: false,
          spawn_depth: 1,
          task_type: "local_agent",
        });
        const text = await run(use, signal, agentId).catch(() => undefined);
        const status = text === undefined ? "failed" : "completed";
        wire.emit({ type: "system", subtype: "task_notification", ...task, status, summary: description });
        if (text === undefined) return { text: "The subagent was interrupted.", isError: true };
        return {
          text: [{ type: "text", text }],
          structured: { status: "completed", prompt, agentId, content: [{ type: "text", text }] },
        };
      }
      const task = { id: agentId, toolUseId: use.id, description, task_type: "local_agent" };
      const stopping = new AbortController();
      background.onStop(agentId, () => {
        background.stopped(task, description);
        stopping.abort();
      });
      background.began(task);
      run(use, stopping.signal, agentId).then(
        (text) => stopping.signal.aborted || background.ended(task, "completed", text),
        (error) => stopping.signal.aborted || background.ended(task, "failed", error.message),
      );
      return {
        text: [{ type: "text", text: `Async agent launched successfully.\nagentId: ${agentId}` }],
        structured: { isAsync: true, status: "async_launched", agentId, description, prompt },
      };
    },
  };
}
