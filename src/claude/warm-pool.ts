// Claude Code processes that have answered `initialize` and wait for a new conversation, so that its first message costs
// the model's own time only. Renewed when they are out of date, given up when memory is short. Knows no conversation.

import { type Clock, isRecent, type Timer } from "../util/clock.ts";
import type { Log } from "../util/log.ts";
import type { ClaudeClient, ClaudeEvent, ClaudeStart, StartClaude } from "./types.ts";

/** A process of its own for a new conversation. */
export interface WarmProcess {
  readonly start: ClaudeStart;
  /** From now on its events are the listener's; `ready` comes again if it has come already. */
  assign(listener: (event: ClaudeEvent) => void): ClaudeClient;
}

export interface WarmPool {
  /** Undefined when none waits, or none that is up to date. */
  take(): WarmProcess | undefined;
  /** From now on processes wait. */
  open(): void;
  close(): Promise<void>;
}

export interface WarmPoolOptions {
  /** How many wait. */
  readonly size: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly startClaude: StartClaude;
  /** How the next one is started; throws when there is no place for its files. */
  readonly newStart: () => ClaudeStart;
  /** It was started for nobody: what was made for it can go. */
  readonly unused: (start: ClaudeStart) => void;
  /** Changes with what a process has read at its start; at once. */
  readonly settingsMark: () => string;
  /** The same, for what takes longer to look at. */
  readonly slowMark: () => Promise<string>;
  /** Bytes. */
  readonly freeMemory: () => number;
}

const LOOK_EVERY_MS = 30_000;
const MAX_AGE_MS = 15 * 60_000;
/** The one who has just taken a process shall have the machine for himself. */
const REFILL_AFTER_MS = 3000;
/** A CLI that ends instead of waiting is not started again and again. */
const REST_AFTER_FAILURE_MS = 5 * 60_000;
/** A waiting process takes about 300 MB (2.1.330). */
const ENOUGH_MEMORY = 1024 * 1024 * 1024;
const CLOSE_WITHIN_MS = 1000;

interface Waiting extends WarmProcess {
  readonly client: ClaudeClient;
  readonly since: number;
  readonly settings: string;
  /** Undefined until git has answered. */
  slow: string | undefined;
}

export function createWarmPool(options: WarmPoolOptions): WarmPool {
  const { size, clock, log, startClaude, newStart, unused, settingsMark, slowMark, freeMemory } = options;
  const waiting = new Set<Waiting>();
  const closing = new Set<Promise<void>>();
  let isOpen = false;
  let failedAt = -Infinity;
  let timer: Timer | undefined;

  const lookIn = (ms: number): void => {
    clock.clearTimeout(timer);
    if (isOpen) timer = clock.setTimeout(() => void look(), ms);
  };

  const discard = (one: Waiting, why: string): void => {
    if (!waiting.delete(one)) return;
    log.debug(`a waiting claude is ended: ${why}`);
    const closed = one.client
      .close(CLOSE_WITHIN_MS)
      .catch((error: unknown) => log.warn("A waiting claude could not be ended", error))
      .finally(() => {
        closing.delete(closed);
        unused(one.start);
      });
    closing.add(closed);
  };

  const startOne = (): void => {
    const start = newStart();
    let isReady: ClaudeEvent | undefined;
    let listener = (event: ClaudeEvent): void => {
      if (event.type === "ready") isReady = event;
      // Nobody has said anything yet: whatever else comes, it is of no use.
      else if (event.type === "exited") {
        failedAt = clock.now();
        discard(one, event.stderr);
      }
    };
    const client = startClaude(start, (event) => listener(event));
    const one: Waiting = {
      start,
      client,
      since: clock.now(),
      settings: settingsMark(),
      slow: undefined,
      assign(assignee) {
        listener = assignee;
        const ready = isReady;
        if (ready) queueMicrotask(() => assignee(ready));
        return client;
      },
    };
    waiting.add(one);
    void slowMark().then((mark) => {
      one.slow = mark;
    });
  };

  const fill = (): void => {
    if (!isOpen || isRecent(failedAt, REST_AFTER_FAILURE_MS, clock.now())) return;
    if (freeMemory() < ENOUGH_MEMORY) {
      for (const one of [...waiting]) discard(one, "memory is short");
      return;
    }
    while (waiting.size < size) {
      try {
        startOne();
      } catch (error) {
        failedAt = clock.now();
        log.debug("no claude can wait", error);
        return;
      }
    }
  };

  const look = async (): Promise<void> => {
    const settings = settingsMark();
    const slow = await slowMark();
    for (const one of [...waiting]) {
      if (!isRecent(one.since, MAX_AGE_MS, clock.now())) discard(one, "it has waited for long");
      else if (one.settings !== settings) discard(one, "its settings have changed");
      else if (one.slow !== undefined && one.slow !== slow) discard(one, "its repository has changed");
    }
    fill();
    lookIn(LOOK_EVERY_MS);
  };

  return {
    take() {
      const settings = settingsMark();
      const [first] = waiting;
      lookIn(REFILL_AFTER_MS);
      if (!first) return undefined;
      if (first.settings !== settings) {
        discard(first, "its settings have changed");
        return undefined;
      }
      waiting.delete(first);
      return first;
    },
    open() {
      isOpen = size > 0;
      fill();
      lookIn(LOOK_EVERY_MS);
    },
    async close() {
      isOpen = false;
      clock.clearTimeout(timer);
      for (const one of [...waiting]) discard(one, "mm-claude stops");
      await Promise.all(closing);
    },
  };
}
