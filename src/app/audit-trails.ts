// The audit trails of the channels that are served. Each is opened by its first record, or soon after the start: to look
// at those of hundreds of channels at once would hold up all else.

import type { AuditTrail } from "../audit/trail.ts";
import type { ChannelId } from "../mattermost/types.ts";

type Appending = Pick<AuditTrail, "append">;

export class AuditTrails {
  readonly #open: (channelId: ChannelId) => Appending;
  readonly #waiting = new Set<() => void>();
  #isOpening = false;

  constructor(open: (channelId: ChannelId) => Appending) {
    this.#open = open;
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
    if (this.#isOpening) {
      return;
    }
    this.#isOpening = true;
    setImmediate(() => {
      this.#isOpening = false;
      const [next] = this.#waiting;
      if (next) {
        next();
        this.#openNext();
      }
    });
  }
}
