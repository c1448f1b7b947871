// One session: its mailbox, and the one place where effects are performed. Their outcomes come back as signals.
// Decides nothing; `step` does.

import { existsSync } from "node:fs";
import type { ClaudeClient, ClaudeEvent, ClaudeStart } from "../claude/types.ts";
import type { Warm } from "../claude/warm-pool.ts";
import type { PostId, ThreadId } from "../mattermost/types.ts";
import { ThreadWriter } from "../thread/writer.ts";
import { type KnownProcess, startMark } from "../util/processes.ts";
import { contentOf } from "./content.ts";
import { type Opening, type SessionDependencies, sessionPrefix } from "./dependencies.ts";
import { fileBefore } from "./file-before.ts";
import { FilesDirectory } from "./files-directory.ts";
import { encodeSnapshot, type SessionSnapshot } from "./snapshot.ts";
import { audit, initialState, updateHeader } from "./state.ts";
import { step } from "./step.ts";
import { SessionTimers } from "./timers.ts";
import type { Effect, Message, SavedTurn, SessionContext, SessionState, Signal } from "./types.ts";

/** Where a session gets a place to run in, and gives it back. */
export interface Slots {
  acquire(session: Session): number | undefined;
  release(slot: number): void;
  ended(session: Session): void;
}

/** A process that is to end gets this long to save before it is sent signals. */
const SAVE_MS = 5000;
const CUT_OFF_MS = 2000;
/** A write that takes longer is left for the next start. */
const LAST_WRITE_MS = 4000;

export class Session {
  readonly threadId: ThreadId;
  readonly #dependencies: SessionDependencies;
  readonly #slots: Slots;
  readonly #state: SessionState;
  readonly #writer: ThreadWriter;
  #sessionId: string;
  #files: FilesDirectory;
  readonly #context: SessionContext;
  /** Where an earlier run worked, when that is no more. */
  readonly #lostDirectory: string | undefined;
  readonly #mailbox: Signal[] = [];
  readonly #timers: SessionTimers;
  readonly #closing = new Set<Promise<void>>();
  #isStepping = false;
  #isShutDown = false;
  #slot: number | undefined;
  #client: ClaudeClient | undefined;
  #process: KnownProcess | undefined;
  #sending: Promise<void> | undefined;

  /** `origin`: a session that starts, or one that is kept in the store. */
  constructor(
    threadId: ThreadId,
    origin: Opening | SessionSnapshot,
    slots: Slots,
    dependencies: SessionDependencies,
  ) {
    const { api, clock, log, context, botId, channelId, sendTyping } = dependencies;
    const saved = "state" in origin ? origin : undefined;
    this.threadId = threadId;
    this.#dependencies = dependencies;
    this.#slots = slots;
    this.#sessionId = saved?.sessionId ?? dependencies.newSessionId();
    this.#files = new FilesDirectory(log, saved?.filesDirectory);
    // A conversation belongs to its directory, wherever mm-claude is started the next time.
    const isDirectoryLost = saved !== undefined && !existsSync(saved.directory);
    this.#lostDirectory = isDirectoryLost ? saved.directory : undefined;
    this.#context = saved && !isDirectoryLost ? { ...context, directory: saved.directory } : context;
    this.#timers = new SessionTimers(
      clock,
      (name) => this.deliver({ type: "timer", name }),
      () => sendTyping(channelId, threadId),
    );
    const writerOptions = {
      api,
      channelId,
      threadId,
      botId,
      clock,
      log,
      onPosted: (key: string, postId: PostId) => this.deliver({ type: "posted", key, postId }),
      onFileRefused: (key: string) => this.deliver({ type: "fileRefused", key }),
      onLost: (reason: string) => {
        log.warn(`Session in thread ${threadId} ends: ${reason}`);
        this.deliver({ type: "threadLost", reason });
      },
    };
    this.#writer = new ThreadWriter(writerOptions, saved?.writer);
    if ("state" in origin) {
      this.#state = origin.state;
    } else {
      this.#slot = origin.slot;
      this.#state = initialState(origin.owner, origin.slot, context, clock.now());
      const emit = (effect: Effect): void => this.#perform(effect);
      const opening = { state: this.#state, context: this.#context, now: clock.now(), emit };
      audit(opening, "started", origin.owner, { directory: context.directory, isAuto: context.isAuto });
      updateHeader(opening);
    }
  }

