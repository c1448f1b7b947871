// Reads again what was missed while no connection was open, while the server could not be asked, or while the bot was
// not in the channel, until nothing is missing. Knows when something may be missing; the router knows what a post or a
// reaction means.

import { pauseAfter } from "../mattermost/budget.ts";
import { isTransient, MattermostError } from "../mattermost/error.ts";
import type { Standing } from "../mattermost/standings.ts";
import type { MattermostApi, Post, Reaction, ThreadId } from "../mattermost/types.ts";
import { type Notice, notice } from "../render/attachments.ts";
import { inlineCode, truncate } from "../render/markdown.ts";
import type { Clock, Timer } from "../util/clock.ts";
import type { ChannelMembership } from "./channel-membership.ts";
import { type GapOptions, readGap } from "./gap.ts";
import { membershipIn } from "./people.ts";
import type { PostChanges } from "./post-changes.ts";
import { type OpenCard, type Reacted, readCard } from "./reconcile.ts";
import type { SeenPosts } from "./seen-posts.ts";

export interface CatchUpOptions extends GapOptions {
  readonly api: GapOptions["api"] & Pick<MattermostApi, "channel">;
  readonly seenPosts: SeenPosts;
  readonly membership: ChannelMembership;
  readonly clock: Clock;
  /** How the bot stands in the channel. Rejects when the server can't tell just now. */
  readonly standing: () => Promise<Standing>;
  readonly hear: (post: Post) => Promise<void>;
  readonly changes: GapOptions["changes"] & Pick<PostChanges, "reacted">;
  /** Whether a post of long ago was meant for Claude. */
  readonly isForUs: (post: Post) => Promise<boolean>;
  readonly reply: (threadId: ThreadId, notice: Notice) => void;
  /** Performs it once what is under way has been dealt with. */
  readonly inOrder: (what: string, perform: () => Promise<void>) => Promise<void>;
}

/** What could not be read of a gap is tried again at this pace, unless the next post comes first. */
const RETRY = { baseMs: 2000, maxMs: 60_000, random: () => 1 };
/** And at this one when it is refused: somebody has to do something about that. */
const REFUSED_MS = 300_000;

/** Reactions that are kept while the server can't be asked whose they are, or on what. */
const MAX_POSTPONED = 100;

/** What was said longer ago than that is named, and not acted on. */
const MAX_AGE_MS = 24 * 3_600_000;
const MAX_STALE_NAMED = 20;

export class CatchUp {
  readonly #options: CatchUpOptions;
  /** Since when posts may have been missed, on the server's clock; undefined when none were. */
  #gapFrom: number | undefined;
  /** Something may have been missed: decisions about cards, deletions and edits of what was there. */
  #hasUnseen = false;
  /** Reactions that were told and could not be dealt with: on a post that is no card nobody would find them again. */
  #postponed: readonly Reacted[] = [];
  /** Where a card was on its way when the others were read: what was decided about it may have been missed too. */
  #awaited: readonly ThreadId[] = [];
  /** Something is known to be there that was not dealt with, however long nothing was said. */
  #mustRead = false;
  #isClosed = false;
  #isRefused = false;
  #timer: Timer | undefined;
  #failures = 0;

  constructor(options: CatchUpOptions) {
    this.#options = options;
  }

  /** What is refused is not waited for. */
  get isNeeded(): boolean {
    return (this.#gapFrom !== undefined || this.#hasUnseen) && !this.#isRefused;
  }

  /** It has failed often enough to have been told. */
  get isLasting(): boolean {
    return this.#failures > 1;
  }

  get gapFrom(): number | undefined {
    return this.#gapFrom;
  }

  #begin(): void {
    this.#gapFrom ??= this.#options.seenPosts.gapFrom;
    this.#hasUnseen = true;
  }

  /** The connection was whole until then; of a gap it is not known yet what is in it. */
  heardUpTo(askedAt: number): void {
    if (this.#gapFrom === undefined && this.#options.seenPosts.complete(askedAt)) {
      this.#options.seenPosts.save(undefined);
    }
  }

  /** Events are missing since the last one that was heard, and are made up for. */
  async performNow(): Promise<void> {
    this.#begin();
    await this.perform();
  }

