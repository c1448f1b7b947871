// The one sentence for what a Claude would not do, or does not know.

import type { ClaudeReply } from "../../claude/requests.ts";
import { harmless, oneLine } from "../../render/markdown.ts";
import { say } from "../state.ts";
import type { Step } from "../types.ts";

/** `since`: the first version measured that can. Nothing is said where the process has ended: that is told anyway. */
export function tellUnanswered(
  step: Step,
  reply: Exclude<ClaudeReply, { readonly type: "answered" }>,
  what: string,
  since = "2.1.330",
): void {
  if (reply.type === "refused") {
    say(step, `⚠️ Claude did not ${what}: ${harmless(oneLine(reply.reason))}`);
  } else if (reply.type === "unknown") {
    noteUnable(step, what);
    say(step, `⚠️ This version of Claude Code can't ${what}; ${since} can.`);
  }
}

/** The help says so from now on. */
export function noteUnable({ state: { steering } }: Step, what: string): void {
  steering.cannot = [...new Set([...steering.cannot, what])];
}
