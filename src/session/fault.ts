// What is done when something of a session's own throws: the session ends its process visibly, gives back what it
// holds, and can be resumed. Relies on as little of the state as possible.

import { inlineCode } from "../render/markdown.ts";
import { leaveProcess } from "./leaving.ts";
import { sleep } from "./phases.ts";
import { beginTurn, markNotTaken, notWaiting } from "./sending.ts";
import { audit, say, updateHeader } from "./state.ts";
import { resumeHold, voidHold } from "./steering/limits.ts";
import { resumeTrying } from "./steering/machine.ts";
import { initialTasks } from "./steering/task-types.ts";
import type { Step } from "./types.ts";

/**
 * After a fault, what the state says of the process and its turn can't be relied on, so all of that is dropped. The
 * conversation, the people and the messages that wait stay. At a second fault in a row the messages that wait are
 * dropped as well: one of them may be the cause.
 */
export function onFault(step: Step, what: string, detail: string): void {
  const { state } = step;
  try {
    leaveProcess(step, "mm-claude failed");
  } catch {
    // Said below, and logged already as what it comes from.
  }
  dropProcess(step);
  state.faults++;
  const lost = state.faults > 1 ? state.queue.splice(0) : [];
  for (const message of lost) {
    notWaiting(step, message);
    markNotTaken(step, message);
  }
  // What comes back may lie in what is looked at by itself.
  state.faults > 1 ? voidHold(step, "mm-claude failed") : resumeHold(step);
  resumeTrying(step);
  audit(step, "failed", undefined, { what, detail });
  updateHeader(step, { kind: "asleep" });
  const waited =
    lost.length === 0
      ? ""
      : ` ${lost.length === 1 ? "The message" : `The ${lost.length} messages`} that waited can't be taken: send what still matters again.`;
  say(
    step,
    `💥 **mm-claude failed** while ${what} (${inlineCode(detail, 300)}). It is in the log; please report it.${waited} Reply in this thread to resume.`,
  );
}

function dropProcess(step: Step): void {
  const { state } = step;
  for (const name of ["flush", "idle", "watchdog", "tasks"] as const) {
    step.emit({ type: "clearTimer", name });
  }
  step.emit({ type: "typing", isOn: false });
  step.emit({ type: "closeClaude", now: true });
  if (state.phase.name !== "asleep" || state.phase.slot !== undefined) {
    sleep(step);
  }
  state.asks = state.asks.filter((ask) => ask.kind === "guest");
  state.toolsWithCards.clear();
  state.earlyReactions = [];
  state.subagents.clear();
  state.steering.tasks = { ...initialTasks(), count: state.steering.tasks.count };
  state.background = [];
  state.taskList = undefined;
  delete state.steering.calls;
  beginTurn(step);
}