  /** A post could not be dealt with, so it and those after it will be read again. */
  postponeFrom(createdAt: number, error: unknown): void {
    // A post may be dated in the future, and those after it are not.
    this.#gapFrom = Math.min(this.#gapFrom ?? Infinity, createdAt, this.#options.seenPosts.newestAt);
    this.#mustRead = true;
    this.#later(this.#pauseAfter(error));
  }

  /** A reaction could not be dealt with, so it will be later, and what is done after it later still. */
  postpone(reaction: Reaction, isRemoval: boolean, error: unknown): void {
    const { now } = this.#options.seenPosts;
    // One that is taken off is dated as it was put on, or not at all (7.10).
    const at = isRemoval ? now : (reaction.createdAt ?? now);
    this.#postponed = [...this.#postponed, { reaction, isRemoval, at }].slice(-MAX_POSTPONED);
    this.lookAgain(error);
  }

  /** What became of a post could not be dealt with, so it will be looked at again. */
  lookAgain(error: unknown): void {
    this.#begin();
    this.#mustRead = true;
    this.#later(this.#pauseAfter(error));
  }

  /** It is known by which post somebody is asked. */
  cardPosted(card: OpenCard): void {
    const { inOrder, sessions } = this.#options;
    if (!this.#awaited.includes(card.threadId) || this.#isClosed) {
      return;
    }
    if (!sessions.threadsAwaitingCards().includes(card.threadId)) {
      this.#awaited = this.#awaited.filter((threadId) => threadId !== card.threadId);
    }
    void inOrder("looking at a card", () => this.#lookAt(card));
  }

  async #lookAt(card: OpenCard): Promise<void> {
    try {
      const { api, channelId } = this.#options;
      const decided = await readCard(card, this.#options, membershipIn(channelId, api));
      await this.#tellReactions([...decided], Infinity);
    } catch (error) {
      if (isTransient(error)) {
        this.lookAgain(error);
      }
      throw error;
    }
  }

  /** Nothing is caught up on any more. */
  close(): void {
    this.#isClosed = true;
    this.#options.clock.clearTimeout(this.#timer);
  }

  /** All that was missed; what can't be read now is tried again until it is. */
  async perform(): Promise<void> {
    const { clock, membership } = this.#options;
    clock.clearTimeout(this.#timer);
    try {
      const standing = await this.#options.standing();
      if (!standing.isMember) {
        membership.left();
        this.#later(REFUSED_MS);
        return;
      }
      membership.isBack();
      if (await this.#isArchived()) {
        this.#later(REFUSED_MS);
      } else if (this.#isNothingMissed(standing)) {
        this.#done();
      } else {
        await this.#read(standing);
      }
    } catch (error) {
      if (isTransient(error)) {
        this.#later(this.#pauseAfter(error));
        throw error;
      }
      this.#refused(error);
    }
  }

  /** That it was restored may have been missed as well. */
  async #isArchived(): Promise<boolean> {
    const { api, channelId, membership } = this.#options;
    if (membership.isArchived && !(await api.channel(channelId)).isArchived) {
      membership.restored();
    }
    return membership.isArchived;
  }

  /** Nothing was said since, and there is nothing that somebody could have decided, changed or taken back. */
  #isNothingMissed({ lastPostAt }: Standing): boolean {
    const isSilent =
      lastPostAt === 0 ||
      (lastPostAt !== undefined && this.#gapFrom !== undefined && lastPostAt < this.#gapFrom);
    return isSilent && !this.#mustRead && this.#postponed.length === 0 && !this.#isWaitedFor;
  }

  /** Somebody has a session there in which something goes on. */
  get #isWaitedFor(): boolean {
    const { sessions } = this.#options;
    return [
      sessions.liveThreads(),
      sessions.openCards(),
      sessions.threadsAwaitingCards(),
      sessions.waitingPosts(),
    ].some(({ length }) => length > 0);
  }

  async #read({ isMentioned }: Standing): Promise<void> {
    if (this.#hasUnseen) {
      this.#awaited = [...this.#options.sessions.threadsAwaitingCards()];
    }
    const isUrgent = isMentioned || this.#mustRead || this.#isWaitedFor;
    const gap = { from: this.#gapFrom, hasUnseen: this.#hasUnseen, postponed: this.#postponed, isUrgent };
    const { posts, reacted, isCut } = await readGap(gap, this.#options);
    await this.#tell(posts, [...reacted]);
    if (isCut) {
      this.#tellCut(posts);
    }
    this.#done();
  }

  #done(): void {
    this.#gapFrom = undefined;
    this.#hasUnseen = false;
    this.#postponed = [];
    this.#mustRead = false;
    this.#isRefused = false;
    this.#failures = 0;
    this.#options.seenPosts.save(undefined);
  }

