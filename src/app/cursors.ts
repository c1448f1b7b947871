// How far each channel was heard, as it is kept in the state folder: a document for each channel. However many channels
// there are, a few of these are written at a time, so that no session waits long for the disk.

import type { Channel, ChannelId } from "../mattermost/types.ts";
import { type Cursor, type CursorKeeper, decodeCursor, encodeCursor } from "../router/cursor.ts";
import type { DocumentStore } from "../store/document-store.ts";
import type { Clock, Timer } from "../util/clock.ts";

/**
 * Not saved with each post, because to replace a file takes at least a third of a millisecond. After a crash, what was
 * heard since then is read again, and a session knows the posts it has taken.
 */
const SOON_MS = 250;
/** Between two rounds, when more waits than is written in one. */
const PACE_MS = 500;
/** Of channels in which something was heard: as many as the store writes at the same time. */
const AT_ONCE = 4;

const GAP_LOST = "what was said in the channel while mm-claude did not run is not heard";

export const cursorName = (channelId: ChannelId): string => `cursor-${channelId}`;

export class Cursors {
  readonly #folder: Pick<DocumentStore, "read" | "change" | "saved" | "allSaved" | "quarantine">;
  readonly #clock: Clock;
  /** By document, the longest waiting first. Without these something would be heard again, or not at all. */
  readonly #pressing = new Map<string, Cursor>();
  /** These say only that nothing older comes any more: without them a start reads more than it has to. */
  readonly #others = new Map<string, Cursor>();
  /** Of channels of which nothing is kept yet. */
  readonly #first = new Set<string>();
  #timer: Timer | undefined;
  #writing: Promise<void> | undefined;
  #isFlushing = false;

  constructor(folder: DocumentStore, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
  }

  of(channel: Channel): CursorKeeper {
    return new ChannelCursor(channel, this);
  }

  /** Undefined when none is kept, or when it can't be used. */
  read(name: string): Cursor | undefined {
    const found = this.#folder.read(name, GAP_LOST);
    const kept = decodeCursor(found);
    if (found !== undefined && !kept) {
      this.#folder.quarantine(name, "it doesn't say how far the channel was heard", GAP_LOST);
    }
    return kept;
  }

  save(name: string, cursor: Cursor, isFirst: boolean): void {
    if (isFirst) {
      this.#first.add(name);
    }
    this.#put(name, cursor, isFirst || cursor.isComplete !== true);
    if (isFirst && this.#timer === undefined) {
      this.#writing ??= this.#write();
    }
    this.#schedule(SOON_MS);
  }

  /** Resolves when it is kept of each channel where it began to be heard. */
  async begun(): Promise<void> {
    while (this.#first.size > 0) {
      this.#writing ??= this.#write();
      await this.#writing;
    }
  }

  /** All that waits, of all channels: it is the end. */
  flush(): Promise<void> {
    this.#isFlushing = true;
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing ??= this.#write();
    return this.#writing;
  }

  #put(name: string, cursor: Cursor, isPressing: boolean): void {
    if (isPressing || this.#pressing.has(name)) {
      this.#others.delete(name);
      this.#pressing.set(name, cursor);
    } else {
      this.#others.set(name, cursor);
    }
  }

  #schedule(ms: number): void {
    if (this.#isWaiting && this.#writing === undefined) {
      this.#timer ??= this.#clock.setTimeout(() => {
        this.#timer = undefined;
        this.#writing ??= this.#write();
      }, ms);
    }
  }

  get #isWaiting(): boolean {
    return this.#pressing.size > 0 || this.#others.size > 0;
  }

  async #write(): Promise<void> {
    // Not at once: it is known by then that this is under way.
    await Promise.resolve();
    do {
      await this.#keep(this.#take());
    } while (this.#isFlushing && this.#isWaiting);
    this.#isFlushing = false;
    this.#writing = undefined;
    this.#schedule(PACE_MS);
  }

  #take(): readonly (readonly [string, Cursor])[] {
    const pressing = [...this.#pressing];
    const others = [...this.#others];
    const first = pressing.filter(([name]) => this.#first.has(name));
    const next = this.#isFlushing
      ? [...pressing, ...others]
      : first.length > 0
        ? first
        : pressing.length > 0
          ? pressing.slice(0, AT_ONCE)
          : others.slice(0, 1);
    for (const [name] of next) {
      this.#pressing.delete(name);
      this.#others.delete(name);
    }
    return next;
  }

  async #keep(cursors: readonly (readonly [string, Cursor])[]): Promise<void> {
    const folder = this.#folder;
    // First what the sessions made of it: a crash in between would lose what the channel counts as heard.
    await folder.allSaved();
    for (const [name, cursor] of cursors) {
      folder.change(name, () => encodeCursor(cursor));
    }
    await Promise.all(cursors.map(([name]) => folder.saved(name, { isPatient: true })));
    for (const [name] of cursors) {
      this.#first.delete(name);
    }
  }
}

/** A class, since there is one for each channel: closures would take several times the memory. */
class ChannelCursor implements CursorKeeper {
  readonly #name: string;
  readonly #lastPostAt: number | undefined;
  readonly #cursors: Cursors;
  #isKept = false;

  constructor({ id, lastPostAt }: Channel, cursors: Cursors) {
    this.#name = cursorName(id);
    this.#lastPostAt = lastPostAt;
    this.#cursors = cursors;
  }

  /**
   * At the first start of all the channel begins after its newest post: that is the server's clock, ours may differ. It is
   * kept before anything is heard, or a start after a crash would begin after what was said meanwhile.
   */
  load(): Cursor {
    const kept = this.#cursors.read(this.#name);
    this.#isKept = kept !== undefined;
    const begin = { at: this.#lastPostAt ? this.#lastPostAt + 1 : 0, heard: [], isComplete: true, leadMs: 0 };
    if (!kept) {
      this.save(begin);
    }
    return kept ?? begin;
  }

  save(cursor: Cursor): void {
    const isFirst = !this.#isKept;
    this.#isKept = true;
    this.#cursors.save(this.#name, cursor, isFirst);
  }

  flush(): Promise<void> {
    return this.#cursors.flush();
  }
}
