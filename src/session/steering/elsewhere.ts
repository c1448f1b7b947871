// Two programs must not write one conversation. What can be seen of others: a process that has it open (Claude Code since
// 2.1, on this machine), and messages in the saved conversation that did not come from here. The first is waited for, the
// second is told.

import { inFlightOf, setSlot } from "../phases.ts";
import { markNotTaken, notWaiting } from "../sending.ts";
import { say } from "../state.ts";
import type { Step } from "../types.ts";
import type { Elsewhere } from "./origin.ts";

/** Somebody has it open: Claude is not started. True when that is so. */
export function isTakenElsewhere(step: Step, { pid }: Elsewhere): boolean {
  const { state } = step;
  if (pid === undefined) {
    return false;
  }
  setSlot(state, undefined);
  step.emit({ type: "releaseSlot" });
  state.steering.wanted = undefined;
  for (const message of state.queue.splice(0)) {
    notWaiting(step, message);
    markNotTaken(step, message);
  }
  say(
    step,
    `💻 **Not taken**: this conversation is open in another program, in a terminal as a rule (process ${pid}), and two must ` +
      "not write it. End that one, then send your message again.",
  );
  return true;
}

/** `isAsleep`: Claude is about to be started with all of it. */
export function heardOfOthers(step: Step, { conversationId, news }: Elsewhere, isAsleep: boolean): void {
  const { steering } = step.state;
  const { handover, seen } = steering;
  const count = (seen?.id === conversationId ? (news?.uuids ?? []) : []).filter(
    (uuid) => !isOurs(step, uuid),
  ).length;
  if (news) {
    steering.seen = { id: conversationId, bytes: news.bytes };
  }
  const said = `${count} message${count === 1 ? "" : "s"}`;
  if (isAsleep && handover) {
    steering.handover = undefined;
    if (handover.isLeaving) {
      // Nobody has been told yet how to go on there.
      return;
    }
    const what = count === 0 ? "nothing was said there" : `Claude knows what was said there (${said})`;
    say(
      step,
      `💻 **Taken back** from the terminal: ${what}. A terminal that is still open hears nothing of this thread: end it.`,
    );
  } else if (count > 0 && isAsleep) {
    say(
      step,
      `⚠️ **This conversation went on elsewhere** while it slept here, in a terminal perhaps (${said}). Claude knows what was ` +
        "said there. End it there: `!handover` is the way to go on in a terminal and back.",
    );
  } else if (count > 0) {
    say(
      step,
      `⚠️ **Somebody else writes this conversation too**, in a terminal perhaps: ${said} did not come from this thread. Claude ` +
        "knows nothing of that here, and when the conversation is resumed only one of the two goes on. End one of them: there, " +
        "or here with `!handover`.",
    );
  }
}

function isOurs({ state }: Step, uuid: string): boolean {
  const { queue, steering, turn } = state;
  const known = [...steering.heard, ...steering.asides, ...queue].map((one) => one.uuid);
  return known.includes(uuid) || turn.messageUuid === uuid || inFlightOf(state)?.message.uuid === uuid;
}
