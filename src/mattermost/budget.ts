// Decides when a request may be sent. All threads share one budget, and their queues are served one after the other. It
// learns the server's limit from the server's answers; without a limit it only keeps too many requests from running at
// once. Knows no endpoint.

import { type BackoffOptions, pauseMs } from "../util/backoff.ts";
import type { Clock, Timer } from "../util/clock.ts";
import { Allowance } from "./allowance.ts";
import { MattermostError } from "./error.ts";
import { AT_ONCE_IN_A_QUEUE, RequestQueues, type SlotRequest } from "./request-queues.ts";
import type { ReplyHeaders } from "./transport.ts";

/** What an answer says of the limit. */
export interface LimitAnswer {
  readonly status: number;
  readonly headers: ReplyHeaders;
  readonly retryAfterMs?: number | undefined;
}

const MOST_AT_ONCE = 16;
/** After a refusal that names no time. */
const PAUSE_MS = 1000;
const PAUSE = { baseMs: PAUSE_MS, maxMs: PAUSE_MS };

export class RequestBudget {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #queues = new RequestQueues();
  #atOnce = MOST_AT_ONCE;
  #allowance: Allowance | undefined;
  // Timers, and not points in time to compare with: a clock that is set back must not close the budget for hours.
  #pause: Timer | undefined;
  #refill: Timer | undefined;

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  /** How many requests wait for a slot, and how many have one. */
  get load(): { readonly waiting: number; readonly underWay: number } {
    return { waiting: this.#queues.waiting, underWay: this.#queues.underWay };
  }

  /** Performs it as soon as it has a slot; a slot is meant for one request. */
  async inSlot<T>(slotRequest: SlotRequest, perform: () => Promise<T>): Promise<T> {
    await new Promise<void>((start) => {
      this.#queues.add({ slotRequest, start });
      this.#startWaiting();
    });
    try {
      return await perform();
    } finally {
      this.#queues.end(slotRequest.queue);
      this.#startWaiting();
    }
  }

  learn({ status, headers, retryAfterMs }: LimitAnswer): void {
    const told = Allowance.from(headers, this.#allowance, this.#clock.now());
    // The server may not have counted the others under way yet.
    told?.use(Math.max(0, this.#queues.underWay - 1));
    if (status === 429) {
      this.#allowance = told ?? this.#allowance;
      this.#refused(retryAfterMs);
    } else {
      this.#allowance = told;
      this.#atOnce = Math.min(MOST_AT_ONCE, this.#atOnce + 1);
    }
  }

  #refused(retryAfterMs: number | undefined): void {
    this.#allowance?.exhaust();
    // A server that gives no numbers has its limit found by trying: half as many requests at once, then one more with
    // each good answer. It is halved once for all refusals of requests that ran at the same time, and never so far that
    // one thread could take all slots.
    if (!this.#pause) {
      this.#atOnce = Math.max(AT_ONCE_IN_A_QUEUE, Math.floor(this.#atOnce / 2));
    }
    this.#clock.clearTimeout(this.#pause);
    const ms = pauseMs(0, retryAfterMs ?? PAUSE_MS, { ...PAUSE, random: this.#random });
    this.#pause = this.#clock.setTimeout(() => {
      this.#pause = undefined;
      this.#startWaiting();
    }, ms);
  }

  /** Gives slots to as many of those that wait as may be sent now. */
  #startWaiting(): void {
    this.#clock.clearTimeout(this.#refill);
    this.#refill = undefined;
    while (this.#queues.underWay < this.#atOnce && !this.#pause) {
      const next = this.#queues.next();
      if (!next) {
        return;
      }
      const ms = this.#allowance?.waitMs(next.slotRequest.isUrgent(), this.#clock.now()) ?? 0;
      if (ms > 0) {
        this.#refill = this.#clock.setTimeout(() => this.#startWaiting(), Math.ceil(ms));
        return;
      }
      this.#allowance?.use(1);
      this.#queues.start(next);
    }
  }
}

/**
 * How long to wait after `error` before asking for another slot. After a 429 the budget holds all requests back, with
 * one jitter for all of them: with a jitter of its own, each would miss the moment when the budget opens again.
 */
export function pauseAfter(error: unknown, attempt: number, options: BackoffOptions): number {
  const { code, retryAfterMs } = error instanceof MattermostError ? error : {};
  const isHeldBack = code === "rate-limited" && retryAfterMs !== undefined;
  return pauseMs(attempt, retryAfterMs, isHeldBack ? { ...options, random: () => 0 } : options);
}
