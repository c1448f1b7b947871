// One session: its mailbox, and the one place where effects are performed. Their outcomes come back as signals. Whatever
// throws here ends at this session. Decides nothing; `step` does.

import type { PostId, ThreadId, UserId } from "../mattermost/types.ts";
import type { ListedSession } from "../render/sessions.ts";
import type { ThreadWriter } from "../thread/writer.ts";
import { busyReasonOf } from "./busy.ts";
import { placeOf, type SessionContext } from "./context.ts";
import type { Opening, SessionDependencies, Slots } from "./dependencies.ts";
import { SessionDocument } from "./document.ts";
import { askWriter, isForClaude, isForWriter, keep } from "./effects.ts";
import { type FetchOptions, fetch } from "./fetched.ts";
import { fork } from "./forking.ts";
import { Mailbox } from "./mailbox.ts";
import { isCardOnItsWay, type OpenCard, openCardsOf } from "./open-cards.ts";
import { isAtRest, type PassiveSession, passiveOf } from "./passive-sessions.ts";
import { isAsleep } from "./phases.ts";
import { SessionProcess } from "./process.ts";
import { SessionClaude } from "./session-claude.ts";
import type { Message, Signal } from "./signals.ts";
import type { SessionSnapshot } from "./snapshot.ts";
import { initialState } from "./state.ts";
import { type Origin, placeFrom } from "./steering/origin.ts";
import { listedFor } from "./steering/sessions.ts";
import { isFromPeople, isToldAgain, step } from "./step.ts";
import { writerFor } from "./thread-writer.ts";
import { SessionTimers } from "./timers.ts";
import { type ToolCalls, toolCallsOf } from "./tool-calls.ts";
import type { Effect, SessionState } from "./types.ts";
import { claudesEnd, type SessionView, viewOf } from "./view.ts";
import { unsentMessages } from "./waiting.ts";
import { madeWorktreeOf, wantedWorktree } from "./worktree-state.ts";

/** A write that takes longer at the end is left for the next start. */
const LAST_WRITE_MS = 4000;

export class Session {
  readonly threadId: ThreadId;
  readonly #dependencies: SessionDependencies;
  readonly #slots: Slots<Session>;
  readonly #state: SessionState;
  readonly #document: SessionDocument;
  readonly #writer: ThreadWriter;
  readonly #process: SessionProcess;
  #context: SessionContext;
  /** Where an earlier run worked, when that is no more. */
  readonly #lostDirectory: string | undefined;
  readonly #mailbox: Mailbox;
  readonly #timers: SessionTimers;
  readonly #toolCalls: ToolCalls;
  readonly #fetching: FetchOptions;
  readonly #claude: SessionClaude;

