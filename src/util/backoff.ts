// How long to wait before the next try: as long as the server asked for, else longer with each try. With jitter, so
// that the clients of a server that is available again do not all send their requests at the same moment.

export interface BackoffOptions {
  readonly baseMs: number;
  readonly maxMs: number;
  /** 0 ≤ value < 1, as Math.random gives it. */
  readonly random: () => number;
}

/** `attempt` counts from 0; the answer is between 0 and `baseMs * 2 ** attempt`, at most `maxMs`. */
export function backoffMs(attempt: number, { baseMs, maxMs, random }: BackoffOptions): number {
  return Math.round(random() * Math.min(maxMs, baseMs * 2 ** attempt));
}

/** The longest wait that a server or proxy can ask for. */
export const LONGEST_RETRY_AFTER_MS = 60_000;
/** A shorter time counts as none: the next tries would follow at once, by the thousands. */
const SHORTEST_RETRY_AFTER_MS = 100;

/**
 * The one rule for pauses: what the server asked for (`Retry-After`), with up to half of that as jitter and nothing
 * else added; where it asked for nothing, the pause grows with every attempt.
 */
export function pauseMs(attempt: number, retryAfterMs: number | undefined, options: BackoffOptions): number {
  if (retryAfterMs === undefined || retryAfterMs < SHORTEST_RETRY_AFTER_MS) {
    return backoffMs(attempt, options);
  }
  return Math.round(Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS) * (1 + options.random() / 2));
}
