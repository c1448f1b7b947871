// What becomes of a session when the connection to Claude's machine is lost, and of what it had said there.

import { leaveProcess } from "./leaving.ts";
import { isUnderWay } from "./phases.ts";
import { preparing } from "./sending.ts";
import type { SavedTurn, Signal } from "./signals.ts";
import { say, updateHeader, writePages } from "./state.ts";
import { callAfterTurn } from "./steering/calling.ts";
import { machineOf, runnerWords, unreached, waitForMachine } from "./steering/machine.ts";
import { recoverTexts } from "./texts.ts";
import type { Step } from "./types.ts";

/** Claude's machine is away: what waits goes on when it is back. */
export function loseConnection(step: Step, lost: "unreached" | "cut", said: string): void {
  const { state } = step;
  const wasUnderWay = isUnderWay(state);
  const name = machineOf(step);
  leaveProcess(step, `the connection to ${name} was lost`);
  if (lost === "unreached") {
    unreached(step, said);
    return;
  }
  const hasMore = state.queue.length > 0;
  const lostNow = `🔌 **The connection to ${name} was lost**`;
  // Where Claude only waited, nobody misses anything: a reply starts it again.
  if (wasUnderWay) {
    const onward = hasMore ? "" : " Reply in this thread to resume.";
    say(step, `${lostNow}, and this turn was cut off${runnerWords(said)}.${onward}`);
  }
  if (hasMore) {
    // A post of its own, which changes once the machine is back; that a turn was cut off stays true.
    waitForMachine(step, wasUnderWay ? `🔌 **${name} is tried again**.` : `${lostNow}${runnerWords(said)}.`);
    return;
  }
  updateHeader(step, { kind: "asleep" });
  if (wasUnderWay) {
    callAfterTurn(step, "stopped");
  }
}

/** The message under way waits for the machine, too: its Claude would get it without the files. */
export function unprepared(step: Step, signal: Signal & { readonly type: "unprepared" }): void {
  if (preparing(step, signal)) {
    loseConnection(step, signal.lost, signal.said);
    step.emit({ type: "closeClaude", now: true });
  }
}

/** What Claude said on another machine is known only now when the connection was lost, or mm-claude was killed. */
export function showWhatWasLost(step: Step, saved: SavedTurn | undefined): void {
  if (step.context.machine !== undefined) {
    recoverTexts(step, saved);
    writePages(step, true);
    step.state.turn.transcript.breakPage();
  }
}
