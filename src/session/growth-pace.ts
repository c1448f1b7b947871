// How soon posts may grow that have grown for a while, of all sessions together. Some grow at the same moment, because to
// wake for each of them costs more; where hundreds of Claudes speak at once, each post grows in longer steps, and the
// server and this machine have time for what is more urgent.

import type { Clock } from "../util/clock.ts";

const SPAN_MS = 100;
/** Up to 160 posts grow each two seconds; 300 of them each 3.75. */
const MOST_IN_SPAN = 8;
/** In spans: nothing waits longer because of others. */
const FURTHEST = 128;
/** So far ahead it is known how many grow when. */
const SPANS = 2 * FURTHEST;

export class GrowthPace {
  readonly #clock: Pick<Clock, "now">;
  /** By the span's number, modulo how many are known. */
  readonly #planned = Array.from({ length: SPANS }, () => ({ span: -1, posts: 0 }));

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  /** In how many milliseconds a post may grow that is to do so in `ms`. */
  delay(ms: number): number {
    const now = this.#clock.now();
    const from = now + ms;
    const first = Math.ceil(from / SPAN_MS);
    let span = first;
    while (this.#plannedIn(span).posts >= MOST_IN_SPAN && span < first + FURTHEST) {
      span++;
    }
    this.#plannedIn(span).posts++;
    return span * SPAN_MS - now;
  }

  #plannedIn(span: number): { posts: number } {
    const at = span % SPANS;
    const known = this.#planned[at];
    if (known?.span === span) {
      return known;
    }
    const fresh = { span, posts: 0 };
    this.#planned[at] = fresh;
    return fresh;
  }
}
