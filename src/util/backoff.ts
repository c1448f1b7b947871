// How long to wait before the next try. Full jitter, so that many clients of a server that comes back do
// not all knock at the same moment.

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
