// The posts that a writer knows and the writes it has left to do, in order. Sends nothing itself.

import type { PostId } from "../mattermost/types.ts";
import { storable } from "../util/storable.ts";
import { forgetPost, isWritten } from "./entry.ts";
import {
  type Entry,
  newEntry,
  type PostKey,
  type PutOptions,
  type ReactionTarget,
  type ThreadWriterOptions,
  type Write,
  type WriterSnapshot,
} from "./writes.ts";

/** What the parts of a writer share. */
export interface WriterContext {
  readonly outbox: Outbox;
  readonly options: ThreadWriterOptions;
  /** The whole thread is out of reach. */
  readonly lose: (reason: string) => void;
}

export class Outbox {
  readonly entries = new Map<PostKey, Entry>();
  readonly #writes: Write[] = [];
  /** When each was asked for. */
  readonly #askedAt = new WeakMap<Write, number>();
  /** Posts of which an earlier attempt may still be on its way to the server. */
  readonly #unheard = new Set<PostKey>();
  /** By lane. */
  readonly #underWay = new Map<string, Write>();
  /** Of a post, in code points: lower once the server has refused one as too long. */
  limit = Infinity;
  readonly newPendingPostId: () => string;
  readonly #now: () => number;
  readonly #onAdded: () => void;

  /** `onAdded`: there is something to do. */
  constructor(newPendingPostId: () => string, now: () => number, onAdded: () => void) {
    this.newPendingPostId = newPendingPostId;
    this.#now = now;
    this.#onAdded = onAdded;
  }

