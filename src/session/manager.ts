// The map of sessions and the slots they run in. Opens, finds and ends sessions; knows nothing of what they do.

import type { PostId, ThreadId, UserId } from "../mattermost/types.ts";
import type { ListedSession } from "../render/sessions.ts";
import type { Timer } from "../util/clock.ts";
import type { Person } from "./authorization.ts";
import type { Opening, SessionDependencies, Slots } from "./dependencies.ts";
import type { OpenCard } from "./open-cards.ts";
import { type KeptSession, PassiveSessions } from "./passive-sessions.ts";
import { Session } from "./session.ts";
import type { Message, Signal } from "./signals.ts";
import type { SessionView } from "./view.ts";

/** How long a session sleeps at most, and how many do. */
const KEPT_MS = 30 * 24 * 3_600_000;
const MAX_ASLEEP = 1000;
/** How often it is looked which sessions are at rest, and how long nothing has happened in these. */
const REST_MS = 10 * 60_000;

export class SessionManager implements Slots<Session> {
  #dependencies: SessionDependencies;
  readonly #sessions = new Map<ThreadId, Session>();
  /** Sessions at rest, which are in no memory but this. */
  readonly #passive = new PassiveSessions();
  #restTimer: Timer | undefined;
  /** Ended sessions whose process or last words are still on their way. */
  #leaving: readonly Promise<void>[] = [];
  /** Who runs in which slot: known here alone. */
  readonly #slotHolders = new Map<number, Session>();
  #isShuttingDown = false;

  constructor(dependencies: SessionDependencies) {
    this.#dependencies = dependencies;
  }

  /** For sessions that begin from now on. */
  reconfigure(dependencies: SessionDependencies): void {
    this.#dependencies = dependencies;
  }

  /** One at rest is taken up by that. */
  find(threadId: ThreadId): Session | undefined {
    return this.#sessions.get(threadId) ?? this.#activate(threadId);
  }

  deliver(threadId: ThreadId, signal: Signal): void {
    this.find(threadId)?.deliver(signal);
  }

