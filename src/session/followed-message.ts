// What becomes of one message, for who has sent it and waits: Claude's words, tools and asks while it is answered, and
// its end, once nothing is under way for it any more. Pure but for what it remembers.

import type { ToolInput } from "../claude/types.ts";
import { type Heard, type SessionListener, turnHeard } from "./listeners.ts";
import { claudeOf, inFlightOf, isAsleep } from "./phases.ts";
import type { Signal } from "./signals.ts";
import type { Effect, SessionState } from "./types.ts";
import { claudesEnd, subjectOf } from "./view.ts";

export type MessageNews =
  | { readonly type: "words"; readonly text: string }
  | { readonly type: "tool"; readonly name: string; readonly input: ToolInput }
  | { readonly type: "asked"; readonly subject: string }
  /** `decision`: as it is audited; "void": nobody can decide it any more. */
  | {
      readonly type: "decided";
      readonly subject: string;
      readonly decision: string;
      readonly by: string | undefined;
    }
  | { readonly type: "ended"; readonly problem: string | undefined }
  /** mm-claude stops: what becomes of it is not known here. */
  | { readonly type: "left" };

/** Nothing is told after its end. */
export function followMessage(uuid: string, tell: (news: MessageNews) => void): SessionListener {
  const followed = new FollowedMessage(uuid, tell);
  return {
    hear: (heard) => followed.hear(heard),
    stepped: (state, signal, effects) => followed.stepped(state, signal, effects),
  };
}

class FollowedMessage {
  readonly #uuid: string;
  readonly #tell: (news: MessageNews) => void;
  /** It has reached the session. */
  #isTaken = false;
  #hasSaid = false;
  /** How its turn ended. */
  #outcome: { readonly problem: string | undefined } | undefined;
  #isOver = false;
  /** What somebody is asked, by its key. */
  #asked = new Map<string, string>();
  /** What ran beside the turns before this one. */
  #before: ReadonlySet<string> = new Set();
  /** What ended beside the turn ended before it did: Claude may have taken it up in it. */
  #isOldNotice = false;
  /** Before this step: a process that ends then had been left before. */
  #wasAsleep = true;

  constructor(uuid: string, tell: (news: MessageNews) => void) {
    this.#uuid = uuid;
    this.#tell = tell;
  }

  hear(heard: Heard): void {
    if (this.#isOver || !this.#isOwn(heard.turn)) {
      return;
    }
    if (heard.type === "words") {
      const gap = heard.isNewBlock && this.#hasSaid ? "\n\n" : "";
      this.#hasSaid = true;
      this.#tell({ type: "words", text: gap + heard.text });
    } else {
      const problem = heard.how === "done" ? undefined : inWords(heard.how, heard.why);
      this.#isOldNotice = this.#outcome === undefined;
      this.#outcome = { problem: this.#outcome?.problem ?? problem };
    }
  }

  stepped(state: SessionState, signal: Signal, effects: readonly Effect[]): void {
    if (this.#isOver) {
      return;
    }
    if (signal.type === "shutdown") {
      this.#end({ type: "left" });
      return;
    }
    const isNew = !this.#isTaken;
    this.#isTaken ||= signal.type === "message" && signal.message.uuid === this.#uuid;
    if (isNew || (!this.#outcome && !this.#isUnderWay(state))) {
      this.#before = beside(state);
    }
    if (!this.#isTaken) {
      this.#wasAsleep = isAsleep(state);
      return;
    }
    this.#isOldNotice &&= hasNotice(state);
    this.#tellTools(state, signal);
    this.#tellAsks(state, effects);
    const problem = this.#problem(state, signal);
    this.#wasAsleep = isAsleep(state);
    if (problem !== "none yet") {
      this.#end({ type: "ended", problem });
    }
  }

  /** Of the message, or of Claude's own after it. */
  #isOwn(turn: string | undefined): boolean {
    return turn === this.#uuid || (turn === undefined && this.#outcome !== undefined);
  }

  #isWaiting(state: SessionState): boolean {
    return state.queue.some(({ uuid }) => uuid === this.#uuid);
  }

