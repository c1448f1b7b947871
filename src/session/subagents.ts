// A subagent is one post: that it works, then that it is done. What it does inside is not shown.

import type { ClaudeEvent, ToolInput, ToolUseId } from "../claude/types.ts";
import { inlineCode, oneLine, truncate } from "../render/markdown.ts";
import { breakPage, newKey } from "./state.ts";
import type { Step } from "./types.ts";

const word = (value: unknown): string => (typeof value === "string" ? oneLine(truncate(value, 200)) : "");

export function subagentStarted(step: Step, id: ToolUseId, input: ToolInput): void {
  const kind = word(input["subagent_type"]);
  const description = word(input["description"]);
  // Not as its tool is called: shown as it is.
  const odd = kind + description === "" ? inlineCode(JSON.stringify(input), 200) : "";
  const label = ["🤖 **Subagent**", kind === "" ? "" : `*(${kind})*`, description, odd];
  const subagent = { key: newKey(step, "subagent"), label: label.filter((part) => part !== "").join(" ") };
  breakPage(step);
  step.state.subagents.set(id, subagent);
  step.emit({ type: "put", key: subagent.key, markdown: `${subagent.label} ⏳` });
}

/** True when the result was a subagent's. One that goes on in the background (2.1) is done only when it says so. */
export function subagentReturned(step: Step, result: ClaudeEvent & { readonly type: "toolResult" }): boolean {
  if (!step.state.subagents.has(result.id)) {
    return false;
  }
  const status = (result.structured as { status?: unknown } | null | undefined)?.status;
  if (status !== "async_launched") {
    end(step, result.id, result.isError ? "❌" : "✅");
  }
  return true;
}

/** `status`: `completed` or why not (`system/task_notification`, 2.1). */
export function subagentEnded(step: Step, id: ToolUseId, status: string): void {
  end(step, id, status === "completed" ? "✅" : "❌");
}

/** The process that ran them is gone. */
export function abandonSubagents(step: Step): void {
  for (const id of [...step.state.subagents.keys()]) {
    end(step, id, "⚪");
  }
}

function end(step: Step, id: ToolUseId, sign: string): void {
  const subagent = step.state.subagents.get(id);
  if (subagent) {
    step.state.subagents.delete(id);
    step.emit({ type: "put", key: subagent.key, markdown: `${subagent.label} ${sign}`, isFinal: true });
  }
}