  /** Mattermost's own word ends it, unless it is about rights, which may be given back. */
  #refused(error: unknown): void {
    const { log } = this.#options;
    const mayChange =
      error instanceof MattermostError && (error.code === "forbidden" || error.answeredBy !== "mattermost");
    if (!mayChange) {
      log.error("Could not read what was posted in the meantime", error);
      this.#done();
      return;
    }
    if (!this.#isRefused) {
      log.error("Could not read what was posted in the meantime; trying on every five minutes", error);
    }
    this.#isRefused = true;
    this.#later(REFUSED_MS);
  }

  #pauseAfter(error: unknown): number {
    return pauseAfter(error, this.#failures++, RETRY);
  }

  #later(ms: number): void {
    const { clock, seenPosts, inOrder } = this.#options;
    clock.clearTimeout(this.#timer);
    if (seenPosts.isClosed) {
      return;
    }
    this.#timer = clock.setTimeout(() => void inOrder("catching up", () => this.perform()), ms);
  }

  /** Posts that were taken already are skipped by their id. What was decided before somebody spoke counts before it. */
  async #tell(posts: readonly Post[], reacted: Reacted[]): Promise<void> {
    const { hear, seenPosts } = this.#options;
    const stale: Post[] = [];
    const oldest = seenPosts.now - MAX_AGE_MS;
    for (const post of posts) {
      // One that is dated ahead does not tell when it was said.
      if (!seenPosts.isDatedAhead(post.createdAt)) {
        await this.#tellReactions(reacted, post.createdAt);
      }
      await this.#dealWith(`post ${post.id}`, () =>
        post.createdAt < oldest ? this.#nameStale(post, stale) : hear(post),
      );
    }
    this.#tellStale(stale);
    await this.#tellReactions(reacted, Infinity);
  }

  /** What is not read may be anybody's: those are told who work with Claude now, or did last. */
  #tellCut(posts: readonly Post[]): void {
    const { sessions, reply } = this.#options;
    const asked = [...sessions.openCards(), ...sessions.waitingPosts()].map(({ threadId }) => threadId);
    const newest = posts.findLast(({ threadId }) => sessions.find(threadId))?.threadId;
    const busy = new Set([...sessions.liveThreads(), ...asked]);
    for (const threadId of busy.size > 0 || newest === undefined ? busy : [newest]) {
      const text = `⏳ More was said in this channel while I was away than I can read: what came before the last ${posts.length} messages was not heard. Repeat what still matters.`;
      reply(threadId, notice(text));
    }
  }

  /** One that can't be dealt with keeps nobody from being heard. */
  async #dealWith(what: string, perform: () => Promise<void>): Promise<void> {
    try {
      await perform();
    } catch (error) {
      if (isTransient(error)) {
        throw error;
      }
      this.#options.log.error(`Could not handle ${what}`, error);
    }
  }

  /** A message for Claude that has become too old to act on without asking. */
  async #nameStale(post: Post, stale: Post[]): Promise<void> {
    const { seenPosts, isForUs } = this.#options;
    if (seenPosts.has(post.id)) {
      return;
    }
    if (await isForUs(post)) {
      stale.push(post);
    } else {
      seenPosts.take(post);
    }
  }

  /** Not before all of them are known: what fails in between is read again. */
  #tellStale(stale: readonly Post[]): void {
    for (const post of stale) {
      this.#options.seenPosts.take(post);
    }
    const [newest] = stale.slice(-1);
    if (newest && !this.#options.seenPosts.isClosed) {
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

  /** Takes from `reacted` what is older than `before`. */
  async #tellReactions(reacted: Reacted[], before: number): Promise<void> {
    for (let [next] = reacted; next && next.at <= before; [next] = reacted) {
      reacted.shift();
      const told = next;
      const { reaction, isRemoval } = told;
      await this.#dealWith(`a reaction on ${reaction.postId}`, () =>
        this.#options.changes.reacted(reaction, isRemoval),
      );
      this.#postponed = this.#postponed.filter((one) => one !== told);
    }
  }
}
