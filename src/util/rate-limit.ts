// How often something may happen for each key: some at once, then one in each interval. Time is an argument.

import { BoundedMap } from "./bounded-map.ts";

export interface RateLimitOptions {
  /** How many at once, when none has happened for a while. */
  readonly burst: number;
  /** The interval in which one more is allowed. */
  readonly everyMs: number;
  /** How many keys are remembered. */
  readonly keys?: number;
}

interface Bucket {
  readonly left: number;
  readonly at: number;
}

export class RateLimit {
  readonly #options: RateLimitOptions;
  readonly #buckets: BoundedMap<string, Bucket>;

  constructor(options: RateLimitOptions) {
    this.#options = options;
    this.#buckets = new BoundedMap(options.keys ?? 1000);
  }

  /**
   * Takes one if the limit allows it, and tells whether it does. `at` in milliseconds. When `at` is before the last
   * one, because a clock was set back, no time has passed and time counts on from `at`: nobody waits until the clock
   * has caught up.
   */
  tryTake(key: string, at: number): boolean {
    const { burst, everyMs } = this.#options;
    const before = this.#buckets.get(key) ?? { left: burst, at };
    const left = Math.min(burst, before.left + Math.max(0, at - before.at) / everyMs);
    const isWithin = left >= 1;
    this.#buckets.set(key, { left: isWithin ? left - 1 : left, at });
    return isWithin;
  }

  /** The last one that was taken was not used. */
  giveBack(key: string): void {
    const bucket = this.#buckets.get(key);
    if (bucket) {
      this.#buckets.set(key, { ...bucket, left: bucket.left + 1 });
    }
  }
}
