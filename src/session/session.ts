// One session: its mailbox, and the one place where effects are performed. Their outcomes come back as signals.
// Decides nothing; `step` does.

import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { ClaudeClient, ClaudeEvent, StartClaude } from "../claude/types.ts";
import type { Directory } from "../mattermost/directory.ts";
import type { ChannelId, MattermostApi, ThreadId, UserId } from "../mattermost/types.ts";
import { editedFile } from "../render/tools.ts";
import { ThreadWriter } from "../thread/writer.ts";
import type { Clock, Timer } from "../util/clock.ts";
import type { Log } from "../util/log.ts";
import type { Person } from "./access.ts";
import { contentOf } from "./content.ts";
import { initialState, updateHeader } from "./state.ts";
import { step } from "./step.ts";
import type { Effect, Message, SessionContext, SessionState, Signal, TimerName } from "./types.ts";

export interface SessionDependencies {
  readonly api: MattermostApi;
  readonly directory: Directory;
  readonly clock: Clock;
  readonly log: Log;
  readonly startClaude: StartClaude;
  readonly newSessionId: () => string;
  readonly sendTyping: (channelId: ChannelId, threadId: ThreadId) => void;
  readonly context: SessionContext;
  readonly claudePath: string;
  readonly botId: UserId;
  readonly channelId: ChannelId;
}

/** Where a session gets a place to run in, and gives it back. */
export interface Slots {
  acquire(session: Session): number | undefined;
  release(slot: number): void;
  ended(session: Session): void;
}

/** Clients show "is typing" for about 5 s after each notice. */
const TYPING_EVERY_MS = 4000;
/** A process that is to end gets this long to save before it is sent signals. */
const SAVE_MS = 5000;
const CUT_OFF_MS = 2000;
/** A file that is edited is read for its diff up to this size. */
const MAX_DIFF_BYTES = 1024 * 1024;

export class Session {
  readonly threadId: ThreadId;
  readonly #dependencies: SessionDependencies;
  readonly #slots: Slots;
  readonly #state: SessionState;
  readonly #writer: ThreadWriter;
  readonly #sessionId: string;
  readonly #mailbox: Signal[] = [];
  readonly #timers = new Map<TimerName, Timer>();
  readonly #closing = new Set<Promise<void>>();
  #isStepping = false;
  #slot: number | undefined;
  #client: ClaudeClient | undefined;
  #sending: Promise<void> | undefined;
  #typing: Timer | undefined;
  #filesDirectory: string | undefined;

