// The phases of a session, each with what can be true in it alone, and the ways from one to the next: nothing else
// assigns `state.phase`.

import type { Message } from "./signals.ts";
import type { SessionState, Step } from "./types.ts";

export type Phase =
  /** No Claude runs. `slot`: the place to run in that was asked for, or was given and is taken at once. */
  | {
      readonly name: "asleep";
      slot: number | "asked" | undefined;
      /** The header says that mm-claude is not running. */
      isMarkedStopped: boolean;
    }
  /** Claude waits for a message, whatever of its goes on beside the turns. */
  | { readonly name: "idle"; readonly claude: RunningClaude }
  | { readonly name: "working"; readonly claude: RunningClaude; inFlight: InFlight | undefined }
  | { readonly name: "ended" };

/** A Claude that runs, and what is over with its process. */
export interface RunningClaude {
  /** For the header: the manager knows whose it is. */
  readonly slot: number;
  /** It has cleared the conversation, and will name the one that begins. */
  isClearing: boolean;
  /** Something ended in the background, which it will take up in a turn of its own if it can't in another. */
  hasTaskNotification: boolean;
  /** When the flush timer fires, or undefined when none runs. */
  flushAt: number | undefined;
  /** It may fire later, while many posts grow. */
  isFlushPatient?: boolean;
}

/** A message on its way, not yet known to be in Claude's transcript. */
export interface InFlight {
  readonly message: Message;
  /** What goes along with it is still being fetched: Claude has nothing of it. */
  isPreparing: boolean;
}

export const asleep = (slot?: number): Phase => ({ name: "asleep", slot, isMarkedStopped: false });

export const isAsleep = ({ phase }: SessionState): boolean => phase.name === "asleep";

/** Undefined when none runs. */
export function claudeOf({ phase }: SessionState): RunningClaude | undefined {
  return phase.name === "idle" || phase.name === "working" ? phase.claude : undefined;
}

export function inFlightOf({ phase }: SessionState): InFlight | undefined {
  return phase.name === "working" ? phase.inFlight : undefined;
}

/** A turn runs that would be lost with its process. A message that Claude has not taken is sent again. */
export const isUnderWay = ({ phase }: SessionState): boolean =>
  phase.name === "working" && phase.inFlight === undefined;

export function slotOf(state: SessionState): number | undefined {
  const { phase } = state;
  return phase.name === "asleep" && typeof phase.slot === "number" ? phase.slot : claudeOf(state)?.slot;
}

/** Asks for a place to run in, unless it has done so. */
export function askForSlot({ state: { phase }, emit }: Step): void {
  if (phase.name === "asleep" && phase.slot === undefined) {
    phase.slot = "asked";
    emit({ type: "acquireSlot" });
  }
}

/** What was asked for is given, or refused. */
export function setSlot({ phase }: SessionState, slot: number | undefined): void {
  if (phase.name === "asleep") {
    phase.slot = slot;
  }
}

/** A process of Claude's begins. */
export function wake(state: SessionState, slot: number): void {
  state.generation++;
  enter(state, {
    name: "idle",
    claude: { slot, isClearing: false, hasTaskNotification: false, flushAt: undefined },
  });
}

/** A turn begins: with a message, or by Claude itself. */
export function beginWork(state: SessionState, inFlight?: InFlight): void {
  const claude = claudeOf(state);
  if (claude) {
    enter(state, { name: "working", claude, inFlight });
  }
}

/** The message under way, which Claude has by now, or is not to get. */
export function takeInFlight(state: SessionState): Message | undefined {
  const message = inFlightOf(state)?.message;
  if (state.phase.name === "working") {
    state.phase.inFlight = undefined;
  }
  return message;
}

/** The turn is over. */
export function endWork(state: SessionState): void {
  if (state.phase.name === "working") {
    enter(state, { name: "idle", claude: state.phase.claude });
  }
}

/** The slot is free, and later events of the process are not ours. */
export function sleep(step: Step): void {
  const { state } = step;
  const slot = slotOf(state);
  state.generation++;
  enter(state, asleep());
  if (slot !== undefined) {
    step.emit({ type: "releaseSlot" });
  }
}

export function markStopped({ phase }: SessionState): void {
  if (phase.name === "asleep") {
    phase.isMarkedStopped = true;
  }
}

export function endSession(state: SessionState): void {
  enter(state, { name: "ended" });
}

function enter(state: { phase: Phase }, phase: Phase): void {
  state.phase = phase;
}
