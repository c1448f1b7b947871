// Makes out of what sessions look like, one step after the other, and of what is audited, the events that people who
// watch the daemon care about. Decides nothing.

import type { AuditAction, AuditEntry } from "../audit/record.ts";
import type { DaemonEvent } from "../control/events.ts";
import type { ClaudesEnd, SessionView } from "../session/view.ts";

/** What of it people decide, in words that follow their name. */
const DECISIONS: Partial<Readonly<Record<AuditAction, (what: AuditEntry["what"]) => string>>> = {
  "tool-allowed": (what) => `allowed ${toolIn(what)}`,
  "tool-denied": (what) => `denied ${toolIn(what)}`,
  "session-allowed": () => "allowed all tools of this session",
  "plan-approved": () => "approved the plan",
  "plan-changes": () => "wants changes to the plan",
  answered: () => "answered a question",
  "guest-allowed": () => "let a guest's message in",
  "guest-denied": () => "did not let a guest's message in",
  invited: (what) => `invited ${userIn(what)}`,
  removed: (what) => `removed ${userIn(what)}`,
  undone: () => "undid what Claude changed in files",
  forked: () => "forked the conversation",
  sent: () => "sent a message from a script",
  "handed-over": () => "handed the conversation over to a terminal",
  "taken-up": () => "took up a conversation from a terminal",
  "made-interactive": () => "took back that all tools are allowed",
  interrupted: () => "interrupted Claude",
  "resumed-turn": () => "had a turn go on that was cut off",
  cleared: () => "cleared the conversation",
  remembered: () => "had a note kept for new sessions",
  forgotten: () => "took a note out",
  merged: () => "merged the branch",
  "worktree-removed": () => "removed a worktree",
  "routine-made": (what) => `made ${routineIn(what)}`,
  "routine-removed": (what) => `took ${routineIn(what)} out`,
  "routine-paused": (what) => `paused ${routineIn(what)}`,
  "routine-resumed": (what) => `had ${routineIn(what)} go on`,
  "routine-run": (what) => `has ${routineIn(what)} run`,
};

/** Whose name it is has nothing to do with who decided. */
const userIn = (what: AuditEntry["what"]): string => {
  const user = what?.["user"] as { name?: unknown } | undefined;
  return typeof user?.name === "string" ? `@${user.name}` : "somebody";
};

const toolIn = (what: AuditEntry["what"]): string =>
  typeof what?.["tool"] === "string" ? what["tool"] : "what Claude asked";

const routineIn = (what: AuditEntry["what"]): string =>
  typeof what?.["routine"] === "number" ? `routine ${what["routine"]}` : "a routine";

export class Activity {
  readonly #views = new Map<string, SessionView>();
  readonly #workingSince = new Map<string, number>();
  /** Those that have been told to start, and wait for their first Claude. */
  readonly #started = new Set<string>();
  /** Of which it has been said that somebody stopped them. */
  readonly #stopped = new Set<string>();
  readonly #now: () => number;
  readonly #tell: (event: DaemonEvent) => void;
  #wasLost = false;

  constructor(now: () => number, tell: (event: DaemonEvent) => void) {
    this.#now = now;
    this.#tell = tell;
  }

  /** `end`: of its Claude, which nobody wanted. */
  changed(view: SessionView, end: ClaudesEnd | undefined): void {
    const { threadId, phase, asks } = view;
    const before = this.#views.get(threadId);
    this.#views.set(threadId, view);
    const tell = (event: Omit<DaemonEvent, "thread" | "project" | "slot">): void =>
      this.#of(view, before, event);
    if (phase === "ended") {
      if (before && !this.#stopped.has(threadId)) {
        tell({ name: "ended", text: "ended" });
      }
      this.forget(threadId);
      return;
    }
    if (phase !== "asleep" && !this.#started.delete(threadId) && before?.phase === "asleep") {
      tell({ name: "resumed", text: "resumed" });
    }
    for (const { key, subject } of asks) {
      if (!before?.asks.some((ask) => ask.key === key)) {
        tell({ name: "asked", text: `waits for ${subject}` });
      }
    }
    this.#toldWork(view, tell);
    const lost = lossIn(view, before, end);
    if (end === "crashed") {
      tell({ name: "crashed", text: "Claude stopped unexpectedly" });
    } else if (lost !== undefined) {
      tell({ name: "machine-lost", text: lost });
    } else if (before && before.phase !== "asleep" && phase === "asleep") {
      tell({ name: "slept", text: "sleeps" });
    }
  }

