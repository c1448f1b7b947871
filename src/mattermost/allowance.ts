// What the server's rate limit still allows, read from its answers: a number of requests that grows again with time.
// Knows nothing of who sends them.

import type { ReplyHeaders } from "./transport.ts";

/** This part of the limit is kept for what is urgent. */
const RESERVE = 0.25;
/** A longer one is no duration: some proxies name a point in time. */
const LONGEST_RESET_SECONDS = 300;

export class Allowance {
  readonly #limit: number;
  readonly #perMs: number;
  #left: number;
  /** When `#left` was computed. */
  #at: number;

  private constructor(limit: number, left: number, perMs: number, now: number) {
    this.#limit = limit;
    this.#left = left;
    this.#perMs = perMs;
    this.#at = now;
  }

  /**
   * Undefined when the answer names no limit. Reset: seconds until the whole limit is available again, rounded up
   * (7.10).
   */
  static from(headers: ReplyHeaders, known: Allowance | undefined, now: number): Allowance | undefined {
    const limit = numberIn(headers, "x-ratelimit-limit");
    const left = numberIn(headers, "x-ratelimit-remaining");
    const resetSeconds = numberIn(headers, "x-ratelimit-reset");
    if (!limit || left === undefined || resetSeconds === undefined) {
      return undefined;
    }
    // The rounding usually makes the rate too slow and hardly ever too fast. So of several rates the fastest is the
    // most accurate.
    const seconds = Math.min(Math.max(1, resetSeconds), LONGEST_RESET_SECONDS);
    const perMs = Math.max(1, limit - left) / (seconds * 1000);
    const knownPerMs = known && known.#limit === limit ? known.#perMs : 0;
    return new Allowance(limit, left, Math.max(perMs, knownPerMs), now);
  }

  /** How long until the limit allows another request. */
  waitMs(isUrgent: boolean, now: number): number {
    this.#left = Math.min(this.#limit, this.#left + Math.max(0, now - this.#at) * this.#perMs);
    this.#at = now;
    const needed = isUrgent ? 1 : 1 + Math.floor((this.#limit - 1) * RESERVE);
    return Math.max(0, (needed - this.#left) / this.#perMs);
  }

  /** That many requests are sent, or were on their way when the server counted. */
  use(count: number): void {
    this.#left -= count;
  }

  /** The server has refused a request. */
  exhaust(): void {
    this.#left = Math.min(this.#left, 0);
  }
}

/** Good answers carry the value twice: `11, 11` (7.10). */
function numberIn(headers: ReplyHeaders, name: string): number | undefined {
  const [first = ""] = headers.get(name)?.split(",") ?? [];
  return /^\d{1,9}$/.test(first.trim()) ? Number(first) : undefined;
}