  #activate(threadId: ThreadId): Session | undefined {
    const session = this.#isShuttingDown ? undefined : this.#read(threadId);
    if (session) {
      this.#sessions.set(threadId, session);
      session.restore();
      this.#lookForRest();
    }
    return session;
  }

  /** One at rest, from its document. */
  #read(threadId: ThreadId): Session | undefined {
    if (!this.#passive.take(threadId)) {
      return undefined;
    }
    const { log, readSnapshot } = this.#dependencies;
    try {
      const snapshot = readSnapshot?.(threadId);
      return snapshot && new Session(threadId, snapshot, this, this.#dependencies);
    } catch (error) {
      log.warn(`The session of thread ${threadId} can't be taken up`, error);
      return undefined;
    }
  }

  #lookForRest(): void {
    const { clock, readSnapshot } = this.#dependencies;
    if (readSnapshot && !this.#isShuttingDown) {
      this.#restTimer ??= clock.setTimeout(() => {
        this.#restTimer = undefined;
        this.#putAway();
      }, REST_MS);
    }
  }

  #putAway(): void {
    const before = this.#dependencies.clock.now() - REST_MS;
    for (const session of this.#sessions.values()) {
      if (session.view.lastActivityAt <= before) {
        void this.#putAwayOne(session);
      }
    }
    if (this.#sessions.size > 0) {
      this.#lookForRest();
    }
  }

  async #putAwayOne(session: Session): Promise<void> {
    const { threadId } = session;
    try {
      // At once: what is said to it from then on is for the one that is read from its document.
      await session.putAway((passive) => {
        // It may have been forgotten meanwhile.
        if (this.#sessions.get(threadId) === session) {
          this.#sessions.delete(threadId);
          this.#passive.add(passive);
        }
      });
    } catch (error) {
      this.#dependencies.log.error(`The session in thread ${threadId} could not be put away`, error);
    }
  }

  /** Sessions that have slept for long are not kept for ever: neither in memory nor on the disk. */
  #forgetOld(): void {
    const { clock, log } = this.#dependencies;
    const asleep = this.views()
      .filter(({ phase, queued }) => phase === "asleep" && queued === 0)
      .sort((one, other) => other.lastActivityAt - one.lastActivityAt);
    const oldest = clock.now() - KEPT_MS;
    for (const [index, { threadId, lastActivityAt }] of asleep.entries()) {
      if (index >= MAX_ASLEEP || lastActivityAt < oldest) {
        log.debug(`thread ${threadId}: forgotten`);
        try {
          this.#forget(threadId);
        } catch (error) {
          log.error(`What is kept of the session in thread ${threadId} could not be removed`, error);
        }
      }
    }
  }

  #forget(threadId: ThreadId): void {
    const session = this.#sessions.get(threadId) ?? this.#read(threadId);
    this.#sessions.delete(threadId);
    this.#dependencies.worktrees?.release(threadId);
    if (session) {
      this.release(session);
      session.forget();
    }
  }

  /** Starts a session with its first message, on a branch of its own where one is named. False when every slot is taken by a session that works. */
  open(threadId: ThreadId, owner: Person, message: Message, branch?: string): boolean {
    if (this.#isShuttingDown) {
      return true;
    }
    // Nothing here awaits: two mentions at once can't both take the last slot, or the same thread.
    const slot = this.#slotToGive();
    if (slot === undefined) {
      return false;
    }
    this.#forgetOld();
    const session = new Session(threadId, { owner, slot }, this, this.#dependencies);
    this.#slotHolders.set(slot, session);
    this.#sessions.set(threadId, session);
    session.open(message, branch);
    this.#lookForRest();
    return true;
  }

  /** Starts a session that begins asleep, with a conversation that there is. */
  begin(threadId: ThreadId, opening: Required<Pick<Opening, "owner" | "origin">>): void {
    if (this.#isShuttingDown || this.find(threadId)) {
      return;
    }
    this.#forgetOld();
    const session = new Session(threadId, opening, this, this.#dependencies);
    this.#sessions.set(threadId, session);
    session.begin(opening.origin);
    this.#lookForRest();
  }

  /** Those that may be named to them. */
  listedFor(by: UserId): ListedSession[] {
    const active = [...this.#sessions.values()].flatMap((session) => session.listedFor(by) ?? []);
    return [...active, ...this.#passive.listedFor(by, this.#dependencies.context)];
  }

  /** A session has that conversation: no other may write it. */
  holds(conversationId: string): boolean {
    const isIts = (session: Session): boolean => session.conversationId === conversationId;
    return this.#passive.holds(conversationId) || [...this.#sessions.values()].some(isIts);
  }

  /**
   * Takes up the sessions of an earlier run. Their processes, if any are left, must have been ended. Gives the threads of
   * those that can't be taken up.
   */
  restore(kept: readonly KeptSession[]): readonly ThreadId[] {
    const lost: ThreadId[] = [];
    const sessions = kept.flatMap((snapshot) => {
      if ("passive" in snapshot) {
        this.#passive.add(snapshot.passive);
        return [];
      }
      try {
        const session = new Session(snapshot.threadId, snapshot, this, this.#dependencies);
        this.#sessions.set(snapshot.threadId, session);
        return [session];
      } catch (error) {
        this.#dependencies.log.warn(`The session of thread ${snapshot.threadId} can't be taken up`, error);
        lost.push(snapshot.threadId);
        return [];
      }
    });
    this.#forgetOld();
    for (const session of sessions) {
      if (this.#sessions.get(session.threadId) === session) {
        session.restore();
      }
    }
    if (this.#sessions.size > 0) {
      this.#lookForRest();
    }
    return lost;
  }

  /** What rules rest on has changed: who may decide, or which are kept. */
  judgeRules(): void {
    for (const session of this.#sessions.values()) {
      // One that sleeps looks when it wakes.
      if (session.view.phase !== "asleep") {
        session.deliver({ type: "judgeRules" });
      }
    }
  }

  /** What the project may use is another sum now. */
  limitsChanged(): void {
    for (const session of [...this.#sessions.values()]) {
      session.deliver({ type: "timer", name: "limit" });
    }
  }

  /** The posts on which somebody's decision is waited for. */
  openCards(): (OpenCard & { readonly threadId: ThreadId })[] {
    return [...this.#sessions.values()].flatMap(({ threadId, openCards }) =>
      openCards.map((card) => ({ threadId, ...card })),
    );
  }

  /** The threads in which somebody is asked by a post that is not known yet. */
  threadsAwaitingCards(): ThreadId[] {
    return [...this.#sessions.values()]
      .filter(({ awaitsCard }) => awaitsCard)
      .map(({ threadId }) => threadId);
  }

  /** The posts of messages that wait for Claude. */
  waitingPosts(): { readonly threadId: ThreadId; readonly postId: PostId }[] {
    return [...this.#sessions.values()].flatMap(({ threadId, waitingPosts }) =>
      waitingPosts.map((postId) => ({ threadId, postId })),
    );
  }

  /** All of them, asleep ones as well, as they look from outside. */
  views(): SessionView[] {
    const active = [...this.#sessions.values()].map(({ view }) => view);
    return [...active, ...this.#passive.views(this.#dependencies.context)];
  }

  /** The threads of the sessions that Claude runs for. */
  liveThreads(): ThreadId[] {
    return this.views()
      .filter(({ phase }) => phase !== "asleep")
      .map(({ threadId }) => threadId);
  }

  async shutDown(): Promise<void> {
    this.#isShuttingDown = true;
    this.#dependencies.clock.clearTimeout(this.#restTimer);
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    await Promise.all([...sessions.map((session) => this.#shutDown(session)), ...this.#leaving]);
  }

  /** What one of them fails to tidy up must not keep the others from it. */
  async #shutDown(session: Session): Promise<void> {
    try {
      await session.shutDown();
    } catch (error) {
      this.#dependencies.log.error(`The session in thread ${session.threadId} did not end in order`, error);
    }
  }

  get isClosing(): boolean {
    return this.#isShuttingDown;
  }

  /** For a session of these, as the next two are. */
  acquire(session: Session): number | undefined {
    const slot = this.#isShuttingDown ? undefined : (this.#slotOf(session) ?? this.#slotToGive());
    if (slot !== undefined) {
      this.#slotHolders.set(slot, session);
    }
    return slot;
  }

  release(session: Session): void {
    const slot = this.#slotOf(session);
    if (slot !== undefined) {
      this.#slotHolders.delete(slot);
    }
  }

  ended(session: Session): void {
    this.release(session);
    this.#dependencies.worktrees?.release(session.threadId);
    if (this.#sessions.get(session.threadId) === session) {
      this.#sessions.delete(session.threadId);
    }
    const left = this.#shutDown(session).finally(() => {
      this.#leaving = this.#leaving.filter((one) => one !== left);
    });
    this.#leaving = [...this.#leaving, left];
  }

  #slotOf(session: Session): number | undefined {
    return [...this.#slotHolders].find(([, holder]) => holder === session)?.[0];
  }

  #slotToGive(): number | undefined {
    return this.#freeSlot() ?? this.#slotOfLongestIdle();
  }

  #freeSlot(): number | undefined {
    for (let slot = 1; slot <= this.#dependencies.context.maxSessions; slot++) {
      if (!this.#slotHolders.has(slot)) {
        return slot;
      }
    }
    return undefined;
  }

  #slotOfLongestIdle(): number | undefined {
    let longest: Session | undefined;
    for (const session of this.#sessions.values()) {
      if (session.isIdle && session.view.lastActivityAt < (longest?.view.lastActivityAt ?? Infinity)) {
        longest = session;
      }
    }
    longest?.deliver({ type: "slotWithdrawn" });
    return this.#freeSlot();
  }
}
