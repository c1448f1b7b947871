// `!handover`: the conversation goes on in a terminal, while the session sleeps; a reply in the thread takes it back.

import { terminalCommand } from "../../remote/runner.ts";
import { HIDDEN, shownWords } from "../../remote/shown-words.ts";
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
  const { runner, machine } = context;
  const resume = `${program} --resume ${state.conversation.id}`;
  const shown = runner && shownWords(runner);
  const command = shown
    ? terminalCommand(shown, `cd ${placeThere(directory)} && ${findable(program)}${resume}`)
    : `cd ${shellWord(directory)} && ${resume}`;
  const isWhole = shown?.join() === runner?.join();
  const hidden = ` \`${HIDDEN}\` stands for words of the project's \`runner\` that may be secret.`;
  const where = machine ? ` It reaches ${inlineCode(machine)}, where Claude works.` : "";
  say(
    step,
    `💻 **Handed over** by @${by.name}: the command above goes on in a terminal of the machine that I run on, as the same user.${where}${isWhole ? "" : hidden} ` +
      "Claude asks there then. A reply here takes the conversation back: end the terminal's Claude first.",
    fence(command, "sh"),
  );
}

/** With that machine's own `~`. */
const placeThere = (directory: string): string => {
  const [, rest] = /^~\/?(.*)$/s.exec(directory) ?? [];
  return rest === undefined ? shellWord(directory) : rest === "" ? "~" : `~/${shellWord(rest)}`;
};

/** Where Claude is installed for one user, a shell that is no login finds it nowhere. */
const findable = (program: string): string => (program.includes("/") ? "" : "PATH=$PATH:~/.local/bin && ");

/** In a thread that has one. */
export function onResumeCommand(step: Step): void {
  say(
    step,
    "ℹ️ This thread has a session. Mention me in a new thread with `resume` and the id to take up a conversation from a terminal.",
  );
}
