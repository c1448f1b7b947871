// Which posts of the channel have been taken, and how far it has been heard: no post counts twice, whoever sends it
// again, and none that comes from the past.

import type { PostId } from "../mattermost/types.ts";
import { BoundedMap } from "../util/bounded-map.ts";
import type { CursorKeeper } from "./cursor.ts";

const MAX_KNOWN = 5000;
const MAX_KEPT = 200;
/** Servers of one cluster may tell things out of order, but not by that much. */
const REPLAY_MS = 60_000;

export class Heard {
  readonly #cursor: CursorKeeper;
  readonly #now: () => number;
  readonly #taken = new BoundedMap<PostId, true>(MAX_KNOWN);
  #newest: readonly PostId[] = [];
  #newestAt: number;
  /** The time above is the server's, and not our clock's. */
  #isServerTime: boolean;

  /** `now`: our clock; a channel nothing was ever heard of begins there. */
  constructor(cursor: CursorKeeper, now: () => number) {
    this.#cursor = cursor;
    this.#now = now;
    const saved = cursor.load();
    this.#newestAt = saved?.at ?? now();
    this.#isServerTime = saved !== undefined;
    for (const postId of saved?.heard ?? []) {
      this.take(postId);
    }
  }

  /** When the newest post was made, on the server's clock: where a gap would begin. */
  get newestAt(): number {
    return this.#newestAt;
  }

  has(postId: PostId): boolean {
    return this.#taken.has(postId);
  }

  take(postId: PostId): void {
    this.#taken.set(postId, true);
    this.#newest = [...this.#newest, postId].slice(-MAX_KEPT);
  }

  /** It could not be dealt with after all, and will come again. */
  giveBack(postId: PostId): void {
    this.#taken.delete(postId);
    this.#newest = this.#newest.filter((id) => id !== postId);
  }

  noteTime(createdAt: number): void {
    this.#newestAt = this.#isServerTime ? Math.max(this.#newestAt, createdAt) : createdAt;
    this.#isServerTime = true;
  }

  /** Told as news, but made long before other news: an old event again, or a thread that was moved here. */
  isFromThePast(createdAt: number): boolean {
    // One post that is dated in the future, by a clock that was wrong for a moment, must not make all others old.
    const newest = Math.min(this.#newestAt, this.#now() + REPLAY_MS);
    return this.#isServerTime && createdAt < newest - REPLAY_MS;
  }

  /** Nothing more is heard. */
  close(): void {
    this.#cursor.flush();
  }

  /** `gapFrom`: since when posts may have been missed. */
  save(gapFrom: number | undefined): void {
    this.#cursor.save({ at: gapFrom ?? this.#newestAt, heard: this.#newest });
  }
}
