// The one writer of a Mattermost thread. Writes go out one at a time, in the order they were asked for, and are tried
// until the server accepts them. One that it never accepts is quarantined, and the others go on. A post that changes
// again before it was written is written once, with its newest text. Knows nothing of what the posts say.

import { randomUUID } from "node:crypto";
import { pauseAfter } from "../mattermost/budget.ts";
import type { MattermostApi } from "../mattermost/types.ts";
import { isRecent, type Timer } from "../util/clock.ts";
import { giveUp, probeServer } from "./give-up.ts";
import { Outbox, type WriterContext } from "./outbox.ts";
import { findLostPosts, perform } from "./perform.ts";
import { isRetryable, RetryPolicy } from "./retry-policy.ts";
import type {
  PostKey,
  PutOptions,
  ReactionTarget,
  ThreadWriterOptions,
  Write,
  WriterSnapshot,
} from "./writes.ts";

/** The server knows a `pending_post_id` again for about 30 s (7.10); later a create is not repeated unseen. */
const REMEMBERED_MS = 20_000;
/** What passes as quickly is nobody's worry. */
const QUIET_TRIES = 3;
const RETRY = { baseMs: 500, maxMs: 30_000 };

export class ThreadWriter {
  readonly #options: ThreadWriterOptions;
  readonly #outbox: Outbox;
  readonly #context: WriterContext;
  #running: Promise<void> | undefined;
  /** When the write under way was begun, and whether it has failed. */
  #begunAt = 0;
  #hasFailed = false;
  #isClosed = false;
  #wake: (() => void) | undefined;

