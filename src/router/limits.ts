// Limits how much people can make mm-claude do: how many messages and reactions it takes of one person and in one
// thread, and how often it answers those who have no right. Stopping is never limited. Each `tryTake…` takes one from
// an allowance, and is false when nothing is left of it.

import type { ThreadId, UserId } from "../mattermost/types.ts";
import { RateLimit, type RateLimitOptions } from "../util/rate-limit.ts";
import type { Route } from "./route.ts";

const HOUR_MS = 3_600_000;

const LIMITS = {
  /** Nobody types faster for long; a pasted series passes. */
  person: { burst: 40, everyMs: 1500 },
  /** What a failing build, or another bot that answers each post, may cost before somebody looks. */
  bot: { burst: 10, everyMs: 5 * 60_000 },
  thread: { burst: 80, everyMs: 750 },
  unlisted: { burst: 40, everyMs: 1500 },
  reactions: { burst: 60, everyMs: 1000 },
  /** Once per person and hour, and not too many persons either. */
  refusal: { burst: 1, everyMs: HOUR_MS },
  refusals: { burst: 20, everyMs: 60_000, keys: 1 },
  answer: { burst: 3, everyMs: 20_000 },
  warning: { burst: 1, everyMs: 60_000 },
} as const satisfies Readonly<Record<string, RateLimitOptions>>;

export class Limits {
  /** Made when they are first asked: a channel needs few of them. */
  readonly #made: Partial<Record<keyof typeof LIMITS, RateLimit>> = {};

  /**
   * For what a person wrote. `at`: when it was written, so that what is read at once after a gap counts as it was
   * written.
   */
  tryTakePost(
    decided: Route,
    by: UserId,
    isListed: boolean,
    threadId: ThreadId,
    at: number,
    isBot = false,
  ): boolean {
    if (decided.kind === "deliver" && isStop(decided)) {
      return true;
    }
    // Those who are not listed have a limit of their own: however many they are, the listed people are still heard.
    return (
      this.#of(isBot ? "bot" : "person").tryTake(by, at) &&
      this.#of(isListed ? "thread" : "unlisted").tryTake(threadId, at)
    );
  }

  tryTakeReaction(by: UserId, emojiName: string, now: number): boolean {
    return STOPS.has(emojiName) || this.#of("reactions").tryTake(by, now);
  }

  tryTakeRefusal(by: UserId, now: number): boolean {
    if (!this.#of("refusal").tryTake(by, now)) {
      return false;
    }
    const isWithin = this.#of("refusals").tryTake("", now);
    if (!isWithin) {
      this.#of("refusal").giveBack(by);
    }
    return isWithin;
  }

  /** For a remark on what somebody wrote, such as that it was empty. */
  tryTakeRemark(by: UserId, now: number): boolean {
    return this.#of("answer").tryTake(by, now);
  }

  /** For the warning that something was not taken. */
  tryTakeWarning(by: UserId, now: number): boolean {
    return this.#of("warning").tryTake(by, now);
  }

  #of(name: keyof typeof LIMITS): RateLimit {
    const made = this.#made[name] ?? new RateLimit(LIMITS[name]);
    this.#made[name] = made;
    return made;
  }
}

/** Reactions that end a session. */
export const ENDS: ReadonlySet<string> = new Set(["x", "octagonal_sign"]);

/** Reactions that end a session or interrupt its turn, on whatever post of the thread. */
export const STOPS: ReadonlySet<string> = new Set([...ENDS, "double_vertical_bar"]);

function isStop({ signal }: Route & { readonly kind: "deliver" }): boolean {
  return signal.type === "command" && ["stop", "interrupt"].includes(signal.command.name);
}
