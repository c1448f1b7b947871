// Time as an argument: code that waits gets a Clock, so that tests need no sleeps.

export type Timer = object;

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  setTimeout(fn: () => void, ms: number): Timer;
  /** Does nothing for a timer that has fired, or for undefined. */
  clearTimeout(timer: Timer | undefined): void;
}

/**
 * Whether less than `ms` have passed since `since`. False when the clock was set back to before that: it isn't known
 * then.
 */
export function isRecent(since: number, ms: number, now: number): boolean {
  return now >= since && now - since < ms;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (fn, ms) => setTimeout(fn, ms),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout | undefined),
};