  /** `origin`: a session that starts, or one that is kept in the store. Causes nothing: `open` or `restore` does. */
  constructor(
    threadId: ThreadId,
    origin: Opening | SessionSnapshot,
    slots: Slots<Session>,
    dependencies: SessionDependencies,
  ) {
    const { clock, context, channelId, sendTyping } = dependencies;
    const saved = "state" in origin ? origin : undefined;
    this.threadId = threadId;
    this.#dependencies = dependencies;
    this.#slots = slots;
    this.#process = new SessionProcess(threadId, dependencies, saved?.filesDirectory);
    const place = placeOf(saved, "owner" in origin ? placeFrom(origin.origin, context) : context);
    this.#context = place.context;
    this.#lostDirectory = place.lostDirectory;
    this.#state =
      "state" in origin
        ? origin.state
        : initialState(origin.owner, origin.slot, context, clock.now(), dependencies.newConversationId());
    this.#mailbox = new Mailbox({
      hear: (signal) => this.#toolCalls.hear(signal),
      take: (signal) => this.#take(signal),
      fail: (what, error) => this.#fail(what, error),
    });
    this.#document = new SessionDocument(threadId, dependencies, () => this.#snapshot());
    this.#timers = new SessionTimers(
      dependencies,
      (name) => this.deliver({ type: "timer", name }),
      () => this.#mailbox.within("showing that Claude works", () => sendTyping(channelId, threadId)),
    );
    this.#fetching = {
      channelId,
      threadId,
      process: this.#process,
      worktrees: dependencies.worktrees,
      calling: dependencies.calling,
      fork: (request) => fork(request, { threadId, dependencies, context: this.#context, slots }),
      outputs: dependencies,
      onProblem: (detail) => this.deliver({ type: "fileProblem", detail }),
      deliver: (signal) => this.deliver(signal),
      failed: (what, error) => this.#fail(what, error),
    };
    this.#toolCalls = toolCallsOf(threadId, dependencies, {
      directory: () => this.#context.directory,
      shell: dependencies.shell,
      filesDirectory: () => this.#process.files,
      answer: (callId, result) => this.#process.answerCall(callId, result),
      report: (report) => this.deliver({ type: "tool", report }),
      failed: (error) => this.#fail("using a tool in the chat", error),
    });
    this.#claude = new SessionClaude(
      {
        process: this.#process,
        state: this.#state,
        context: () => this.#context,
        mailbox: this.#mailbox,
        document: this.#document,
        onTold: (effect) => this.#toolCalls.told(effect),
        failed: (what, error) => this.#fail(what, error),
      },
      dependencies,
    );
    const owner = {
      deliver: (signal: Signal) => this.deliver(signal),
      saved: () => this.#document.saved(),
      isOpenCard: (postId: PostId) => this.openCards.some((card) => card.postId === postId),
    };
    this.#writer = writerFor(threadId, dependencies, owner, saved?.writer);
  }

  begin(origin: Origin): void {
    this.deliver({ type: "opened", origin });
  }

  open(message: Message, branch?: string): void {
    this.deliver({
      type: "opened",
      worktree: wantedWorktree(this.threadId, message.text, branch, this.#context.worktree),
    });
    this.deliver({ type: "message", message });
  }

  /** For a session from the store: finds out what became of its turn, and goes on. */
  restore(): void {
    if (this.#state.phase.name === "ended") {
      this.#slots.ended(this);
      return;
    }
    const made = madeWorktreeOf(this.#state);
    if (made) {
      this.#dependencies.worktrees?.hold(made, this.threadId);
    }
    this.#mailbox.within("looking for what Claude had saved", () =>
      this.deliver({
        type: "restored",
        saved: this.#claude.restored(),
        lostDirectory: this.#lostDirectory,
      }),
    );
  }

  /** Cards somebody may have decided about while nobody listened. */
  get openCards(): OpenCard[] {
    return openCardsOf(this.#state);
  }

  /** Somebody is asked, by a post that is not known yet. */
  get awaitsCard(): boolean {
    return isCardOnItsWay(this.#state);
  }

  get waitingPosts(): PostId[] {
    return unsentMessages(this.#state).map(({ postId }) => postId);
  }

  /** Claude's name for what it resumes, or is about to begin. */
  get conversationId(): string {
    return this.#state.conversation.id;
  }

  listedFor(by: UserId): ListedSession | undefined {
    return listedFor(by, this.threadId, this.#state, this.#context);
  }

  get view(): SessionView {
    return viewOf(this.threadId, this.#state, this.#context);
  }

  /** It may sleep when its slot is needed. */
  get isIdle(): boolean {
    return this.#state.phase.name === "idle" && busyReasonOf(this.#state) === undefined;
  }

  /** `onPutAway`: from that moment on its document is all there is of it. Not called while anything goes on in it. */
  async putAway(onPutAway: (passive: PassiveSession) => void): Promise<void> {
    const isQuiet = () => this.#timers.areNone && this.#claude.isGone && isAtRest(this.#snapshot());
    if (!isQuiet()) return;
    // What the writer has done since is not in it yet.
    this.#document.change();
    await this.#document.saved();
    if (!isQuiet() || this.#document.saved() !== undefined) return;
    this.#mailbox.close((signal) => this.#slots.deliver(this.threadId, signal));
    this.#writer.close();
    onPutAway(passiveOf(this.threadId, this.#state));
  }

  /** Nothing of it is kept: a message in its thread means as much as in any other. */
  forget(): void {
    this.#mailbox.close();
    this.#timers.clearAll();
    this.#writer.close();
    this.#document.remove();
    void this.#process.removeFiles();
    this.#dependencies.onForgotten?.(this.threadId);
  }

  deliver(signal: Signal): void {
    this.#mailbox.deliver(signal);
  }

  #take(signal: Signal): void {
    if (signal.type === "worktree" && "made" in signal.outcome) {
      this.#context = { ...this.#context, directory: signal.outcome.made.path };
    }
    const wasAsleep = isAsleep(this.#state);
    const { clock, listeners } = this.#dependencies;
    const listener = listeners?.of(this.threadId);
    const effects = step(this.#state, signal, this.#context, clock.now(), listener?.hear);
    listener?.stepped(this.#state, signal, effects);
    // Most signals are words on their way, which cause nothing by themselves.
    if (effects.length === 0 && isToldAgain(signal)) {
      return;
    }
    // First the writer gets what it has to do, then the document is saved. What can't be taken back waits for that,
    // here and in the writer. So after a crash at any moment it is known what was to be done.
    for (const effect of effects.filter(isForWriter)) {
      this.#perform(effect);
    }
    this.#document.change();
    if (isFromPeople(signal)) {
      // The channel counts as heard that far soon.
      void this.#document.saved();
    }
    for (const effect of effects.filter((effect) => !isForWriter(effect))) {
      this.#perform(effect);
    }
    const hasEnded = !wasAsleep && isAsleep(this.#state);
    this.#dependencies.onChanged?.(this.view, hasEnded ? claudesEnd(signal) : undefined);
  }

  /** The boundary: people are told, the process and the slot are given back, and no other session hears of it. */
  #fail(what: string, error: unknown): void {
    const { clock, listeners, log } = this.#dependencies;
    log.error(`Thread ${this.threadId}: a fault in mm-claude while ${what}; please report it`, error);
    if (this.#mailbox.isClosed) {
      return;
    }
    const detail = error instanceof Error ? error.message : String(error);
    const attempt = (perform: () => void): void => {
      try {
        perform();
      } catch (further) {
        log.error(`Thread ${this.threadId}: and while ending what it had begun`, further);
      }
    };
    // Only what the fault leaves to be looked at goes on by itself.
    attempt(() => this.#timers.clearAll());
    attempt(() => {
      const fault: Signal = { type: "fault", what, detail };
      const effects = step(this.#state, fault, this.#context, clock.now());
      listeners?.of(this.threadId)?.stepped(this.#state, fault, effects);
      for (const effect of effects) {
        attempt(() => this.#perform(effect));
      }
    });
    // Whatever has become of the step: these are what others would lack.
    attempt(() => this.#timers.setTyping(false));
    attempt(() => this.#claude.cutOff());
    attempt(() => this.#slots.release(this));
    attempt(() => this.#document.change());
    if (this.#state.phase.name === "ended") {
      // Its last effects may be what threw.
      attempt(() => this.#slots.ended(this));
    }
  }

  #snapshot(): SessionSnapshot {
    return {
      threadId: this.threadId,
      ...(this.#context.project === undefined ? {} : { project: this.#context.project }),
      directory: this.#context.directory,
      process: this.#process.known,
      filesDirectory: this.#process.filesPath,
      state: this.#state,
      writer: this.#writer.toJSON(),
    };
  }

  /** Ends the process and writes what is left to say. A session that has not ended is kept for the next start. */
  async shutDown(): Promise<void> {
    this.deliver({ type: "shutdown" });
    // Nobody comes back to a session that has ended: its last words are written however long it takes.
    const patienceMs = this.#state.phase.name === "ended" ? undefined : LAST_WRITE_MS;
    await Promise.all([this.#claude.closed(), this.#writer.idle(patienceMs)]);
    this.#mailbox.close();
    this.#timers.clearAll();
    this.#writer.close();
    if (this.#state.phase.name === "ended") {
      this.#document.remove();
      await this.#process.removeFiles();
    } else {
      this.#document.change();
    }
  }

  #perform(effect: Effect): void {
    if (isForClaude(effect)) {
      this.#claude.perform(effect);
      return;
    }
    if (askWriter(this.#writer, effect)) {
      return;
    }
    if (this.#timers.perform(effect) || fetch(effect, this.#fetching)) {
      return;
    }
    switch (effect.type) {
      case "acquireSlot":
        this.#acquireSlot();
        break;
      case "releaseSlot":
        this.#slots.release(this);
        break;
      case "tool":
        this.#toolCalls.perform(effect.request);
        break;
      case "ended":
        this.#slots.ended(this);
        break;
      default:
        keep(effect, this.threadId, this.#dependencies);
    }
  }

  #acquireSlot(): void {
    const slot = this.#slots.acquire(this);
    if (slot === undefined) {
      // Where mm-claude stops, nobody is too busy: what waits goes on at the next start.
      if (!this.#slots.isClosing) {
        this.deliver({ type: "slotRefused" });
      }
      return;
    }
    this.#claude.lookBeforeStart(slot);
  }
}
