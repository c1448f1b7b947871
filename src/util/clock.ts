// Time as an argument: whatever waits takes a Clock, so that tests need no sleeps.

export type Timer = object;

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  setTimeout(fn: () => void, ms: number): Timer;
  /** A timer that has fired, or none at all, is fine. */
  clearTimeout(timer: Timer | undefined): void;
}

/** Whether less than `ms` have passed since `since`. Not so where the clock was set back behind that: nobody knows then. */
export function isRecent(since: number, ms: number, now: number): boolean {
  return now >= since && now - since < ms;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (fn, ms) => setTimeout(fn, ms),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout | undefined),
};
