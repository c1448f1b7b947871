// What a session does about Claude's tools in the chat: who they are for, whether somebody is asked first, what is made
// known. The calls themselves are made by tool-calls.ts.

import type { ChatOutcome } from "../chat-tools/types.ts";
import type { CallId, ClaudeEvent, OwnToolResult, ToolUseId } from "../claude/types.ts";
import type { PostKey } from "../thread/writes.ts";
import { answer, askPermission } from "./asks.ts";
import type { Person } from "./authorization.ts";
import { scheduleLines } from "./flush-schedule.ts";
import { audit, breakPage, newKey } from "./state.ts";
import { setCardProgress } from "./tool-decisions.ts";
import type { Step } from "./types.ts";

type EventOf<Type extends ClaudeEvent["type"]> = ClaudeEvent & { readonly type: Type };

/** What is asked of tool-calls.ts. */
export type ToolRequest =
  /** Whether somebody has to decide about it; `judged` is the answer. */
  | { readonly act: "judge"; readonly event: EventOf<"permissionAsked">; readonly tool: string }
  | {
      readonly act: "call";
      readonly event: EventOf<"ownToolCalled">;
      readonly asker: Person | undefined;
      /** All tools run unasked. */
      readonly isAuto: boolean;
    }
  /** `after`: once that post is made. */
  | {
      readonly act: "answer";
      readonly callId: CallId;
      readonly result: OwnToolResult;
      readonly after?: PostKey;
    }
  | { readonly act: "cancel"; readonly callId: CallId };

export type ToolReport =
  /** `reason`: why somebody has to decide; undefined: nobody has to. */
  | {
      readonly act: "judged";
      readonly event: EventOf<"permissionAsked">;
      readonly reason: string | undefined;
    }
  /** `words`: how far it is. */
  | { readonly act: "progress"; readonly toolUseId: ToolUseId | undefined; readonly words: string }
  | {
      readonly act: "called";
      readonly event: EventOf<"ownToolCalled">;
      readonly asker: Person | undefined;
      readonly outcome: ChatOutcome;
    };

/** False when it is no event of theirs. */
export function takeOwnToolEvent(step: Step, event: ClaudeEvent): boolean {
  const { state, emit } = step;
  switch (event.type) {
    case "ownToolCalled": {
      const { auto, turn } = state;
      emit({ type: "tool", request: { act: "call", event, asker: turn.by, isAuto: auto !== undefined } });
      return true;
    }
    case "ownCallCancelled":
      emit({ type: "tool", request: { act: "cancel", callId: event.callId } });
      return true;
    case "permissionAsked":
      if (event.ownTool === undefined || state.auto) {
        return false;
      }
      emit({ type: "tool", request: { act: "judge", event, tool: event.ownTool } });
      return true;
    default:
      return false;
  }
}

export function onToolReport(step: Step, report: ToolReport): void {
  if (report.act === "called") {
    called(step, report);
  } else if (report.act === "progress") {
    showProgress(step, report);
  } else if (report.reason === undefined) {
    const { requestId, input } = report.event;
    answer(step, requestId, { behavior: "allow", updatedInput: input });
  } else {
    askPermission(step, report.event, undefined, report.reason);
  }
}

/** On the tool's line; 1.0.128 to 2.1.330 say whose call it is. */
function showProgress(step: Step, { toolUseId, words }: ToolReport & { readonly act: "progress" }): void {
  const progress = `↳ ⏳ ${words}`;
  if (toolUseId === undefined || setCardProgress(step, toolUseId, progress)) {
    return;
  }
  if (step.state.turn.transcript.setProgress(toolUseId, progress)) {
    scheduleLines(step);
  }
}

function called(step: Step, { event, asker, outcome }: ToolReport & { readonly act: "called" }): void {
  const { callId, name } = event;
  const { isError, post, summary, target } = outcome;
  // The tool's line shows the first line of what Claude gets.
  const text = isError ? outcome.text : `${summary}\n${outcome.text}`;
  audit(step, isError ? "tool-refused" : "tool-used", asker, { tool: name, ...target });
  const result = { text, isError };
  if (!post) {
    step.emit({ type: "tool", request: { act: "answer", callId, result } });
    return;
  }
  breakPage(step);
  const key = newKey(step, "file");
  step.emit({ type: "put", key, markdown: post.message, fileIds: post.fileIds, isFinal: true });
  step.emit({ type: "tool", request: { act: "answer", callId, result, after: key } });
}