  #isUnderWay(state: SessionState): boolean {
    const isItsTurn = state.phase.name === "working" && state.turn.messageUuid === this.#uuid;
    return isItsTurn || inFlightOf(state)?.message.uuid === this.#uuid;
  }

  #tellTools(state: SessionState, signal: Signal): void {
    if (signal.type === "claude" && signal.generation === state.generation) {
      const { event } = signal;
      if (event.type === "toolUse" && this.#isOwn(turnHeard(state))) {
        this.#tell({ type: "tool", name: event.name, input: event.input });
      }
    }
  }

  #tellAsks(state: SessionState, effects: readonly Effect[]): void {
    const open = asksOf(state);
    for (const [key, subject] of this.#asked) {
      if (!open.has(key)) {
        this.#asked.delete(key);
        this.#tell({ type: "decided", subject, ...decisionIn(effects) });
      }
    }
    const isOwn = this.#isOwn(turnHeard(state)) && state.phase.name === "working";
    // What others are asked about holds it up as well.
    for (const [key, subject] of isOwn || this.#isWaiting(state) ? open : []) {
      if (!this.#asked.has(key)) {
        this.#asked.set(key, subject);
        this.#tell({ type: "asked", subject });
      }
    }
  }

  /** Undefined: it ended well. */
  #problem(state: SessionState, signal: Signal): string | undefined | "none yet" {
    const { phase, steering } = state;
    if (this.#outcome) {
      return this.#outcome.problem !== undefined || !this.#goesOn(state) ? this.#outcome.problem : "none yet";
    }
    if (phase.name === "ended") {
      return "the session was ended";
    }
    if (steering.away && this.#isWaiting(state)) {
      // It goes on by itself once the machine is back.
      return "none yet";
    }
    const why = phase.name === "asleep" && phase.slot === undefined && whyStopped(signal, this.#wasAsleep);
    if (why) {
      return why;
    }
    if (this.#isWaiting(state) || this.#isUnderWay(state)) {
      return "none yet";
    }
    return signal.type === "slotRefused"
      ? "too many sessions are active; try again later"
      : "it was not answered";
  }

  /** Something that the turn has begun is under way, or Claude takes up what has come of it. */
  #goesOn(state: SessionState): boolean {
    const isOwnTurn = state.phase.name === "working" && state.turn.messageUuid === undefined;
    const hasMore = hasNotice(state) && !this.#isOldNotice;
    return isOwnTurn || hasMore || [...beside(state)].some((one) => !this.#before.has(one));
  }

  #end(news: MessageNews): void {
    this.#isOver = true;
    this.#tell(news);
  }
}

/** Commands and subagents that go on beside the turns. */
const beside = ({ background, subagents }: SessionState): ReadonlySet<string> =>
  new Set([...background.map(({ id }) => id), ...subagents.keys()]);

const hasNotice = (state: SessionState): boolean => claudeOf(state)?.hasTaskNotification === true;

/** Why what waits does not go on by itself, where Claude has just been left. */
function whyStopped(signal: Signal, wasAsleep: boolean): string | undefined {
  if (signal.type === "fault") {
    return "mm-claude failed; its log says more";
  }
  if (wasAsleep) {
    return undefined;
  }
  const isTimeUp = signal.type === "timer" && signal.name === "watchdog";
  const end = claudesEnd(signal);
  if (end === "cut") {
    return "the connection to Claude's machine was lost";
  }
  if (end === "unreached") {
    return "Claude's machine can't be reached";
  }
  return isTimeUp || end === "crashed"
    ? "Claude stopped before it was done"
    : signal.type === "channelArchived"
      ? "the channel was archived"
      : undefined;
}

/** Subjects by their keys. Guests' messages are none of its business. */
function asksOf({ asks, steering: { limits }, worktree }: SessionState): ReadonlyMap<string, string> {
  const open = new Map<string, string>();
  for (const ask of asks.filter(({ kind }) => kind !== "guest")) {
    open.set(ask.key, subjectOf(ask));
  }
  if (worktree?.status === "asked") {
    open.set(worktree.key, "a decision where to work");
  }
  if (limits.hold?.kind === "cost" && limits.hold.post) {
    open.set(limits.hold.post.key, "a decision about the day's limit");
  }
  return open;
}

/** Who decided it in this step, if anybody did. */
function decisionIn(effects: readonly Effect[]): {
  readonly decision: string;
  readonly by: string | undefined;
} {
  for (const effect of effects) {
    if (effect.type === "audit" && effect.entry.by) {
      return { decision: effect.entry.action, by: effect.entry.by.name };
    }
  }
  return { decision: "void", by: undefined };
}

function inWords(how: "failed" | "interrupted", why: string | undefined): string {
  const reason = why?.trim() ?? "";
  return how === "interrupted" ? "it was interrupted" : reason === "" ? "the turn failed" : reason;
}
