// The system's clock, put forward by hand: what is due by then happens at once. Beside it time goes on as ever.

import { type Clock, systemClock, type Timer } from "../../src/util/clock.ts";

interface ForwardClock extends Clock {
  forward(ms: number): void;
}

interface Waiting {
  readonly dueAt: number;
  readonly fire: () => void;
  timer: Timer;
}

export function createForwardClock(): ForwardClock {
  let ahead = 0;
  const waiting = new Set<Waiting>();
  const now = (): number => systemClock.now() + ahead;
  return {
    now,
    setTimeout(fn, ms) {
      const fire = (): void => {
        waiting.delete(one);
        fn();
      };
      const one: Waiting = { dueAt: now() + ms, fire, timer: systemClock.setTimeout(fire, ms) };
      waiting.add(one);
      return one;
    },
    clearTimeout(timer) {
      const one = [...waiting].find((candidate) => candidate === timer);
      if (one) {
        waiting.delete(one);
        systemClock.clearTimeout(one.timer);
      }
    },
    forward(ms) {
      ahead += ms;
      for (const one of waiting) {
        systemClock.clearTimeout(one.timer);
        one.timer = systemClock.setTimeout(one.fire, Math.max(0, one.dueAt - now()));
      }
    },
  };
}
