// Claude Code processes that have answered `initialize` and wait for a new conversation, so that the first answer takes
// only as long as the model needs. Replaced when they are out of date, ended when memory is short. Knows no
// conversation.

import { type Clock, isRecent, type Timer } from "../util/clock.ts";
import type { Log } from "../util/log.ts";
import type { ClaudeStart, StartClaude } from "./types.ts";
import { WaitingProcess, type WarmProcess } from "./warm-process.ts";

export interface WarmPoolOptions {
  /** How many wait. */
  readonly size: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly startClaude: StartClaude;
  /** How the next one is started; throws when there is no place for its files. */
  readonly newStart: () => ClaudeStart;
  /** It has ended without a conversation: what was made for it can be removed. */
  readonly onUnused: (start: ClaudeStart) => void;
  /** Changes with what a process has read at its start, as far as that is found out at once. */
  readonly settingsFingerprint: () => string;
  /** The same for the repository, and whatever else takes longer; undefined when it can't be found out. */
  readonly repositoryFingerprint: () => Promise<string | undefined>;
  /** Bytes. */
  readonly freeMemory: () => number;
}

const CHECK_EVERY_MS = 30_000;
const MAX_AGE_MS = 15 * 60_000;
/** A conversation that has just taken a process shall have the machine for itself. */
const REFILL_AFTER_MS = 3000;
/** A CLI that ends instead of waiting is not started again and again. */
const PAUSE_AFTER_FAILURE_MS = 5 * 60_000;
/** A waiting process takes about 300 MB (2.1.330). */
const ENOUGH_MEMORY_BYTES = 1024 * 1024 * 1024;
const CLOSE_WITHIN_MS = 1000;

/** When a process was started, and what it has read then. */
interface Age {
  readonly startedAt: number;
  readonly settings: string;
  /** Undefined until git has answered, and where it can't be found out. */
  repository: string | undefined;
}

export class WarmPool {
  readonly #options: WarmPoolOptions;
  readonly #waiting = new Map<WaitingProcess, Age>();
  readonly #closing = new Set<Promise<void>>();
  #isOpen = false;
  #failedAt = -Infinity;
  #timer: Timer | undefined;

  constructor(options: WarmPoolOptions) {
    this.#options = options;
  }

  /** From now on processes wait. */
  open(): void {
    this.#isOpen = this.#options.size > 0;
    this.#fill();
    this.#checkIn(CHECK_EVERY_MS);
  }

  /** Undefined when none waits, or none that is up to date and fits. */
  take(fits: (start: ClaudeStart) => boolean = () => true): WarmProcess | undefined {
    const settings = this.#options.settingsFingerprint();
    const [first] = this.#waiting;
    this.#checkIn(REFILL_AFTER_MS);
    if (!first) {
      return undefined;
    }
    const [one, age] = first;
    if (age.settings !== settings) {
      this.#discard(one, "its settings have changed");
      return undefined;
    }
    if (!fits(one.start)) {
      this.#discard(one, "it was started with other rules or notes");
      return undefined;
    }
    this.#waiting.delete(one);
    return one;
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    this.#options.clock.clearTimeout(this.#timer);
    this.#discardAll("mm-claude stops");
    await Promise.all(this.#closing);
  }

  #checkIn(ms: number): void {
    const { clock } = this.#options;
    clock.clearTimeout(this.#timer);
    if (this.#isOpen) {
      this.#timer = clock.setTimeout(() => void this.#check(), ms);
    }
  }

  async #check(): Promise<void> {
    const settings = this.#options.settingsFingerprint();
    // Of a machine that is away nothing waits, and it is left alone.
    const repository = this.#waiting.size === 0 ? undefined : await this.#options.repositoryFingerprint();
    for (const [one, age] of [...this.#waiting]) {
      if (!isRecent(age.startedAt, MAX_AGE_MS, this.#options.clock.now())) {
        this.#discard(one, "it has waited for long");
      } else if (age.settings !== settings) {
        this.#discard(one, "its settings have changed");
      } else if (isOther(age.repository, repository)) {
        this.#discard(one, "its repository has changed");
      }
    }
    this.#fill();
    this.#checkIn(CHECK_EVERY_MS);
  }

  #fill(): void {
    const { clock, freeMemory, log, size } = this.#options;
    if (!this.#isOpen || isRecent(this.#failedAt, PAUSE_AFTER_FAILURE_MS, clock.now())) {
      return;
    }
    if (freeMemory() < ENOUGH_MEMORY_BYTES) {
      this.#discardAll("memory is short");
      return;
    }
    while (this.#waiting.size < size) {
      try {
        this.#startOne();
      } catch (error) {
        this.#failedAt = clock.now();
        log.debug("no claude can wait", error);
        return;
      }
    }
  }

  #startOne(): void {
    const { clock, newStart, repositoryFingerprint, settingsFingerprint, startClaude } = this.#options;
    const one = WaitingProcess.launch(newStart(), startClaude, (stderr) => {
      // One that we have ended ends as well.
      if (this.#waiting.has(one)) {
        this.#failedAt = clock.now();
        this.#discard(one, stderr);
      }
    });
    const age: Age = { startedAt: clock.now(), settings: settingsFingerprint(), repository: undefined };
    this.#waiting.set(one, age);
    void repositoryFingerprint().then((fingerprint) => {
      age.repository = fingerprint;
    });
  }

  #discardAll(why: string): void {
    for (const one of [...this.#waiting.keys()]) {
      this.#discard(one, why);
    }
  }

  #discard(one: WaitingProcess, why: string): void {
    if (!this.#waiting.delete(one)) {
      return;
    }
    const { log, onUnused } = this.#options;
    log.debug(`a waiting claude is ended: ${why}`);
    const closed = one
      .close(CLOSE_WITHIN_MS)
      .catch((error: unknown) => log.warn("A waiting claude could not be ended", error))
      .finally(() => {
        this.#closing.delete(closed);
        onUnused(one.start);
      });
    this.#closing.add(closed);
  }
}

/** Of two that are known. */
function isOther(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other;
}
