// `!fork`: a new thread that begins with this conversation as it is now. What is allowed here is not allowed there.

import { inlineCode } from "../../render/markdown.ts";
import { titleInWords } from "../../render/sessions.ts";
import { authorize, type Person } from "../authorization.ts";
import { refuse } from "../refusal.ts";
import { audit, say } from "../state.ts";
import type { Step } from "../types.ts";
import { madeWorktreeOf } from "../worktree-state.ts";
import type { ForkOutcome, Origin } from "./origin.ts";

export function onForkCommand(step: Step, by: Person, argument: string): void {
  const { state, context } = step;
  const { conversation, phase, steering, turn } = state;
  if (!authorize("start", by.id, undefined, context.rightsOf)) {
    refuse(step, "start", by);
  } else if (argument !== "") {
    say(step, "ℹ️ Write `!fork` alone, and what is to be done in the thread that it makes.");
  } else if (conversation.progress !== "begun") {
    say(step, "ℹ️ There is nothing to fork yet: Claude has not answered in this conversation.");
  } else if (phase.name === "working" && turn.messageUuid === undefined) {
    say(step, "⚠️ Claude is at work by itself. Wait until it is done, or `!interrupt` it first.");
  } else {
    step.emit({
      type: "fork",
      request: {
        by,
        before: phase.name === "working" ? turn.messageUuid : undefined,
        title: steering.title,
        conversationId: conversation.id,
        mode: steering.mode,
        isAuto: state.auto !== undefined,
      },
    });
  }
}

export function onForked(step: Step, by: Person, outcome: ForkOutcome): void {
  if ("problem" in outcome) {
    say(step, `⚠️ ${outcome.problem}`);
    return;
  }
  audit(step, "forked", by);
  const thread = outcome.link === undefined ? "a new thread" : `[a new thread](${outcome.link})`;
  say(step, `🍴 **Forked** by @${by.name}: ${thread} begins with this conversation`);
}

/** The first words of a session that begins with a conversation. */
export function tellOrigin(step: Step, origin: Origin): void {
  const { state } = step;
  if (origin.kind === "fork") {
    const place = madeWorktreeOf(state) ?? origin;
    audit(step, "began-as-fork", state.owner, {
      before: origin.conversation.from,
      directory: place.directory,
    });
    return;
  }
  const count = `${origin.prompts} message${origin.prompts === 1 ? "" : "s"}`;
  audit(step, "taken-up", state.owner, { conversation: origin.conversationId });
  say(
    step,
    `💻 **Taken up** by @${state.owner.name}: ${inlineCode(origin.conversationId)}, begun in a terminal, ${count} so far. ` +
      "End it there, then reply here to go on.",
  );
}

/** The post at the top of the new thread. It notifies nobody. */
export function forkPost(
  by: Person,
  {
    link,
    title,
    isCut,
  }: { readonly link: string | undefined; readonly title: string | undefined; readonly isCut: boolean },
): string {
  const there = link === undefined ? "another conversation" : `[another conversation](${link})`;
  const until = isCut ? "until the answer before what it works on now" : "until its last answer";
  return (
    `🍴 **Fork** of ${there}${title === undefined ? "" : `: ${titleInWords(title)}`}\n\n` +
    `Begun by ${inlineCode(`@${by.name}`)}. Claude knows here what was said there ${until}, and nothing of what is said there ` +
    "later. Nothing that people allowed there is allowed here. Reply to go on."
  );
}
