// The audit trails of the channels that are served. Each is opened by its first record, or soon after the start: to look
// at those of hundreds of channels at once would hold up all else.

import type { AuditEntry } from "../audit/record.ts";
import type { AuditTrail } from "../audit/trail.ts";
import type { ChannelId } from "../mattermost/types.ts";
import type { Clock } from "../util/clock.ts";

type Appending = Pick<AuditTrail, "append">;

/** To open one takes some tenths of a millisecond, and as soon as a start is done the first turns begin. */
const PACE_MS = 20;

export interface AuditTrailsOptions {
  readonly open: (channelId: ChannelId) => Appending;
  /** Told of each record. */
  readonly onAppended?: (entry: AuditEntry) => void;
  readonly clock: Clock;
}

export class AuditTrails {
  readonly #options: AuditTrailsOptions;
  readonly #waiting = new Set<LazyTrail>();
  #isOpening = false;

  constructor(options: AuditTrailsOptions) {
    this.#options = options;
  }

  of(channelId: ChannelId): Appending {
    const trail = new LazyTrail(channelId, this);
    this.#waiting.add(trail);
    this.#openNext();
    return trail;
  }

  /** For the first record, or since it is the next one's turn. */
  open(trail: LazyTrail): Appending {
    this.#waiting.delete(trail);
    return this.#options.open(trail.channelId);
  }

  appended(entry: AuditEntry): void {
    this.#options.onAppended?.(entry);
  }

  /** One at a time, with all else that happens in between. */
  #openNext(): void {
    if (this.#isOpening || this.#waiting.size === 0) {
      return;
    }
    this.#isOpening = true;
    this.#options.clock.setTimeout(() => {
      this.#isOpening = false;
      const [next] = this.#waiting;
      next?.open();
      this.#openNext();
    }, PACE_MS);
  }
}

/** A class, since there is one for each channel: closures would take several times the memory. */
class LazyTrail implements Appending {
  readonly channelId: ChannelId;
  readonly #trails: AuditTrails;
  #opened: Appending | undefined;

  constructor(channelId: ChannelId, trails: AuditTrails) {
    this.channelId = channelId;
    this.#trails = trails;
  }

  open(): Appending {
    this.#opened ??= this.#trails.open(this);
    return this.#opened;
  }

  append(entry: AuditEntry): void {
    this.open().append(entry);
    this.#trails.appended(entry);
  }
}
