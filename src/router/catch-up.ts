// What nobody heard while no connection was open, or while the server could not be asked: read again until it is made
// up for. Knows when something may be missing; what a post or a reaction means is the router's.

import { isGone, isPassing } from "../mattermost/error.ts";
import type {
  ChannelId,
  MattermostApi,
  Post,
  PostId,
  Reaction,
  ThreadId,
  UserId,
} from "../mattermost/types.ts";
import { type Notice, notice } from "../render/bars.ts";
import { inlineCode, truncate } from "../render/markdown.ts";
import type { SessionManager } from "../session/manager.ts";
import { backoffMs } from "../util/backoff.ts";
import type { Clock, Timer } from "../util/clock.ts";
import type { Log } from "../util/log.ts";
import type { Heard } from "./heard.ts";

export interface CatchUpOptions {
  readonly api: Pick<MattermostApi, "isMember" | "post" | "postsSince" | "reactions">;
  readonly sessions: Pick<SessionManager, "find" | "openCards">;
  readonly heard: Heard;
  readonly clock: Clock;
  readonly log: Log;
  readonly botId: UserId;
  readonly channelId: ChannelId;
  readonly hear: (post: Post) => Promise<void>;
  readonly reacted: (reaction: Reaction) => Promise<void>;
  readonly cardSeen: (postId: PostId, threadId: ThreadId) => void;
  /** Whether a post of long ago was meant for Claude. */
  readonly isForUs: (post: Post) => Promise<boolean>;
  readonly reply: (threadId: ThreadId, notice: Notice) => void;
  /** Performs it once what is under way has been dealt with. */
  readonly inOrder: (what: string, perform: () => Promise<void>) => Promise<void>;
}

/** What could not be read of a gap is tried again at this pace, unless the next post comes first. */
const RETRY = { baseMs: 2000, maxMs: 60_000, random: () => 1 };

/** What was said longer ago than that is named, and not acted on. */
const MAX_AGE_MS = 24 * 3_600_000;
const MAX_STALE_NAMED = 20;

export class CatchUp {
  readonly #options: CatchUpOptions;
  /** Since when posts may have been missed, on the server's clock; undefined when none were. */
  #gapFrom: number | undefined;
  /** Cards may have been decided about, or deleted, unheard. */
  #hasUnseenCards = false;
  #timer: Timer | undefined;
  #failures = 0;

  constructor(options: CatchUpOptions) {
    this.#options = options;
  }

  get isNeeded(): boolean {
    return this.#gapFrom !== undefined || this.#hasUnseenCards;
  }

  /** It has failed often enough to have been told. */
  get isLasting(): boolean {
    return this.#failures > 1;
  }

  get gapFrom(): number | undefined {
    return this.#gapFrom;
  }

  /** Events may be missing since the last one that was heard. */
  begin(): void {
    this.#gapFrom ??= this.#options.heard.newestAt;
    this.#hasUnseenCards = true;
  }

  /** A post could not be dealt with, so it and those after it will be read again. */
  postponeFrom(createdAt: number): void {
    this.#gapFrom = Math.min(this.#gapFrom ?? Infinity, createdAt);
    this.#later();
  }

  /** Nothing is made up for any more. */
  close(): void {
    this.#options.clock.clearTimeout(this.#timer);
  }

  /** All that was missed; what can't be read now is tried again until it is. */
  async perform(): Promise<void> {
    this.#options.clock.clearTimeout(this.#timer);
    try {
      const decided = await this.#readCards();
      await this.#readPosts(decided);
      await this.#tellReactions(decided, Infinity);
      this.#hasUnseenCards = false;
      this.#failures = 0;
    } catch (error) {
      if (isPassing(error)) {
        this.#later();
      }
      throw error;
    }
  }

  #later(): void {
    const { clock, inOrder } = this.#options;
    clock.clearTimeout(this.#timer);
    const ms = backoffMs(this.#failures++, RETRY);
    this.#timer = clock.setTimeout(() => void inOrder("catching up", () => this.perform()), ms);
  }

  /**
   * What was posted while no connection was open; posts that were taken already are skipped by their id. What was decided
   * before somebody spoke counts before it.
   */
  async #readPosts(decided: Reaction[]): Promise<void> {
    const { api, channelId, clock, heard, hear, log } = this.#options;
    if (this.#gapFrom === undefined) {
      return;
    }
    try {
      const stale: Post[] = [];
      const oldest = clock.now() - MAX_AGE_MS;
      for (const post of await api.postsSince(channelId, this.#gapFrom)) {
        await this.#tellReactions(decided, post.createdAt);
        await (post.createdAt < oldest ? this.#nameStale(post, stale) : hear(post));
      }
      this.#tellStale(stale);
    } catch (error) {
      if (isPassing(error)) {
        throw error;
      }
      log.error("Could not read what was posted in the meantime", error);
    }
    this.#gapFrom = undefined;
    heard.save(undefined);
  }

  /** A message for Claude that has become too old to act on without asking. */
  async #nameStale(post: Post, stale: Post[]): Promise<void> {
    const { heard, isForUs } = this.#options;
    if (heard.has(post.id)) {
      return;
    }
    heard.take(post.id);
    if (await isForUs(post)) {
      stale.push(post);
    }
  }

  #tellStale(stale: readonly Post[]): void {
    const [newest] = stale.slice(-1);
    if (newest) {
      const named = stale.slice(-MAX_STALE_NAMED);
      const more = stale.length > named.length ? [`- and ${stale.length - named.length} before them`] : [];
      const list = [...named.map((post) => `- ${inlineCode(truncate(post.message, 100))}`), ...more].join(
        "\n",
      );
      const text =
        "⏳ These messages came while I was away, more than a day ago. I have not acted on them; repeat what still matters.";
      this.#options.reply(newest.threadId, notice(text, list));
    }
  }

  /** What was decided on open cards while nobody listened, oldest first; a card that was deleted is posted anew. */
  async #readCards(): Promise<Reaction[]> {
    const { sessions, cardSeen } = this.#options;
    if (!this.#hasUnseenCards) {
      return [];
    }
    const found: Reaction[] = [];
    for (const { threadId, postId } of sessions.openCards()) {
      cardSeen(postId, threadId);
      try {
        found.push(...(await this.#reactionsOn(postId)));
      } catch (error) {
        if (!isGone(error)) {
          throw error;
        }
        sessions.find(threadId)?.deliver({ type: "postDeleted", postId });
      }
    }
    const at = ({ createdAt = Infinity }: Reaction): number => createdAt;
    return found.sort((one, other) => (at(one) < at(other) ? -1 : at(one) > at(other) ? 1 : 0));
  }

  async #reactionsOn(postId: PostId): Promise<Reaction[]> {
    const { api, botId, channelId } = this.#options;
    await api.post(postId);
    const found: Reaction[] = [];
    for (const reaction of await api.reactions(postId)) {
      // The server keeps the reactions of people who have left the channel since.
      if (reaction.userId !== botId && (await api.isMember(channelId, reaction.userId))) {
        found.push(reaction);
      }
    }
    return found;
  }

  /** Takes from `decided` what is older than `before`. */
  async #tellReactions(decided: Reaction[], before: number): Promise<void> {
    for (let [next] = decided; next && (next.createdAt ?? Infinity) <= before; [next] = decided) {
      decided.shift();
      await this.#options.reacted(next);
    }
  }
}