  /** Writing something twice is harmless: edits and reactions repeat themselves. */
  toJSON(): WriterSnapshot {
    return { entries: [...this.entries], writes: this.#left };
  }

  restore({ entries, writes }: WriterSnapshot): void {
    for (const [key, entry] of entries) {
      // What was quarantined may be taken by now.
      const again = entry.quarantined
        ? { quarantined: { ...entry.quarantined, isHeld: false }, written: undefined }
        : {};
      const creating = entry.id === undefined ? entry.creating : undefined;
      this.entries.set(key, { ...entry, ...again, creating, isQueued: false });
    }
    if (entries.some(([, entry]) => entry.id === undefined)) {
      this.add({ kind: "findLost" });
    }
    for (const write of writes) {
      if (write.kind === "put") {
        this.queuePut(write.key);
      } else if (write.kind !== "findLost") {
        this.add(write);
      }
    }
    for (const [key, entry] of this.entries) {
      if (!isWritten(entry)) {
        this.queuePut(key);
      }
    }
  }

  put(
    key: PostKey,
    markdown: string,
    { attachment, about, file, fileIds, isFinal = false, isProgress = false, ifFrozen }: PutOptions,
  ): void {
    const entry = this.entries.get(key) ?? newEntry(this.newPendingPostId(), file, fileIds);
    this.entries.set(key, entry);
    entry.wanted = { markdown: storable(markdown), attachment };
    entry.isFinal ||= isFinal;
    entry.isProgress = isProgress;
    entry.ifFrozen = ifFrozen ?? entry.ifFrozen;
    entry.about = about ?? entry.about;
    this.queuePut(key);
    if (isFinal) {
      this.#settleReactions(key, this.postOf({ key }));
    }
  }

  /** The post is forgotten once it says what it is to say. Its reactions go on, unless nobody has seen it before. */
  #settleReactions(key: PostKey, postId: PostId | undefined): void {
    const writes = this.#writes.splice(0).flatMap((write): Write[] => {
      if (write.kind === "put" || write.kind === "findLost" || !isOf(write.target, key)) {
        return [write];
      }
      return postId === undefined ? [] : [{ ...write, target: { postId } }];
    });
    this.#writes.push(...writes);
  }

  /** What an earlier attempt was to make is not there: what is made now needs not say the same. */
  notFound(key: PostKey, entry: Entry): void {
    if (entry.creating) {
      entry.creating = undefined;
      this.#unheard.add(key);
    }
  }

  /** Whether what is made now may turn out to be what an earlier attempt has made after all. */
  takeUnheard(key: PostKey): boolean {
    return this.#unheard.delete(key);
  }

  repost(key: PostKey): void {
    const entry = this.entries.get(key);
    if (entry) {
      entry.frozen = undefined;
      forgetPost(entry, this.newPendingPostId());
      this.queuePut(key);
    }
  }

  forget(keys: readonly PostKey[]): void {
    for (const key of keys) {
      const entry = this.entries.get(key);
      if (entry) {
        entry.isFinal = true;
        this.dropIfDone(key, entry);
      }
    }
  }

  /** What is quarantined is kept: it may be taken another time. */
  dropIfDone(key: PostKey, entry: Entry): void {
    if (entry.isFinal && isWritten(entry) && !entry.quarantined) {
      this.entries.delete(key);
    }
  }

  /** Where a reaction goes; undefined when there is no such post, or one that says only that something can't be said. */
  postOf(target: ReactionTarget): PostId | undefined {
    if ("postId" in target) {
      return target.postId;
    }
    const entry = this.entries.get(target.key);
    return entry?.frozen?.id ?? (entry?.quarantined ? undefined : entry?.id);
  }

  prioritize(keys: readonly PostKey[]): void {
    for (const key of keys) {
      const entry = this.entries.get(key);
      if (entry) {
        entry.isProgress = false;
      }
    }
  }

  /** Takes out a post, with its further pieces and what was to be done to it. */
  drop(key: PostKey): void {
    this.entries.delete(key);
    this.takePieces(key);
    this.#takeOut((write) => "target" in write && isOf(write.target, key));
  }

  #takeOut(isOut: (write: Write) => boolean): void {
    this.#writes.push(...this.#writes.splice(0).filter((write) => !isOut(write)));
  }

  add(write: Write): void {
    this.#askedAt.set(write, this.#now());
    this.#writes.push(write);
    this.#onAdded();
  }

  queuePut(key: PostKey): void {
    const entry = this.entries.get(key);
    if (entry && !entry.isQueued) {
      entry.isQueued = true;
      this.add({ kind: "put", key });
    }
  }

  /** Before all that waits. */
  putFirst(key: PostKey): void {
    const entry = this.entries.get(key);
    if (entry && !entry.isQueued) {
      entry.isQueued = true;
      this.#writes.unshift({ kind: "put", key });
    }
  }

  /** Further pieces of the post `key`, before all that waits. True when one of them is new. */
  putPieces(key: PostKey, further: readonly string[]): boolean {
    const keys = further.map((_piece, index) => `${key}+${index + 1}`);
    const hasNew = keys.some((piece) => !this.entries.has(piece));
    // Those that wait already wait in an older order.
    const waiting = this.#writes
      .splice(0)
      .filter((write) => write.kind !== "put" || !keys.includes(write.key));
    further.forEach((piece, index) => {
      const pieceKey = keys[index] ?? "";
      const known = this.entries.get(pieceKey);
      if (known) {
        known.isQueued = false;
      }
      this.put(pieceKey, piece, { isProgress: this.entries.get(key)?.isProgress });
    });
    this.#writes.push(...waiting);
    return hasNew;
  }

  /** The key of the post that `key` is a piece of, or `key` itself. */
  wholeOf(key: PostKey): PostKey {
    const whole = withoutPiece(key);
    return this.entries.has(whole) ? whole : key;
  }

  hasPieces(key: PostKey): boolean {
    return this.entries.has(`${key}+1`);
  }

  /** Forgets the further pieces of a post, and gives them. */
  takePieces(key: PostKey): readonly (readonly [PostKey, Entry])[] {
    const taken = [...this.entries].filter(([other]) => other !== key && withoutPiece(other) === key);
    for (const [piece] of taken) {
      this.entries.delete(piece);
    }
    return taken;
  }

  /** Those that have something to do. */
  lanes(): ReadonlySet<string> {
    return new Set(this.#writes.map((write) => this.#laneOf(write)));
  }

  /** The next write of that lane with something to do; under way from now on. */
  next(lane: string): Write | undefined {
    for (;;) {
      const at = this.#writes.findIndex((write) => this.#laneOf(write) === lane);
      const [write] = at < 0 ? [] : this.#writes.splice(at, 1);
      if (!write || this.#hasWork(write)) {
        if (write) {
          this.#underWay.set(lane, write);
        }
        return write;
      }
    }
  }

  /** The write under way is done, or to be done another time. */
  end(lane: string, isDone: boolean): void {
    const write = this.#underWay.get(lane);
    this.#underWay.delete(lane);
    if (write && !isDone) {
      this.#writes.unshift(write);
    }
  }

  /**
   * Writes of one lane follow each other. What makes a post keeps to the order of the thread, and so does a change, which
   * may have to go on in another post, unless it is dropped then. A reaction waits for its post and for those before it
   * there.
   */
  #laneOf(write: Write): string {
    if (write.kind === "put") {
      const { id, ifFrozen } = this.entries.get(write.key) ?? {};
      return id !== undefined && ifFrozen === "drop" ? `edits of ${id}` : THREAD;
    }
    const postId = write.kind === "findLost" ? undefined : this.postOf(write.target);
    return postId === undefined ? THREAD : `reactions to ${postId}`;
  }

  get #left(): Write[] {
    return [...this.#underWay.values(), ...this.#writes];
  }

  #hasWork(write: Write): boolean {
    const entry = write.kind === "put" ? this.entries.get(write.key) : undefined;
    if (entry && isWritten(entry)) {
      entry.isQueued = false;
      this.dropIfDone(write.kind === "put" ? write.key : "", entry);
      return false;
    }
    return write.kind !== "put" || entry !== undefined;
  }

  /** For how long it has been asked for, in milliseconds; undefined where that is not known. */
  ageOf(write: Write): number | undefined {
    const at = this.#askedAt.get(write);
    return at === undefined ? undefined : this.#now() - at;
  }

  /** Whether the server has not taken it before. */
  isSecondTry(write: Write): boolean {
    return write.kind === "put" && this.entries.get(write.key)?.quarantined?.isHeld === false;
  }

  /** Whether its post is still to be made, with a file. */
  hasFileToSend(write: Write): boolean {
    const entry = write.kind === "put" ? this.entries.get(write.key) : undefined;
    return entry?.file !== undefined && entry.id === undefined && !entry.frozen;
  }

  /** Whether something waits that goes before the progress of other threads. */
  get isUrgent(): boolean {
    return this.#left.some(
      (write) =>
        write.kind === "findLost" || (write.kind === "put" && !this.entries.get(write.key)?.isProgress),
    );
  }
}

/** The lane of all that has its place among the posts. */
export const THREAD = "thread";

const withoutPiece = (key: PostKey): PostKey => key.replace(/\+\d+$/, "");

function isOf(target: object, key: PostKey): boolean {
  return "key" in target && target.key === key;
}
