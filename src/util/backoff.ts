// How long to wait before the next try: as long as the server asked for, else longer and longer. With jitter, so that
// many clients of a server that comes back do not all knock at the same moment.

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

/** Nobody waits longer than that because a server or proxy asked for it. */
export const LONGEST_RETRY_AFTER_MS = 60_000;
/** What is shorter asks for nothing: a try in the next moment would be one of thousands. */
const SHORTEST_RETRY_AFTER_MS = 100;

/**
 * The one rule for pauses: what the server asked for (`Retry-After`) is the pause, with up to half of it as jitter, and
 * not added to anything; where it asked for nothing, the pause grows with every attempt.
 */
export function pauseMs(attempt: number, retryAfterMs: number | undefined, options: BackoffOptions): number {
  if (retryAfterMs === undefined || retryAfterMs < SHORTEST_RETRY_AFTER_MS) {
    return backoffMs(attempt, options);
  }
  return Math.round(Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS) * (1 + options.random() / 2));
}
