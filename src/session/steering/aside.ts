// `!btw`: a question that Claude answers beside its work, of which the conversation knows nothing.

import type { ClaudeReply, RequestOf } from "../../claude/requests.ts";
import { harmless, oneLine } from "../../render/markdown.ts";
import { withoutLabels } from "../../render/speaker-labels.ts";
import { Transcript } from "../../render/transcript.ts";
import { callableNames } from "../bots.ts";
import { enqueue } from "../decisions.ts";
import { notWaiting, showWaiting } from "../sending.ts";
import type { Message } from "../signals.ts";
import { newKey, say } from "../state.ts";
import type { Step } from "../types.ts";
import { isHeld } from "./hold.ts";
import { noteUnable } from "./refusals.ts";

/**
 * Where none runs there is no work to disturb: it is a message as any other. So it is when it can't be asked beside the
 * work: that costs as much as a turn, and takes words alone.
 */
export function onAside(step: Step, message: Message): void {
  const { state } = step;
  if (message.text.trim() === "" && message.files.length === 0) {
    say(step, "ℹ️ Write it as `!btw question`");
  } else if (state.phase.name !== "working" || message.files.length > 0 || isHeld(step)) {
    enqueue(step, message);
  } else {
    state.steering.asides = [...state.steering.asides, message];
    showWaiting(step, message);
    const request = { kind: "aside", question: withoutLabels(message.text), uuid: message.uuid } as const;
    step.emit({ type: "request", request, by: message.by });
  }
}

export function asideReplied(step: Step, reply: ClaudeReply<"aside">, { uuid }: RequestOf<"aside">): void {
  const { steering } = step.state;
  const message = steering.asides.find((one) => one.uuid === uuid);
  if (!message || reply.type === "exited") {
    return;
  }
  steering.asides = steering.asides.filter((one) => one !== message);
  notWaiting(step, message);
  if (reply.type === "answered") {
    tell(step, message, reply.answer.text);
    return;
  }
  if (reply.type === "unknown") {
    noteUnable(step, "answer beside its work");
  }
  const why =
    reply.type === "unknown"
      ? "This version of Claude Code can't answer beside its work; 2.1.330 can"
      : `Claude did not answer beside its work: ${harmless(oneLine(reply.reason))}`;
  say(step, `ℹ️ ${why}. The question of @${message.by.name} waits for its turn.`);
  enqueue(step, message);
}

function tell(step: Step, { by }: Message, answer: string | undefined): void {
  const { state, context } = step;
  if (answer === undefined) {
    say(step, `💬 **Aside** for @${by.name}: Claude had no answer.`);
    return;
  }
  say(step, `💬 **Aside** for @${by.name}: the answer is below. The conversation knows nothing of it.`);
  const transcript = new Transcript(newKey(step, "aside"), context.postLimit, callableNames(context, state));
  transcript.appendText(answer);
  for (const { key, markdown } of transcript.updates(step.now, true)) {
    step.emit({ type: "put", key, markdown, isFinal: true });
  }
}
