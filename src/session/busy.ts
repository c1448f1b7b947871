// What keeps a session from sleeping.

import { isWaitingForLimit } from "./steering/hold.ts";
import type { SessionState } from "./types.ts";

/** What holds a session: while there is any of it, it neither times out nor gives its slot to another. */
export type BusyReason = "turn" | "ask" | "subagent" | "background";

/**
 * Undefined when the session is not busy: Claude waits for the next message, and runs nothing. A guest's message that
 * waits for a decision does not count, because guests could keep every slot that way.
 */
export function busyReasonOf(state: SessionState): BusyReason | undefined {
  const { phase, queue, asks, subagents, background, steering } = state;
  const isQueueBusy = queue.length > 0 && !isWaitingForLimit(state);
  if (phase.name === "working" || isQueueBusy || steering.asides.length > 0) {
    return "turn";
  }
  if (asks.some((ask) => ask.kind !== "guest")) {
    return "ask";
  }
  return subagents.size > 0 ? "subagent" : background.length > 0 ? "background" : undefined;
}
