// The timers of one session, by name, and the notice that somebody is typing, which has to be repeated.

import type { Clock, Timer } from "../util/clock.ts";
import type { SessionDependencies } from "./dependencies.ts";
import type { GrowthPace } from "./growth-pace.ts";
import type { TimerName } from "./signals.ts";
import type { Effect } from "./types.ts";

/** Clients show "is typing" for about 5 s after each notice. */
const TYPING_EVERY_MS = 4000;

export class SessionTimers {
  readonly #clock: Clock;
  readonly #growthPace: Pick<GrowthPace, "delay"> | undefined;
  readonly #onTimer: (name: TimerName) => void;
  readonly #sendTyping: () => void;
  readonly #timers = new Map<TimerName, Timer>();
  #typing: Timer | undefined;

  constructor(
    { clock, growthPace }: Pick<SessionDependencies, "clock" | "growthPace">,
    onTimer: (name: TimerName) => void,
    sendTyping: () => void,
  ) {
    this.#clock = clock;
    this.#growthPace = growthPace;
    this.#onTimer = onTimer;
    this.#sendTyping = sendTyping;
  }

  get areNone(): boolean {
    return this.#timers.size === 0 && this.#typing === undefined;
  }

  /** Replaces the timer of that name. */
  set(name: TimerName, ms: number): void {
    this.clear(name);
    const timer = this.#clock.setTimeout(() => {
      this.#timers.delete(name);
      this.#onTimer(name);
    }, ms);
    this.#timers.set(name, timer);
  }

  clear(name: TimerName): void {
    this.#clock.clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }

  clearAll(): void {
    for (const name of [...this.#timers.keys()]) {
      this.clear(name);
    }
    this.setTyping(false);
  }

  /** False when it is no effect of theirs. */
  perform(effect: Effect): boolean {
    switch (effect.type) {
      case "typing":
        this.setTyping(effect.isOn);
        return true;
      case "setTimer":
        this.set(effect.name, effect.isPatient ? this.#patient(effect.ms) : effect.ms);
        return true;
      case "clearTimer":
        this.clear(effect.name);
        return true;
      default:
        return false;
    }
  }

  #patient(ms: number): number {
    return this.#growthPace?.delay(ms) ?? ms;
  }

  setTyping(isOn: boolean): void {
    if (!isOn) {
      this.#clock.clearTimeout(this.#typing);
      this.#typing = undefined;
    } else if (!this.#typing) {
      const again = (): void => {
        this.#typing = this.#clock.setTimeout(again, TYPING_EVERY_MS);
        this.#sendTyping();
      };
      again();
    }
  }
}