  /** Nothing is known of it any more. */
  forget(threadId: string): void {
    this.#views.delete(threadId);
    this.#workingSince.delete(threadId);
    this.#started.delete(threadId);
    this.#stopped.delete(threadId);
  }

  audited({ action, by, threadId, what }: AuditEntry): void {
    const of = { ...placeOf(threadId, this.#views.get(threadId)), ...(by ? { by: by.name } : {}) };
    if (action === "started" && by) {
      this.#started.add(threadId);
      this.#tell({ ...of, name: "started", text: "started a session" });
    } else if (action === "stopped") {
      this.#stopped.add(threadId);
      this.#tell({ ...of, name: "stopped", text: by ? "stopped the session" : "the session is over" });
    } else if (action === "failed") {
      this.#tell({ ...of, name: "failed", text: "mm-claude failed, see the log" });
    } else if (action === "refused" && by) {
      this.#tell({ ...of, name: "refused", text: "was refused" });
    } else if (by) {
      const text = DECISIONS[action]?.(what);
      if (text !== undefined) {
        this.#tell({ ...of, name: "decided", text });
      }
    }
  }

  /** The first time is nothing new: the start has said it. */
  connected(): void {
    if (this.#wasLost) {
      this.#wasLost = false;
      this.#tell({ name: "server-back", text: "connected to Mattermost again" });
    }
  }

  disconnected(reason: string): void {
    if (!this.#wasLost) {
      this.#wasLost = true;
      this.#tell({ name: "server-lost", text: `no connection to Mattermost (${reason}); trying again` });
    }
  }

  #toldWork(
    view: SessionView,
    tell: (event: Omit<DaemonEvent, "thread" | "project" | "slot">) => void,
  ): void {
    const since = this.#workingSince.get(view.threadId);
    if (view.phase === "working") {
      this.#workingSince.set(view.threadId, since ?? this.#now());
    } else if (since !== undefined) {
      this.#workingSince.delete(view.threadId);
      if (view.phase === "idle") {
        const seconds = Math.max(0, this.#now() - since) / 1000;
        tell({ name: "finished", text: `done in ${duration(seconds)}`, seconds });
      }
    }
  }

  #of(
    view: SessionView,
    before: SessionView | undefined,
    event: Omit<DaemonEvent, "thread" | "project" | "slot">,
  ): void {
    this.#tell({ ...event, ...placeOf(view.threadId, { ...view, slot: view.slot ?? before?.slot }) });
  }
}

/** Once for all tries of a machine that is away; nothing where Claude only waited, which misses nothing. */
function lossIn(
  { machine }: SessionView,
  before: SessionView | undefined,
  end: ClaudesEnd | undefined,
): string | undefined {
  // What is known first is of an earlier run.
  if (!machine || !before || before.machine?.isAway) {
    return undefined;
  }
  if (end === "cut" && (machine.isAway || before.phase === "working")) {
    return `the connection to ${machine.name} was lost`;
  }
  const isTried = machine.isAway ? "; trying again" : "";
  return machine.isAway || end === "unreached" ? `${machine.name} can't be reached${isTried}` : undefined;
}

function placeOf(
  thread: string,
  view: Pick<SessionView, "project" | "slot"> | undefined,
): Pick<DaemonEvent, "thread" | "project" | "slot"> {
  const { project, slot } = view ?? {};
  return { thread, ...(project === undefined ? {} : { project }), ...(slot === undefined ? {} : { slot }) };
}

function duration(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
