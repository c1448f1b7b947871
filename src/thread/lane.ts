// Writes of a thread that follow each other: one at a time, each tried until the server accepts it. Which they are, the
// outbox says.

import { pauseAfter } from "../mattermost/budget.ts";
import type { MattermostApi } from "../mattermost/types.ts";
import { isRecent, type Timer } from "../util/clock.ts";
import { giveUp, probeServer } from "./give-up.ts";
import { THREAD, type WriterContext } from "./outbox.ts";
import { findLostPosts, perform } from "./perform.ts";
import { isRetryable, RetryPolicy } from "./retry-policy.ts";
import type { Write } from "./writes.ts";

/** The server knows a `pending_post_id` again for about 30 s (7.10); later a create is not repeated unseen. */
const REMEMBERED_MS = 20_000;
/** What passes as quickly is nobody's worry. */
const QUIET_TRIES = 3;
const RETRY = { baseMs: 500, maxMs: 30_000 };

export interface LaneOwner {
  /** After each write. */
  readonly onWritten: () => void;
  /** There is nothing left to do: what comes later is another lane's. */
  readonly onIdle: () => void;
}

export class Lane {
  readonly #name: string;
  readonly #context: WriterContext;
  readonly #owner: LaneOwner;
  readonly #running: Promise<void>;
  /** When the write under way was begun, and whether it has failed. */
  #begunAt = 0;
  #hasFailed = false;
  #isClosed = false;
  #wake: (() => void) | undefined;

  /** Begins. */
  constructor(name: string, context: WriterContext, owner: LaneOwner) {
    this.#name = name;
    this.#context = context;
    this.#owner = owner;
    this.#running = this.#run();
  }

  /**
   * Resolves when all is written, or when the write under way has taken `patienceMs` since `since`. Undefined when it has
   * already.
   */
  idle(since: number, patienceMs: number): Promise<void> | undefined {
    // One that fails already has had its time.
    const from = this.#hasFailed ? this.#begunAt : Math.max(this.#begunAt, since);
    const leftMs = from + patienceMs - this.#context.options.clock.now();
    return leftMs <= 0 ? undefined : this.#doneWithin(leftMs);
  }

  async #doneWithin(ms: number): Promise<void> {
    const { clock } = this.#context.options;
    let timer: Timer | undefined;
    const over = new Promise<void>((resolve) => {
      timer = ms === Infinity ? undefined : clock.setTimeout(resolve, ms);
    });
    await Promise.race([this.#running, over]);
    clock.clearTimeout(timer);
  }

  close(): void {
    this.#isClosed = true;
    this.#wake?.();
  }

  async #run(): Promise<void> {
    const { outbox, options } = this.#context;
    // Not at once: what is asked for is saved before it is done.
    await Promise.resolve();
    while (!this.#isClosed) {
      const write = outbox.next(this.#name);
      if (!write) {
        break;
      }
      const isDone = await this.#untilTaken(write);
      const ageMs = write.kind === "put" && isDone ? outbox.ageOf(write) : undefined;
      if (ageMs !== undefined) {
        options.onWritten?.(Math.max(0, ageMs));
      }
      outbox.end(this.#name, isDone);
      this.#owner.onWritten();
    }
    // At the same moment as the last look at the queue: a write that comes later starts a lane of its own.
    this.#owner.onIdle();
  }

  /** False when the writer was closed before. */
  async #untilTaken(write: Write): Promise<boolean> {
    const { outbox, options } = this.#context;
    const { api, clock, log, threadId, random = Math.random } = options;
    const slotRequest = { queue: threadId, isUrgent: () => outbox.isUrgent };
    const retryPolicy = new RetryPolicy(outbox.isSecondTry(write));
    const reading = new RetryPolicy(false);
    let since: number | undefined;
    this.#begunAt = clock.now();
    this.#hasFailed = false;
    for (let attempt = 0; !this.#isClosed; attempt++) {
      try {
        // What a post is to say is looked at when it may be written, and not before.
        const isDone = await api.inSlot(slotRequest, async (slotApi) => {
          since ??= clock.now();
          // Where no posts are made, those that another lane is making are not lost.
          const mayBeLost = this.#name === THREAD && !isRecent(since, REMEMBERED_MS, clock.now());
          if (mayBeLost && !this.#isClosed) {
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
      if (!isRetryable(error) || !retryPolicy.noteFailure(error, this.#context.outbox.hasFileToSend(write))) {
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
      const timer = this.#context.options.clock.setTimeout(resolve, ms);
      this.#wake = () => {
        this.#context.options.clock.clearTimeout(timer);
        resolve();
      };
    });
  }
}
