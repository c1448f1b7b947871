// The audit trails of the channels that are served. Each is opened by its first record, or soon after the start: to look
// at those of hundreds of channels at once would hold up all else.

import type { AuditTrail } from "../audit/trail.ts";
import type { ChannelId } from "../mattermost/types.ts";
import type { Clock } from "../util/clock.ts";

type Appending = Pick<AuditTrail, "append">;

/** To open one takes some tenths of a millisecond, and as soon as a start is done the first turns begin. */
const PACE_MS = 20;

export class AuditTrails {
  readonly #open: (channelId: ChannelId) => Appending;
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();
  #isOpening = false;

  constructor(open: (channelId: ChannelId) => Appending, clock: Clock) {
    this.#open = open;
    this.#clock = clock;
  }

  of(channelId: ChannelId): Appending {
    let trail: Appending | undefined;
    const open = (): Appending => {
      this.#waiting.delete(open);
      trail ??= this.#open(channelId);
      return trail;
    };
    this.#waiting.add(open);
    this.#openNext();
    return { append: (entry) => open().append(entry) };
  }

  /** One at a time, with all else that happens in between. */
  #openNext(): void {
    if (this.#isOpening || this.#waiting.size === 0) {
      return;
    }
    this.#isOpening = true;
    this.#clock.setTimeout(() => {
      this.#isOpening = false;
      const [next] = this.#waiting;
      next?.();
      this.#openNext();
    }, PACE_MS);
  }
}
