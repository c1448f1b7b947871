// `!handover`: the conversation goes on in a terminal, while the session sleeps; a reply in the thread takes it back.

import { fence, inlineCode } from "../../render/markdown.ts";
import { shellWord } from "../../render/shell.ts";
import type { Person } from "../authorization.ts";
import { type BusyReason, busyReasonOf } from "../busy.ts";
import { fallAsleep } from "../lifecycle.ts";
import { claudeOf } from "../phases.ts";
import { audit, say } from "../state.ts";
import type { Step } from "../types.ts";
import { madeWorktreeOf } from "../worktree-state.ts";

const BUSY: Readonly<Record<BusyReason, string>> = {
  turn: "Claude is at work",
  ask: "Claude waits for a decision",
  subagent: "A subagent is at work",
  background: "Something of Claude's runs in the background",
};

export function onHandoverCommand(step: Step, by: Person): void {
  const { state } = step;
  const busy = busyReasonOf(state);
  if (state.conversation.progress !== "begun") {
    say(step, "ℹ️ There is nothing to hand over yet: Claude has not answered in this conversation.");
  } else if (busy !== undefined) {
    say(step, `⚠️ ${BUSY[busy]}, which would be lost. Wait until it is done, or \`!interrupt\` it first.`);
  } else {
    audit(step, "handed-over", by, { conversation: state.conversation.id });
    const isLeaving = claudeOf(state) !== undefined;
    state.steering.handover = { by, isLeaving };
    if (isLeaving) {
      fallAsleep(step, "the conversation was handed over", false);
    } else {
      tellCommand(step, by);
    }
  }
}

/** Our Claude is gone: from now on another may write the conversation. */
export function leftForTerminal(step: Step): void {
  const { steering } = step.state;
  if (steering.handover?.isLeaving) {
    const { by } = steering.handover;
    steering.handover = { by, isLeaving: false };
    tellCommand(step, by);
  }
}

function tellCommand(step: Step, by: Person): void {
  const { state, context } = step;
  const directory = madeWorktreeOf(state)?.path ?? context.directory;
  const program = shellWord(context.claudePath ?? "claude");
  const command = `cd ${shellWord(directory)} && ${program} --resume ${state.conversation.id}`;
  const machine = context.machine === undefined ? "the machine that I run on" : inlineCode(context.machine);
  say(
    step,
    `💻 **Handed over** by @${by.name}: the command above goes on in a terminal of ${machine}, as the same user. ` +
      "Claude asks there then. A reply here takes the conversation back: end the terminal's Claude first.",
    fence(command, "sh"),
  );
}

/** In a thread that has one. */
export function onResumeCommand(step: Step): void {
  say(
    step,
    "ℹ️ This thread has a session. Mention me in a new thread with `resume` and the id to take up a conversation from a terminal.",
  );
}
