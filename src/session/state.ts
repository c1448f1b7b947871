// The state a session begins with, and the few things every part of a step does: say something, keep the header
// current. Pure: changes the state it is given, emits effects, reaches nothing else.

import type { AuditAction } from "../audit/record.ts";
import type { BackgroundTask } from "../claude/types.ts";
import { notice } from "../render/attachments.ts";
import { type HeaderStatus, renderHeader } from "../render/header.ts";
import { Transcript } from "../render/transcript.ts";
import { type Action, authorize, type Person } from "./authorization.ts";
import type { SessionContext } from "./context.ts";
import { asleep, slotOf } from "./phases.ts";
import type { Message } from "./signals.ts";
import { steeringRows } from "./steering/header-rows.ts";
import { placeOutputs } from "./steering/output-state.ts";
import { initialSteering } from "./steering/types.ts";
import type { SessionState, Step, Turn } from "./types.ts";
import { madeWorktreeOf, worktreeText } from "./worktree-state.ts";

export function initialState(
  owner: Person,
  slot: number | undefined,
  context: SessionContext,
  now: number,
  conversationId: string,
): SessionState {
  return {
    owner,
    phase: asleep(slot),
    generation: 0,
    conversation: { id: conversationId, progress: "new", isCleared: false, hasRetriedStart: false },
    auto: context.isAuto ? { grantedBy: undefined } : undefined,
    isPlanApproved: false,
    participants: new Map(),
    speakers: new Map(),
    taken: [],
    toldAt: new Map(),
    queue: [],
    waiting: new Set(),
    asks: [],
    toolsWithCards: new Map(),
    earlyReactions: [],
    cutOff: undefined,
    subagents: new Map(),
    background: [],
    faults: 0,
    worktree: undefined,
    steering: initialSteering(),
    taskList: undefined,
    turn: newTurn(1, context, [owner.name]),
    commands: undefined,
    lastActivityAt: now,
    postsMade: 1,
  };
}

export function newTurn(
  number: number,
  context: SessionContext,
  names: readonly string[],
  message?: Message,
): Turn {
  return {
    messageUuid: message?.uuid,
    by: message?.by,
    transcript: new Transcript(`turn${number}`, context.postLimit, names),
    streaming: undefined,
    confirmed: new Map(),
    tools: new Map(),
    lastText: "",
    growth: 0,
    flushedAt: undefined,
    interruptedBy: undefined,
    hasShown: false,
  };
}

/** Whether that person may do it in this session, as things stand now. */
export function may({ state, context }: Step, action: Action, by: Person): boolean {
  return authorize(action, by.id, state, context.rightsOf);
}

/** Notes who decided what; `by` undefined: nobody was asked. */
export function audit(
  step: Step,
  action: AuditAction,
  by: Person | undefined,
  what?: Readonly<Record<string, unknown>>,
): void {
  step.emit({ type: "audit", entry: { action, by, what } });
}

const TELL_EVERY_MS = 60_000;

/**
 * Takes the one notice about `what` that a person gets in a minute, however often they try. False when it is taken
 * already.
 */
export function tryTakeNotice({ state, now }: Step, what: string, by: Person): boolean {
  for (const [key, at] of state.toldAt) {
    if (now - at >= TELL_EVERY_MS || now < at) {
      state.toldAt.delete(key);
    }
  }
  const key = `${what} ${by.id}`;
  const isNew = !state.toldAt.has(key);
  if (isNew) {
    state.toldAt.set(key, now);
  }
  return isNew;
}

/** A key for a new post of this session. */
export function newKey(step: Step, kind: string): string {
  return `${kind}.${step.state.postsMade++}`;
}

/** A notice of mm-claude's own, with what is too long for its attachment above it. What Claude says next stands below it. */
export function say(step: Step, text: string, above = ""): void {
  breakPage(step);
  step.emit({ type: "put", key: newKey(step, "note"), ...notice(text, above), isFinal: true });
}

/** Writes what the turn has to show so far; what follows begins a new post. */
export function breakPage(step: Step): void {
  step.state.turn.transcript.breakPage();
  writePages(step, false);
}

/** True when there was something to write. */
export function writePages(step: Step, isOver: boolean, how: { readonly isProgress?: true } = {}): boolean {
  const updates = step.state.turn.transcript.updates(step.now, isOver);
  placeOutputs(step.state, updates);
  for (const { key, markdown } of updates) {
    step.emit({ type: "put", key, markdown, ...how });
  }
  const finished = step.state.turn.transcript.takeFinished();
  if (isOver || finished.length > 0) {
    const keys = [...finished, ...(isOver ? step.state.turn.transcript.keys : [])];
    step.emit({ type: "prioritize", keys });
  }
  if (finished.length > 0) {
    step.emit({ type: "forget", keys: finished });
  }
  return updates.length > 0;
}

/** What runs beside the turns and has no post of its own, as subagents have. */
export function commandsOf(background: readonly BackgroundTask[]): readonly BackgroundTask[] {
  return background.filter(({ isAgent }) => isAgent !== true);
}

export function updateHeader(step: Step, status?: HeaderStatus): void {
  const { state, context } = step;
  const slot = slotOf(state);
  const resting: HeaderStatus = { kind: state.worktree?.status === "asked" ? "undecided" : "asleep" };
  const live: HeaderStatus =
    slot === undefined ? resting : { kind: "live", slot, background: commandsOf(state.background).length };
  const markdown = renderHeader({
    version: context.version,
    project: context.project,
    directory: madeWorktreeOf(state)?.directory ?? context.directory,
    machine: context.machine,
    worktree: worktreeText(state),
    home: context.home,
    owner: state.owner.name,
    participants: [...state.participants.values()],
    status: status ?? live,
    maxSessions: context.maxSessions,
    isAuto: state.auto !== undefined,
    ...steeringRows(state, context),
  });
  step.emit({ type: "put", key: "header", markdown, isProgress: true, ifFrozen: "drop" });
}
