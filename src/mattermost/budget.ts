// How much may be asked of the server, and who may ask next: one budget for all threads, served in turn, learned from
// what the server says of its limit. Without a limit it holds back nothing but too many requests at once. Knows no
// endpoint.

import { type BackoffOptions, pauseMs } from "../util/backoff.ts";
import type { Clock, Timer } from "../util/clock.ts";
import { MattermostError } from "./error.ts";
import type { ReplyHeaders } from "./transport.ts";

export interface SlotRequest {
  /** Who asks; queues take turns. A thread's id as a rule. */
  readonly queue: string;
  /** Looked at again each time a turn is given away: what waits may become urgent. */
  readonly isUrgent: () => boolean;
}

export interface Budget {
  /** Performs it when it is its turn; a turn is meant for one request. */
  inSlot<T>(slotRequest: SlotRequest, perform: () => Promise<T>): Promise<T>;
  /** Takes note of what an answer says of the limit. */
  learn(answer: {
    readonly status: number;
    readonly headers: ReplyHeaders;
    readonly retryAfterMs?: number;
  }): void;
}

const AT_ONCE = 16;
const AT_ONCE_IN_A_QUEUE = 4;
/** This part of the limit is kept for what is urgent. */
const RESERVE = 0.25;
/** After a refusal that names no time. */
const PAUSE_MS = 1000;
const PAUSE = { baseMs: PAUSE_MS, maxMs: PAUSE_MS };
/** What is longer is no duration: some proxies name a point in time. */
const LONGEST_RESET_SECONDS = 300;

/** The server's limit as far as it is known: so many requests, growing back by and by. */
interface Allowance {
  readonly limit: number;
  left: number;
  perMs: number;
  /** When `left` was true. */
  at: number;
}

interface Waiting {
  readonly slotRequest: SlotRequest;
  readonly go: () => void;
}

export function createBudget(clock: Clock, random: () => number): Budget {
  /** In the order in which the queues are served. */
  const waiting = new Map<string, Waiting[]>();
  const running = new Map<string, number>();
  let total = 0;
  let atOnce = AT_ONCE;
  let allowance: Allowance | undefined;
  // Not points in time to compare with: a clock that is set back must not close the budget for hours.
  let pause: Timer | undefined;
  let refill: Timer | undefined;

  /** How long until a request may be sent as far as the server's limit goes. */
  const waitMs = (isUrgent: boolean): number => {
    if (!allowance) return 0;
    const now = clock.now();
    const { limit, perMs, at } = allowance;
    allowance.left = Math.min(limit, allowance.left + Math.max(0, now - at) * perMs);
    allowance.at = now;
    const needed = isUrgent ? 1 : 1 + Math.floor((limit - 1) * RESERVE);
    return Math.max(0, (needed - allowance.left) / perMs);
  };

  const next = (isUrgent: boolean): Waiting | undefined => {
    for (const [queue, [first]] of waiting) {
      if (
        first &&
        (running.get(queue) ?? 0) < AT_ONCE_IN_A_QUEUE &&
        first.slotRequest.isUrgent() === isUrgent
      )
        return first;
    }
    return undefined;
  };

  const enter = ({ slotRequest: { queue }, go }: Waiting): void => {
    const [, ...rest] = waiting.get(queue) ?? [];
    // Taken out and put in again: the other queues come first now.
    waiting.delete(queue);
    if (rest.length > 0) waiting.set(queue, rest);
    running.set(queue, (running.get(queue) ?? 0) + 1);
    total++;
    if (allowance) allowance.left--;
    go();
  };

  const admit = (): void => {
    clock.clearTimeout(refill);
    refill = undefined;
    while (total < atOnce && !pause) {
      const first = next(true) ?? next(false);
      if (!first) return;
      const ms = waitMs(first.slotRequest.isUrgent());
      if (ms > 0) {
        refill = clock.setTimeout(admit, Math.ceil(ms));
        return;
      }
      enter(first);
    }
  };

  const leave = (queue: string): void => {
    const left = (running.get(queue) ?? 0) - 1;
    if (left > 0) running.set(queue, left);
    else running.delete(queue);
    total--;
    admit();
  };

  return {
    async inSlot(slotRequest, perform) {
      await new Promise<void>((go) => {
        const entry = { slotRequest, go };
        const line = waiting.get(slotRequest.queue);
        if (line) line.push(entry);
        else waiting.set(slotRequest.queue, [entry]);
        admit();
      });
      try {
        return await perform();
      } finally {
        leave(slotRequest.queue);
      }
    },

    learn({ status, headers, retryAfterMs }) {
      const heard = allowanceIn(headers, allowance, clock.now());
      // The others under way may not be counted in it yet.
      if (heard) heard.left -= Math.max(0, total - 1);
      if (status !== 429) {
        allowance = heard;
        atOnce = Math.min(AT_ONCE, atOnce + 1);
        return;
      }
      allowance = heard ?? allowance;
      if (allowance) allowance.left = Math.min(allowance.left, 0);
      // A limit that names no numbers is felt for: half as many at once, then more. Once for all that was under way, and
      // never so few that a refusal of one thread's would be a pause for every other.
      if (!pause) atOnce = Math.max(AT_ONCE_IN_A_QUEUE, Math.floor(atOnce / 2));
      clock.clearTimeout(pause);
      const ms = pauseMs(0, retryAfterMs ?? PAUSE_MS, { ...PAUSE, random });
      pause = clock.setTimeout(() => {
        pause = undefined;
        admit();
      }, ms);
    },
  };
}

/**
 * How long whoever got `error` waits before asking for another turn. After a 429 the budget holds all of them back, with
 * one jitter for all: with more of its own each would miss the moment in which it opens.
 */
export function pauseAfter(error: unknown, attempt: number, options: BackoffOptions): number {
  const { code, retryAfterMs } = error instanceof MattermostError ? error : {};
  const isHeldBack = code === "rate-limited" && retryAfterMs !== undefined;
  return pauseMs(attempt, retryAfterMs, isHeldBack ? { ...options, random: () => 0 } : options);
}

/** Undefined when the answer names no limit. Reset: seconds until the whole of it is there again, rounded up (7.10). */
function allowanceIn(
  headers: ReplyHeaders,
  known: Allowance | undefined,
  now: number,
): Allowance | undefined {
  const limit = numberIn(headers, "x-ratelimit-limit");
  const left = numberIn(headers, "x-ratelimit-remaining");
  const resetSeconds = numberIn(headers, "x-ratelimit-reset");
  if (!limit || left === undefined || resetSeconds === undefined) return undefined;
  // Rounding makes it too slow as a rule and hardly ever too fast: of several, the fastest is nearest.
  const seconds = Math.min(Math.max(1, resetSeconds), LONGEST_RESET_SECONDS);
  const perMs = Math.max(1, limit - left) / (seconds * 1000);
  return { limit, left, perMs: Math.max(perMs, known?.limit === limit ? known.perMs : 0), at: now };
}

/** Good answers carry the value twice: `11, 11` (7.10). */
function numberIn(headers: ReplyHeaders, name: string): number | undefined {
  const [first = ""] = headers.get(name)?.split(",") ?? [];
  return /^\d{1,9}$/.test(first.trim()) ? Number(first) : undefined;
}