  /** For a session from the store: finds out what became of its turn, and goes on. */
  restore(): void {
    if (this.#state.phase === "ended") {
      this.#slots.ended(this);
    } else {
      this.deliver({ type: "restored", saved: this.#savedTurn(), lostDirectory: this.#lostDirectory });
    }
  }

  /** Cards somebody may have decided about while nobody listened. */
  get openCards(): PostId[] {
    const { asks, cutOffPostId } = this.#state;
    const cards = asks.flatMap((ask) => (ask.postId === undefined ? [] : [ask.postId]));
    return cutOffPostId === undefined ? cards : [...cards, cutOffPostId];
  }

  /** Runs but waits for nothing, or for a guest's message at most: it may sleep when its slot is needed. */
  get isIdle(): boolean {
    const { phase, queue, asks } = this.#state;
    return phase === "idle" && queue.length === 0 && asks.every((ask) => ask.kind === "guest");
  }

  get isAsleep(): boolean {
    return this.#state.phase === "asleep" && this.#state.queue.length === 0;
  }

  /** Nothing of it is kept: a message in its thread means as much as in any other. */
  forget(): void {
    this.#isShutDown = true;
    this.#writer.close();
    this.#dependencies.documents.remove(this.#documentName);
    this.#files.remove();
  }

  get lastActivityAt(): number {
    return this.#state.lastActivityAt;
  }

  /** Takes a signal; signals that come while one is being taken wait their turn. */
  deliver(signal: Signal): void {
    this.#mailbox.push(signal);
    if (this.#isStepping || this.#isShutDown) {
      return;
    }
    this.#isStepping = true;
    try {
      for (let next = this.#mailbox.shift(); next; next = this.#mailbox.shift()) {
        this.#take(next);
      }
    } finally {
      this.#isStepping = false;
    }
  }

  #take(signal: Signal): void {
    const { clock, log } = this.#dependencies;
    try {
      const effects = step(this.#state, signal, this.#context, clock.now());
      // Most signals are words on their way, which cause nothing by themselves.
      if (effects.length === 0 && isFrequent(signal)) {
        return;
      }
      // First what is only asked of the writer, then the document, then what can't be taken back: whatever dies in
      // between, it is known what was to be done.
      for (const effect of effects.filter(isForWriter)) {
        this.#perform(effect);
      }
      // Words on their way may be worth showing at once: what people see is never more than what is saved.
      if (!isFrequent(signal) || effects.some(isForWriter)) {
        this.#save();
      }
      for (const effect of effects.filter((effect) => !isForWriter(effect))) {
        this.#perform(effect);
      }
    } catch (error) {
      log.error(`Thread ${this.threadId}: a fault in mm-claude while taking "${signal.type}"`, error);
    }
  }

  #save(): void {
    const snapshot: SessionSnapshot = {
      threadId: this.threadId,
      sessionId: this.#sessionId,
      directory: this.#context.directory,
      process: this.#process,
      filesDirectory: this.#files.path,
      state: this.#state,
      writer: this.#writer.toJSON(),
    };
    this.#dependencies.documents.write(this.#documentName, encodeSnapshot(snapshot));
  }

  get #documentName(): string {
    return `${sessionPrefix(this.#dependencies.channelId)}${this.threadId}`;
  }

  /** Ends the process and writes what is left to say. A session that has not ended is kept for the next start. */
  async shutDown(): Promise<void> {
    this.deliver({ type: "shutdown" });
    // Nobody comes back to a session that has ended: its last words are written however long it takes.
    const patienceMs = this.#state.phase === "ended" ? undefined : LAST_WRITE_MS;
    await Promise.all([...this.#closing, this.#writer.idle(patienceMs)]);
    this.#isShutDown = true;
    this.#writer.close();
    if (this.#state.phase === "ended") {
      this.#dependencies.documents.remove(this.#documentName);
      this.#files.remove();
    } else {
      this.#save();
    }
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case "put":
        this.#writer.put(effect.key, effect.markdown, effect);
        break;
      case "repost":
        this.#writer.repost(effect.key);
        break;
      case "forget":
        this.#writer.forget(effect.keys);
        break;
      case "hurry":
        this.#writer.hurry(effect.keys);
        break;
      case "react":
        this.#writer.react(effect.target, effect.emojiName);
        break;
      case "unreact":
        this.#writer.unreact(effect.target, effect.emojiName);
        break;
      case "typing":
        this.#timers.setTyping(effect.isOn);
        break;
      case "acquireSlot":
        this.#acquireSlot();
        break;
      case "releaseSlot":
        this.#releaseSlot();
        break;
      case "startClaude":
        this.#start(effect.generation, effect.resume);
        break;
      case "send":
        this.#send(effect.message, effect.text);
        break;
      case "audit":
        this.#dependencies.audit.append({ ...effect.entry, threadId: this.threadId });
        break;
      case "answer":
        this.#client?.answer(effect.requestId, effect.answer);
        break;
      case "interruptClaude":
        this.#client?.interrupt();
        break;
      case "closeClaude":
        this.#close(effect.now);
        break;
      case "setTimer":
        this.#timers.set(effect.name, effect.ms);
        break;
      case "clearTimer":
        this.#timers.clear(effect.name);
        break;
      case "ended":
        this.#slots.ended(this);
        break;
    }
  }

  #acquireSlot(): void {
    const slot = this.#slots.acquire(this);
    this.#slot = slot;
    this.deliver(
      slot === undefined ? { type: "slotRefused" } : { type: "slotGranted", slot, saved: this.#savedTurn() },
    );
  }

  #releaseSlot(): void {
    if (this.#slot !== undefined) {
      this.#slots.release(this.#slot);
      this.#slot = undefined;
    }
  }

