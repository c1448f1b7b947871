// Knows which posts of the channel were taken, and how far the channel has been heard. No post counts twice, however
// often it is sent, and none counts that is from before that point; the same is true of reactions that count only once.
// A post that is dated in the future does not change how far the channel has been heard.

import type { Post, PostId, Reaction } from "../mattermost/types.ts";
import { BoundedMap } from "../util/bounded-map.ts";
import type { CursorKeeper } from "./cursor.ts";
import { ServerClock } from "./server-clock.ts";

const MAX_KNOWN = 5000;
const MAX_KEPT = 200;
/** Servers of one cluster may tell things out of order, but not by that much. */
const REPLAY_MS = 60_000;
/** Servers of one cluster may differ by that much. */
const AHEAD_MS = 60_000;
/** Posts that are written at once may be told in another order than that of their dates. */
const LATE_MS = 10_000;

export class SeenPosts {
  readonly #cursor: CursorKeeper;
  readonly #now: () => number;
  readonly #time: ServerClock;
  readonly #taken = new BoundedMap<PostId, true>(MAX_KNOWN);
  #newest: readonly PostId[] = [];
  /** Taken, and dated later than what counts as the newest post. */
  #datedAhead: readonly (readonly [PostId, number])[] = [];
  #reactions: readonly string[];
  #newestAt: number;
  /** The newest date there is on a post; by a little it may be ahead of what is known of the server's clock. */
  #newestDate: number;
  /** The time above is the server's, and not our clock's. */
  #isServerTime: boolean;
  /**
   * Older posts are not for us: they were written before we listened, or all of them have been told since.
   */
  #earliestAt: number;
  /** When the newest post was taken, on our clock. */
  #takenAt: number;
  #isClosed = false;

  /** `now`: our clock. A channel that nothing is known of is heard from its first post on. */
  constructor(cursor: CursorKeeper, now: () => number) {
    this.#cursor = cursor;
    this.#now = now;
    this.#takenAt = now();
    const saved = cursor.load();
    // A time that was kept with a lead was not in the future then. If it is now, our clock was set back or the server's
    // is ahead.
    const isPlausible = saved?.leadMs !== undefined;
    this.#newestAt = Math.min(saved?.at ?? 0, isPlausible ? Infinity : now());
    this.#newestDate = this.#newestAt;
    this.#time = new ServerClock(now, Math.max(saved?.leadMs ?? 0, this.#newestAt - now()));
    this.#isServerTime = saved !== undefined;
    this.#earliestAt = saved && !saved.isComplete ? this.#newestAt - LATE_MS : this.#newestAt;
    this.#datedAhead = saved?.datedAhead ?? [];
    this.#newest = saved?.heard ?? [];
    this.#reactions = saved?.reactions ?? [];
    for (const postId of [...this.#newest, ...this.#datedAhead.map(([id]) => id)]) {
      this.#taken.set(postId, true);
    }
  }

  /** When the newest post was made, on the server's clock. */
  get newestAt(): number {
    return this.#newestAt;
  }

  /** Where a gap would begin. */
  get gapFrom(): number {
    return Math.min(this.#newestAt, Math.max(this.#newestAt - LATE_MS, this.#earliestAt));
  }

  /** The server's clock, as far as it is known. */
  get now(): number {
    return this.#time.now;
  }

  has(postId: PostId): boolean {
    return this.#taken.has(postId);
  }

  take({ id, createdAt }: Pick<Post, "id" | "createdAt">): void {
    this.#taken.set(id, true);
    this.#newest = [...this.#newest, id].slice(-MAX_KEPT);
    if (createdAt > this.now) {
      this.#datedAhead = [...this.#datedAhead, [id, createdAt] as const].slice(-MAX_KEPT);
    }
  }

  /** It could not be dealt with after all, and will come again. */
  giveBack(postId: PostId): void {
    this.#taken.delete(postId);
    this.#newest = this.#newest.filter((id) => id !== postId);
    this.#datedAhead = this.#datedAhead.filter(([id]) => id !== postId);
  }

  hasReaction(reaction: Reaction): boolean {
    return this.#reactions.includes(nameOf(reaction));
  }

  takeReaction(reaction: Reaction): void {
    this.#reactions = [...this.#reactions, nameOf(reaction)].slice(-MAX_KEPT);
  }

  /** None that it can have been written at. */
  isDatedAhead(createdAt: number): boolean {
    return createdAt > this.now + AHEAD_MS;
  }

  /** `isFromSocket`: it was told as news, so that its date says what time it is on the server. */
  noteTime(createdAt: number, isFromSocket: boolean): void {
    if (isFromSocket) {
      this.#time.note(createdAt);
    }
    if (this.isDatedAhead(createdAt)) {
      // It does not tell how far the channel has been heard: others may be on their way.
      return;
    }
    this.#takenAt = this.#now();
    this.#newestDate = Math.max(this.#newestDate, createdAt);
    const newest = this.#isServerTime ? Math.max(this.#newestAt, createdAt) : createdAt;
    this.#newestAt = Math.min(newest, this.now);
    this.#isServerTime = true;
  }

  /**
   * The server has told all that it had to tell at `toldUntil`, on our clock. When that is long enough after the newest
   * post, none that is dated before it comes any more; false when nothing has changed by that.
   */
  complete(toldUntil: number): boolean {
    const isNews = this.#isServerTime && this.#earliestAt < this.#newestAt;
    // A date that is ahead of the others says nothing of those: they may be told until that time has come.
    const newest = Math.max(this.#takenAt, this.#newestDate - this.#time.leadMs);
    if (!isNews || toldUntil - newest < LATE_MS) {
      return false;
    }
    this.#newestAt = this.#newestDate + 1;
    this.#earliestAt = this.#newestAt;
    return true;
  }

  /** Told as news, but made long before other news: an old event again, or a thread that was moved here. */
  isFromThePast(createdAt: number): boolean {
    if (!this.#isLongBefore(createdAt)) {
      return false;
    }
    // The server's clock may have been set back: going by what was said before it, nobody would be heard.
    this.#time.note(createdAt);
    return this.#isLongBefore(createdAt);
  }

  #isLongBefore(createdAt: number): boolean {
    return this.#isServerTime && createdAt < Math.min(this.#newestAt, this.now) - REPLAY_MS;
  }

  /** Nothing more is heard: what was not dealt with by now is read again by the next start. */
  close(): void {
    this.#isClosed = true;
    void this.#cursor.flush();
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** `gapFrom`: since when posts may have been missed. */
  save(gapFrom: number | undefined): void {
    if (this.#isClosed) {
      return;
    }
    const at = gapFrom ?? this.#newestAt;
    this.#datedAhead = this.#datedAhead.filter(([, createdAt]) => createdAt > at);
    const datedAhead = this.#datedAhead.length > 0 ? { datedAhead: this.#datedAhead } : {};
    const reactions = this.#reactions.length > 0 ? { reactions: this.#reactions } : {};
    const isComplete = at <= this.#earliestAt ? { isComplete: true } : {};
    this.#cursor.save({
      at,
      heard: this.#newest,
      ...datedAhead,
      ...reactions,
      ...isComplete,
      leadMs: this.#time.leadMs,
    });
  }
}

/** Taken off and put there again it is another one. */
function nameOf({ postId, userId, emojiName, createdAt }: Reaction): string {
  return `${postId} ${userId} ${emojiName} ${createdAt}`;
}
