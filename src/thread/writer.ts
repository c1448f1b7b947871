// The one writer of a Mattermost thread. What makes posts goes out one at a time, in the order it was asked for, and is
// tried until the server accepts it; what concerns one post that is there alone waits for nothing but that post. A write
// that is never accepted is quarantined, and the others go on. A post that changes again before it was written is written
// once, with its newest text. Knows nothing of what the posts say.

import { randomUUID } from "node:crypto";
import { Lane } from "./lane.ts";
import { Outbox, type WriterContext } from "./outbox.ts";
import type { PostKey, PutOptions, ReactionTarget, ThreadWriterOptions, WriterSnapshot } from "./writes.ts";

export class ThreadWriter {
  readonly #options: ThreadWriterOptions;
  readonly #outbox: Outbox;
  readonly #context: WriterContext;
  /** Those with something under way. */
  readonly #lanes = new Map<string, Lane>();
  #isClosed = false;

  /** `saved`: what another writer of this thread had left to do, from `toJSON`. */
  constructor(options: ThreadWriterOptions, saved?: WriterSnapshot) {
    this.#options = options;
    this.#outbox = new Outbox(
      () => `${options.botId}:${randomUUID()}`,
      () => options.clock.now(),
      () => this.#start(),
    );
    const lose = (reason: string): void => {
      this.close();
      options.onLost(reason);
    };
    this.#context = { outbox: this.#outbox, options, lose };
    if (saved) {
      this.#outbox.restore(saved);
    }
  }

  /** What this writer knows and has left to do. */
  toJSON(): WriterSnapshot {
    return this.#outbox.toJSON();
  }

  /**
   * Makes the post `key` say `markdown`, above `attachment`: creates it as a reply, with `file`, or edits it. A final
   * post is forgotten once it is written.
   */
  put(key: PostKey, markdown: string, options: PutOptions = {}): void {
    this.#outbox.put(key, markdown, options);
  }

  react(target: ReactionTarget, emojiName: string): void {
    this.#outbox.add({ kind: "react", target, emojiName });
  }

  unreact(target: ReactionTarget, emojiName: string): void {
    this.#outbox.add({ kind: "unreact", target, emojiName });
  }

  /** The next `put` of `key` creates a new post. */
  repost(key: PostKey): void {
    this.#outbox.repost(key);
  }

  /** Posts that will never change again need no memory. Writes that wait, or are under way, are still done. */
  forget(keys: readonly PostKey[]): void {
    this.#outbox.forget(keys);
  }

  /** What waits of these posts is urgent now. */
  prioritize(keys: readonly PostKey[]): void {
    this.#outbox.prioritize(keys);
  }

  /**
   * Resolves when everything asked for so far is written or given up. With `patienceMs` also when those writes that are
   * left have taken as long: they are in `toJSON`.
   */
  async idle(patienceMs = Infinity): Promise<void> {
    const since = this.#options.clock.now();
    const waits = (): Promise<void>[] =>
      [...this.#lanes.values()].flatMap((lane) => lane.idle(since, patienceMs) ?? []);
    for (let under = waits(); under.length > 0; under = waits()) {
      await Promise.all(under);
    }
  }

  /** Writes nothing more; what is not written yet stays in `toJSON`. */
  close(): void {
    this.#isClosed = true;
    for (const lane of this.#lanes.values()) {
      lane.close();
    }
  }

  /** Lanes with something to do go on beside each other. */
  #start(): void {
    for (const name of this.#isClosed ? [] : this.#outbox.lanes()) {
      if (!this.#lanes.has(name)) {
        const lane = new Lane(name, this.#context, {
          // What waited for this write alone may be another lane's.
          onWritten: () => this.#start(),
          onIdle: () => this.#lanes.delete(name),
        });
        this.#lanes.set(name, lane);
      }
    }
  }
}
