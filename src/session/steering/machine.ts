// When the machine where Claude works is away: what people are told of it, once, and how often it is tried again. What
// waits is kept meanwhile, over a restart too, and goes on by itself.

import { attachment, type Tone } from "../../render/attachments.ts";
import { inlineCode } from "../../render/markdown.ts";
import { lastWords } from "../../util/last-words.ts";
import { setSlot } from "../phases.ts";
import { showWaiting, takeUpWork } from "../sending.ts";
import { breakPage, newKey, say, updateHeader } from "../state.ts";
import type { Step } from "../types.ts";
import { requestWorktree } from "../worktree-state.ts";
import type { Away } from "./away.ts";

const FIRST_PAUSE_MS = 5000;
const LONGEST_PAUSE_MS = 120_000;

export const machineOf = ({ context }: Step): string => inlineCode(context.machine ?? "the other machine");

export function runnerWords(said: string): string {
  const words = lastWords(said);
  return words === "" ? "" : `: ${inlineCode(words)}`;
}

/** The machine gave no answer when Claude was to be started there. */
export function unreached(step: Step, said: string): void {
  const { state } = step;
  if (state.phase.name === "asleep" && state.phase.slot !== undefined) {
    setSlot(state, undefined);
    step.emit({ type: "releaseSlot" });
  }
  waitForMachine(step, `🔌 **${machineOf(step)} can't be reached**${runnerWords(said)}.`);
}

/** `what`: has happened, where nobody knows that it is away. */
export function waitForMachine(step: Step, what: string): void {
  const { state } = step;
  updateHeader(step, { kind: "asleep" });
  if (state.steering.away) {
    state.steering.away.tries++;
  } else if (state.queue.length === 0) {
    state.steering.wanted = undefined;
    say(step, `${what} Try again later.`);
    return;
  } else {
    breakPage(step);
    state.steering.away = { key: newKey(step, "machine"), tries: 0, isDue: false };
    const kept = state.queue.length === 1 ? "your message" : "your messages";
    tell(
      step,
      state.steering.away,
      `${what} I keep ${kept} and try again by myself; \`!stop\` ends it.`,
      "note",
    );
  }
  for (const message of state.queue) showWaiting(step, message);
  tryLater(step);
}

/** There was no place to run in for what waits for the machine. False when nothing does. */
export function keepsTrying(step: Step): boolean {
  if (step.state.steering.away) {
    tryLater(step);
  }
  return step.state.steering.away !== undefined;
}

function tryLater(step: Step): void {
  const { away } = step.state.steering;
  if (away) {
    away.isDue = false;
    const ms = Math.min(FIRST_PAUSE_MS * 2 ** away.tries, LONGEST_PAUSE_MS);
    step.emit({ type: "setTimer", name: "machine", ms });
  }
}

export function machineTimer(step: Step): void {
  const { state } = step;
  const { away } = state.steering;
  if (!away) {
    return;
  }
  away.isDue = true;
  if (state.worktree?.status === "making") {
    requestWorktree(step, state.worktree.branch, state.worktree.made);
    return;
  }
  takeUpWork(step);
  if (state.queue.length === 0 && !state.steering.wanted) {
    forgetAway(step, "nothing waits any more");
  }
}

/** What was tried goes on being tried once mm-claude runs again. */
export function resumeTrying({ state, emit }: Step): void {
  if (state.steering.away) {
    state.steering.away.isDue = false;
    emit({ type: "setTimer", name: "machine", ms: 0 });
  }
}

/** It has answered. */
export function machineIsBack(step: Step): void {
  const { away } = step.state.steering;
  if (away) {
    leave(step, away, `✅ **${machineOf(step)} is back**.`, "good");
  }
}

/** Nothing is tried any more. */
export function forgetAway(step: Step, why: string): void {
  const { away } = step.state.steering;
  if (away) {
    leave(
      step,
      away,
      `⚪ **${machineOf(step)} could not be reached**, and is not tried again: ${why}.`,
      "void",
    );
  }
}

function leave(step: Step, away: Away, text: string, tone: Tone): void {
  delete step.state.steering.away;
  step.emit({ type: "clearTimer", name: "machine" });
  tell(step, away, text, tone, { isFinal: true });
}

function tell({ emit }: Step, { key }: Away, text: string, tone: Tone, how: { isFinal?: true } = {}): void {
  emit({ type: "put", key, markdown: "", attachment: attachment(tone, text), ifFrozen: "drop", ...how });
}

/** Claude had got the message that was to be sent, and its turn was cut off there. `isOver`: nothing else waits. */
export function tellTaken(step: Step, isOver: boolean): void {
  const onward = isOver ? " Reply in this thread to go on." : "";
  say(
    step,
    `🔌 **This turn was cut off** when the connection to ${machineOf(step)} was lost: Claude had got the message.${onward}`,
  );
}