  constructor(
    threadId: ThreadId,
    owner: Person,
    slot: number,
    slots: Slots,
    dependencies: SessionDependencies,
  ) {
    const { api, clock, log, context, botId, channelId } = dependencies;
    this.threadId = threadId;
    this.#dependencies = dependencies;
    this.#slots = slots;
    this.#slot = slot;
    this.#sessionId = dependencies.newSessionId();
    this.#state = initialState(owner, slot, context, clock.now());
    this.#writer = new ThreadWriter({
      api,
      channelId,
      threadId,
      botId,
      clock,
      log,
      onPosted: (key, postId) => this.deliver({ type: "posted", key, postId }),
      onLost: (reason) => {
        log.warn(`Session in thread ${threadId} ends: ${reason}`);
        this.deliver({ type: "threadLost", reason });
      },
    });
    updateHeader({
      state: this.#state,
      context,
      now: clock.now(),
      emit: (effect) => this.#perform(effect),
    });
  }

  /** Runs but waits for nothing and nobody: it may sleep when its slot is needed. */
  get isIdle(): boolean {
    const { phase, queue, asks } = this.#state;
    return phase === "idle" && queue.length === 0 && asks.length === 0;
  }

  get lastActivityAt(): number {
    return this.#state.lastActivityAt;
  }

  /** Takes a signal; signals that come while one is being taken wait their turn. */
  deliver(signal: Signal): void {
    this.#mailbox.push(signal);
    if (this.#isStepping) {
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
    const { clock, context, log } = this.#dependencies;
    try {
      for (const effect of step(this.#state, signal, context, clock.now())) {
        this.#perform(effect);
      }
    } catch (error) {
      log.error(`Thread ${this.threadId}: a fault in mm-claude while taking "${signal.type}"`, error);
    }
  }

  /** Ends the process and writes what is left to say. */
  async shutDown(): Promise<void> {
    this.deliver({ type: "shutdown" });
    await Promise.all([...this.#closing, this.#writer.idle()]);
    this.#writer.close();
    this.#removeFiles();
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case "put":
        this.#writer.put(effect.key, effect.markdown, { first: effect.first, isFinal: effect.isFinal });
        break;
      case "repost":
        this.#writer.repost(effect.key);
        break;
      case "forget":
        this.#writer.forget(effect.keys);
        break;
      case "react":
        this.#writer.react(effect.target, effect.emojiName);
        break;
      case "unreact":
        this.#writer.unreact(effect.target, effect.emojiName);
        break;
      case "typing":
        this.#setTyping(effect.isOn);
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
        this.#setTimer(effect.name, effect.ms);
        break;
      case "clearTimer":
        this.#clearTimer(effect.name);
        break;
      case "ended":
        this.#slots.ended(this);
        break;
    }
  }

  #acquireSlot(): void {
    const slot = this.#slots.acquire(this);
    this.#slot = slot;
    this.deliver(slot === undefined ? { type: "slotRefused" } : { type: "slotGranted", slot });
  }

  #releaseSlot(): void {
    if (this.#slot !== undefined) {
      this.#slots.release(this.#slot);
      this.#slot = undefined;
    }
  }

  #start(generation: number, resume: boolean): void {
    const { startClaude, claudePath, context } = this.#dependencies;
    this.#filesDirectory ??= mkdtempSync(join(tmpdir(), "mm-claude-"));
    this.#client = startClaude(
      {
        claudePath,
        directory: context.directory,
        sessionId: this.#sessionId,
        resume,
        extraDirectories: [this.#filesDirectory],
      },
      (event) => this.deliver({ type: "claude", generation, event, ...fileBefore(event, context.directory) }),
    );
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
      filesDirectory: this.#filesDirectory ?? tmpdir(),
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

  #setTimer(name: TimerName, ms: number): void {
    this.#clearTimer(name);
    const timer = this.#dependencies.clock.setTimeout(() => {
      this.#timers.delete(name);
      this.deliver({ type: "timer", name });
    }, ms);
    this.#timers.set(name, timer);
  }

  #clearTimer(name: TimerName): void {
    this.#dependencies.clock.clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }

  #setTyping(isOn: boolean): void {
    const { clock, sendTyping, channelId } = this.#dependencies;
    if (!isOn) {
      clock.clearTimeout(this.#typing);
      this.#typing = undefined;
    } else if (!this.#typing) {
      const again = (): void => {
        sendTyping(channelId, this.threadId);
        this.#typing = clock.setTimeout(again, TYPING_EVERY_MS);
      };
      again();
    }
  }

  #removeFiles(): void {
    if (this.#filesDirectory) {
      rmSync(this.#filesDirectory, { recursive: true, force: true });
      this.#filesDirectory = undefined;
    }
  }
}

/** The text of the file an edit is about, as it is before Claude changes it. */
function fileBefore(event: ClaudeEvent, directory: string): { fileBefore?: string } {
  const tool =
    event.type === "toolUse"
      ? { name: event.name, input: event.input }
      : event.type === "permissionAsked"
        ? { name: event.toolName, input: event.input }
        : undefined;
  const file = tool && editedFile(tool.name, tool.input);
  if (!file) {
    return {};
  }
  try {
    const path = resolve(directory, file);
    const stat = statSync(path);
    // A pipe or a device would block the daemon.
    return stat.isFile() && stat.size <= MAX_DIFF_BYTES ? { fileBefore: readFileSync(path, "utf8") } : {};
  } catch {
    return {};
  }
}