  /** `saved`: what another writer of this thread had left to do, from `toJSON`. */
  constructor(options: ThreadWriterOptions, saved?: WriterSnapshot) {
    this.#options = options;
    this.#outbox = new Outbox(
      () => `${options.botId}:${randomUUID()}`,
      () => options.clock.now(),
      () => this.#start(),
    );
    const lose = (reason: string): void => {
      this.close();
      options.onLost(reason);
    };
    this.#context = { outbox: this.#outbox, options, lose };
    if (saved) {
      this.#outbox.restore(saved);
    }
  }

  /** What this writer knows and has left to do. */
  toJSON(): WriterSnapshot {
    return this.#outbox.toJSON();
  }

  /**
   * Makes the post `key` say `markdown`, above `attachment`: creates it as a reply, with `file`, or edits it. A final
   * post is forgotten once it is written.
   */
  put(key: PostKey, markdown: string, options: PutOptions = {}): void {
    this.#outbox.put(key, markdown, options);
  }

  react(target: ReactionTarget, emojiName: string): void {
    this.#outbox.add({ kind: "react", target, emojiName });
  }

  unreact(target: ReactionTarget, emojiName: string): void {
    this.#outbox.add({ kind: "unreact", target, emojiName });
  }

  /** The next `put` of `key` creates a new post. */
  repost(key: PostKey): void {
    this.#outbox.repost(key);
  }

  /** Posts that will never change again need no memory. Writes that wait, or are under way, are still done. */
  forget(keys: readonly PostKey[]): void {
    this.#outbox.forget(keys);
  }

  /** What waits of these posts is urgent now. */
  prioritize(keys: readonly PostKey[]): void {
    this.#outbox.prioritize(keys);
  }

  /**
   * Resolves when everything asked for so far is written or given up. With `patienceMs` also when one write has taken as
   * long: what is left then is in `toJSON`.
   */
  async idle(patienceMs = Infinity): Promise<void> {
    const { clock } = this.#options;
    const since = clock.now();
    while (this.#running) {
      // One that fails already has had its time.
      const from = this.#hasFailed ? this.#begunAt : Math.max(this.#begunAt, since);
      const leftMs = from + patienceMs - clock.now();
      if (leftMs <= 0) {
        return;
      }
      await this.#doneWithin(leftMs);
    }
  }

  async #doneWithin(ms: number): Promise<void> {
    const { clock } = this.#options;
    let timer: Timer | undefined;
    const over = new Promise<void>((resolve) => {
      timer = ms === Infinity ? undefined : clock.setTimeout(resolve, ms);
    });
    await Promise.race([this.#running, over]);
    clock.clearTimeout(timer);
  }

  /** Writes nothing more; what is not written yet stays in `toJSON`. */
  close(): void {
    this.#isClosed = true;
    this.#wake?.();
  }

  #start(): void {
    if (!this.#isClosed) {
      this.#running ??= this.#run();
    }
  }

  async #run(): Promise<void> {
    // Not at once: what is asked for is saved before it is done.
    await Promise.resolve();
    while (!this.#isClosed) {
      const write = this.#outbox.next();
      if (!write) {
        break;
      }
      const isDone = await this.#untilTaken(write);
      const ageMs = write.kind === "put" && isDone ? this.#outbox.ageOf(write) : undefined;
      if (ageMs !== undefined) {
        this.#options.onWritten?.(Math.max(0, ageMs));
      }
      this.#outbox.end(isDone);
    }
    // At the same moment as the last look at the queue: a write that comes later starts a run of its own.
    this.#running = undefined;
  }

  /** False when the writer was closed before. */
  async #untilTaken(write: Write): Promise<boolean> {
    const { api, clock, log, threadId, random = Math.random } = this.#options;
    const slotRequest = { queue: threadId, isUrgent: () => this.#outbox.isUrgent };
    const retryPolicy = new RetryPolicy(this.#outbox.isSecondTry(write));
    const reading = new RetryPolicy(false);
    let since: number | undefined;
    this.#begunAt = clock.now();
    this.#hasFailed = false;
    for (let attempt = 0; !this.#isClosed; attempt++) {
      try {
        // What a post is to say is looked at when it may be written, and not before.
        const isDone = await api.inSlot(slotRequest, async (slotApi) => {
          since ??= clock.now();
          if (!isRecent(since, REMEMBERED_MS, clock.now()) && !this.#isClosed) {
            await this.#findLostPosts(slotApi, reading);
          }
          return this.#try(write, slotApi, retryPolicy);
        });
        if (attempt > QUIET_TRIES) {
          log.info(`Writing to thread ${threadId} goes on.`);
        }
        return isDone;
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        if (!isRetryable(error)) {
          log.error(`Could not write to thread ${threadId}: ${why}`);
          return true;
        }
        this.#hasFailed = true;
        const line = `Writing to thread ${threadId} is delayed: ${why}`;
        attempt === QUIET_TRIES ? log.warn(line) : log.debug(line);
        await this.#pause(pauseAfter(error, attempt, { ...RETRY, random }));
      }
    }
    return false;
  }

  /** False when the writer was closed before. */
  async #try(write: Write, api: MattermostApi, retryPolicy: RetryPolicy): Promise<boolean> {
    if (this.#isClosed) {
      return false;
    }
    try {
      await perform(this.#context, write, api);
    } catch (error) {
      if (!isRetryable(error) || !retryPolicy.noteFailure(error, this.#outbox.hasFileToSend(write))) {
        throw error;
      }
      const isAnswering = await probeServer(this.#context, write, api).catch(() => false);
      if (!retryPolicy.noteProbe(isAnswering)) {
        throw error;
      }
      await giveUp(this.#context, write, error, api);
    }
    return true;
  }

  /** Throws while it is not known what was made: unless it is the reading alone that never succeeds. */
  async #findLostPosts(api: MattermostApi, retryPolicy: RetryPolicy): Promise<void> {
    try {
      await findLostPosts(this.#context, api);
    } catch (error) {
      if (!retryPolicy.noteFailure(error, false)) {
        throw error;
      }
      const isAnswering = await probeServer(this.#context, { kind: "findLost" }, api).catch(() => false);
      if (!retryPolicy.noteProbe(isAnswering)) {
        throw error;
      }
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#options.clock.setTimeout(resolve, ms);
      this.#wake = () => {
        this.#options.clock.clearTimeout(timer);
        resolve();
      };
    });
  }
}
