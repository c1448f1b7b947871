// The whole of a session's behaviour: one signal in, the state changed in place, effects out. Reaches nothing else:
// no clock, no socket, no process.

import { cardDeleted, cardPosted } from "./asks.ts";
import { flush } from "./cadence.ts";
import { idleTimer, shutDown, slotGranted, slotRefused, slotWithdrawn, threadLost } from "./lifecycle.ts";
import { onCommand, onMessage, onReaction } from "./people.ts";
import { say } from "./state.ts";
import { onClaudeEvent } from "./turn.ts";
import type { Effect, SessionContext, SessionState, Signal, Step } from "./types.ts";

export function step(state: SessionState, signal: Signal, context: SessionContext, now: number): Effect[] {
  const effects: Effect[] = [];
  if (state.phase !== "ended") {
    take({ state, context, now, emit: (effect) => effects.push(effect) }, signal);
  }
  return effects;
}

function take(step: Step, signal: Signal): void {
  const { state } = step;
  switch (signal.type) {
    case "message":
      onMessage(step, signal.message);
      break;
    case "command":
      onCommand(step, signal.by, signal.command);
      break;
    case "reaction":
      onReaction(step, signal);
      break;
    case "postDeleted":
      cardDeleted(step, signal.postId);
      break;
    case "claude":
      // An earlier process may still speak while it ends.
      if (signal.generation === state.generation) {
        onClaudeEvent(step, signal.event, signal.fileBefore);
      }
      break;
    case "posted":
      for (const reaction of cardPosted(step, signal.key, signal.postId)) {
        onReaction(step, reaction);
      }
      break;
    case "threadLost":
      threadLost(step);
      break;
    case "slotGranted":
      slotGranted(step, signal.slot);
      break;
    case "slotRefused":
      slotRefused(step);
      break;
    case "slotWithdrawn":
      slotWithdrawn(step);
      break;
    case "timer":
      signal.name === "flush" ? flush(step) : idleTimer(step);
      break;
    case "attachmentProblem":
      say(step, `⚠️ ${signal.detail}`);
      break;
    case "shutdown":
      shutDown(step);
      break;
  }
}
