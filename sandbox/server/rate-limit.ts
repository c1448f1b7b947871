// Mattermost's rate limit (GCRA, as in its `throttled` library): so many requests a second, with a burst. Knows keys
// and time, not requests.
import { BoundedMap } from "./bounded-map.ts";

export interface RateLimit {
  readonly perSecond: number;
  readonly burst: number;
}

export interface Verdict {
  readonly isLimited: boolean;
  /** Name and value of each header the server sends. */
  readonly headers: readonly (readonly [string, string])[];
}

export function createRateLimiter(limit: RateLimit, now: () => number): (key: string) => Verdict {
  const intervalMs = 1000 / limit.perSecond;
  const toleranceMs = intervalMs * (limit.burst + 1);
  /** When a key's allowance is whole again. */
  const wholeAt = new BoundedMap<string, number>(10_000);
  return (key) => {
    const at = now();
    const before = Math.max(at, wholeAt.get(key) ?? 0);
    const next = before + intervalMs;
    const waitMs = next - toleranceMs - at;
    const isLimited = waitMs > 0;
    if (!isLimited) wholeAt.set(key, next);
    const usedMs = (isLimited ? before : next) - at;
    const values = [
      ["X-RateLimit-Limit", limit.burst + 1],
      ["X-RateLimit-Remaining", Math.max(0, Math.floor((toleranceMs - usedMs) / intervalMs))],
      ["X-RateLimit-Reset", Math.ceil(usedMs / 1000)],
      ...(isLimited ? [["Retry-After", Math.ceil(waitMs / 1000)] as const] : []),
    ] as const;
    return {
      isLimited,
      // Seen on 7.10: good answers carry each value twice.
      headers: values.map(([name, value]) => [name, isLimited ? `${value}` : `${value}, ${value}`]),
    };
  };
}
