// How often something may happen for each key: so many at once, then one each so often. Time is an argument.

import { BoundedMap } from "./bounded-map.ts";

export interface RateLimitOptions {
  /** At once, after a rest. */
  readonly burst: number;
  /** Then one each. */
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
   * Counts it, and says whether it is within the limit. `at` in milliseconds; one before the last gives nothing, and time
   * counts on from it: a clock that was set back limits nobody until it is there again.
   */
  take(key: string, at: number): boolean {
    const { burst, everyMs } = this.#options;
    const before = this.#buckets.get(key) ?? { left: burst, at };
    const left = Math.min(burst, before.left + Math.max(0, at - before.at) / everyMs);
    const isWithin = left >= 1;
    this.#buckets.set(key, { left: isWithin ? left - 1 : left, at });
    return isWithin;
  }

  /** What was taken last did not happen after all. */
  giveBack(key: string): void {
    const bucket = this.#buckets.get(key);
    if (bucket) {
      this.#buckets.set(key, { ...bucket, left: bucket.left + 1 });
    }
  }
}