  #start(generation: number, resume: boolean): void {
    const { startClaude } = this.#dependencies;
    const { directory } = this.#context;
    const listener = (event: ClaudeEvent): void => {
      const saved = event.type === "exited" ? { saved: this.#savedTurn() } : {};
      this.deliver({ type: "claude", generation, event, ...fileBefore(event, directory), ...saved });
    };
    const warm = resume ? undefined : this.#takeWarm();
    this.#client = warm?.adopt(listener) ?? startClaude(this.#startOf(resume), listener);
    const { pid } = this.#client;
    const mark = pid === undefined ? undefined : startMark(pid);
    this.#process = pid === undefined || mark === undefined ? undefined : { pid, startMark: mark };
    // Nothing may have been saved yet that says which process to look for.
    this.#save();
  }

  #startOf(resume: boolean): ClaudeStart {
    const { claudePath, deniedPaths } = this.#dependencies;
    const extraDirectories = [this.#files.make()].flatMap((path) => path ?? []);
    return {
      claudePath,
      directory: this.#context.directory,
      sessionId: this.#sessionId,
      resume,
      deniedPaths,
      extraDirectories,
    };
  }

  /** A process that waits has the conversation's id and the place for its files already. */
  #takeWarm(): Warm | undefined {
    const { warm, log, context } = this.#dependencies;
    const isElsewhere = this.#context.directory !== context.directory || this.#files.path !== undefined;
    const taken = isElsewhere ? undefined : warm.take();
    if (taken) {
      this.#sessionId = taken.start.sessionId;
      this.#files = new FilesDirectory(log, taken.start.extraDirectories[0]);
    }
    return taken;
  }

  #savedTurn(): SavedTurn {
    const { inFlight, queue, turn, hasConversation } = this.#state;
    const message = inFlight ?? queue[0];
    const conversation =
      hasConversation || message ? this.#dependencies.readSaved(this.#sessionId) : undefined;
    return {
      holdsMessage: message && conversation?.holds(message.uuid),
      texts: (turn.messageUuid && conversation?.textsAfter(turn.messageUuid)) || [],
    };
  }

  #send(message: Message, text: string): void {
    const client = this.#client;
    if (!message.withThread && message.attachments.length === 0 && !this.#sending) {
      client?.send(message.uuid, [{ type: "text", text }]);
      return;
    }
    const { api, directory } = this.#dependencies;
    const sending = contentOf(message, text, {
      api,
      directory,
      threadId: this.threadId,
      filesDirectory: this.#files.make(),
      onProblem: (detail) => this.deliver({ type: "attachmentProblem", detail }),
    }).then((blocks) => {
      if (this.#sending === sending) {
        this.#sending = undefined;
      }
      // The process may have been closed, or replaced, in the meantime.
      if (this.#client === client) {
        client?.send(message.uuid, blocks);
      }
    });
    this.#sending = sending;
  }

  #close(now: boolean): void {
    const client = this.#client;
    if (!client) {
      return;
    }
    this.#client = undefined;
    const closed = client.close(now ? CUT_OFF_MS : SAVE_MS).finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
  }
}

type WriterEffect = Effect & { readonly type: "put" | "repost" | "forget" | "hurry" | "react" | "unreact" };

function isForWriter(effect: Effect): effect is WriterEffect {
  return ["put", "repost", "forget", "hurry", "react", "unreact"].includes(effect.type);
}

/** Text on its way: what is lost of it is found again in what Claude saves. */
function isFrequent(signal: Signal): boolean {
  return signal.type === "claude" && ["textDelta", "messageStarted"].includes(signal.event.type);
}
