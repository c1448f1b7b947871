// A clock that only moves when a test says so.
import type { Clock, Timer } from "../../src/util/clock.ts";

interface Pending {
  readonly dueAt: number;
  readonly fn: () => void;
}

export interface FakeClock extends Clock {
  /** Moves time on, firing what falls due in order; what those firings start counts too. */
  advance(ms: number): Promise<void>;
  /** The machine sleeps, or its clock is set: the time is another, and no timer has noticed yet. */
  jump(ms: number): void;
  /** Milliseconds until the next timer, or undefined when none is set. */
  nextIn(): number | undefined;
  /** How many timers are set. */
  pending(): number;
}

export function createFakeClock(startMs = 1_700_000_000_000): FakeClock {
  let now = startMs;
  const timers = new Set<Pending>();
  const next = (): Pending | undefined => [...timers].sort((a, b) => a.dueAt - b.dueAt)[0];
  return {
    now: () => now,
    setTimeout(fn, ms): Timer {
      const timer: Pending = { dueAt: now + Math.max(0, ms), fn };
      timers.add(timer);
      return timer;
    },
    clearTimeout(timer) {
      timers.delete(timer as Pending);
    },
    async advance(ms) {
      const until = now + ms;
      await settle();
      for (let due = next(); due !== undefined && due.dueAt <= until; due = next()) {
        timers.delete(due);
        now = Math.max(now, due.dueAt);
        due.fn();
        await settle();
      }
      now = until;
    },
    jump(ms) {
      now += ms;
    },
    nextIn: () => {
      const timer = next();
      return timer === undefined ? undefined : timer.dueAt - now;
    },
    pending: () => timers.size,
  };
}

/** Lets every promise that can settle now do so. */
export async function settle(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}
