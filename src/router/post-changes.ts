// What people do to existing posts: they react to them, edit and delete them. The session of the thread is told, and
// knows what it means.

import type { AuditTrail } from "../audit/trail.ts";
import { canonicalEmoji } from "../mattermost/emoji.ts";
import { isGone } from "../mattermost/error.ts";
import type { ChannelId, MattermostApi, Post, PostId, Reaction, ThreadId } from "../mattermost/types.ts";
import type { SessionsHeard } from "../session/channel-sessions.ts";
import { BoundedMap } from "../util/bounded-map.ts";
import { KnownTexts } from "./known-texts.ts";
import { addresseeOf, type PeopleKnown, personOf } from "./people.ts";
import { read } from "./route.ts";
import type { RoutedProject } from "./routed-projects.ts";
import type { SeenPosts } from "./seen-posts.ts";
import { completesChoices, isStop } from "./stops.ts";

export interface PostChangesOptions extends PeopleKnown {
  readonly api: Pick<MattermostApi, "post">;
  readonly sessions: Pick<SessionsHeard, "find">;
  readonly audit: Pick<AuditTrail, "append">;
  readonly channelId: ChannelId;
  readonly newUuid: () => string;
  readonly projects: () => readonly Pick<RoutedProject, "name" | "cards">[];
}

const MAX_POSTS_KNOWN = 5000;

export class PostChanges {
  readonly #options: PostChangesOptions;
  readonly #seenPosts: Pick<SeenPosts, "hasReaction" | "takeReaction">;
  /** Which thread a post belongs to: a reaction names only the post. */
  readonly #threads = new BoundedMap<PostId, ThreadId>(MAX_POSTS_KNOWN);
  readonly #texts = new KnownTexts();

  constructor(options: PostChangesOptions, seenPosts: Pick<SeenPosts, "hasReaction" | "takeReaction">) {
    this.#options = options;
    this.#seenPosts = seenPosts;
  }

  /** A post that is new. */
  seen(post: Post): void {
    this.#threads.set(post.id, post.threadId);
    this.#texts.note(post);
  }

  /** It need not be looked up. */
  noteThread(threadId: ThreadId, postId: PostId): void {
    this.#threads.set(postId, threadId);
  }

  /** What ends or interrupts counts once, however often it is told; one without a date can't be known again. */
  async reacted(reaction: Reaction, isRemoval: boolean): Promise<void> {
    const seenPosts = this.#seenPosts;
    const isPut = !isRemoval && reaction.createdAt !== undefined;
    if (isPut && isStop(reaction) && seenPosts.hasReaction(reaction)) {
      return;
    }
    await this.tell(reaction, isRemoval);
    if (isPut && (isStop(reaction) || completesChoices(reaction))) {
      seenPosts.takeReaction(reaction);
    }
  }

  /** Whether it was told before or not. */
  async tell(reaction: Reaction, isRemoval: boolean): Promise<void> {
    const { botId, projects, sessions, newUuid } = this.#options;
    const emojiName = canonicalEmoji(reaction.emojiName);
    if (reaction.userId === botId || !emojiName) {
      return;
    }
    const threadId = await this.#threadOf(reaction.postId);
    const { postId, createdAt } = reaction;
    const isCard = projects().some(({ cards }) => cards.open().some((card) => card.postId === postId));
    if (!threadId || !(isCard || sessions.find(threadId))) {
      return;
    }
    const by = await personOf(this.#options, reaction.userId);
    if (by && !projects().some(({ cards }) => cards.take({ by, postId, emojiName, isRemoval }))) {
      // The event of a removal carries the time when the reaction was put, not when it was removed.
      const at = isRemoval || createdAt === undefined ? {} : { at: createdAt };
      const signal = { type: "reaction", by, postId, emojiName, isRemoval, uuid: newUuid(), ...at } as const;
      sessions.find(threadId)?.deliver(signal);
    }
  }

  /**
   * The new text of a post, if it differs from the one before. It is never a command and starts nothing: it only
   * changes a message that waits for Claude.
   */
  async edited(post: Post): Promise<void> {
    const { botId, botName, channelId, projects, sessions } = this.#options;
    const isPersons = post.channelId === channelId && post.isFromPerson && post.userId !== botId;
    if (!isPersons || !sessions.find(post.threadId) || !this.#texts.note(post)) {
      return;
    }
    const { text: words, place } = read(
      post,
      botName,
      projects().map(({ name }) => name),
    );
    const text = post.id === post.threadId ? place.text : words;
    const addressee = await addresseeOf(this.#options, post).catch((error: unknown) => {
      this.#texts.forget(post.id);
      throw error;
    });
    // What would be nothing for Claude as a new message is nothing now: it is empty, or said to somebody else.
    const isWithdrawn = addressee !== undefined || (text.trim() === "" && post.files.length === 0);
    const { id: postId } = post;
    sessions
      .find(post.threadId)
      ?.deliver(isWithdrawn ? { type: "postDeleted", postId } : { type: "postEdited", postId, text });
  }

  deleted(post: Post): void {
    const { channelId, sessions } = this.#options;
    if (post.channelId !== channelId) {
      return;
    }
    if (post.id === post.threadId) {
      this.threadGone(post.threadId, post);
    } else {
      sessions.find(post.threadId)?.deliver({ type: "postDeleted", postId: post.id });
    }
  }

  /**
   * Nobody can write in the thread any more, whoever has deleted its first post. The server tells a bot who wrote that
   * post, but not who deleted it (10.11).
   */
  threadGone(threadId: ThreadId, root?: Post): void {
    const { audit, users, sessions } = this.#options;
    const session = sessions.find(threadId);
    if (session) {
      const reason = "its first post was deleted";
      const author = root && { id: root.userId, name: users.known(root.userId)?.username };
      audit.append({ action: "stopped", threadId, what: { reason, ...(author ? { author } : {}) } });
      session.deliver({ type: "threadLost", reason });
    }
  }

  async #threadOf(postId: PostId): Promise<ThreadId | undefined> {
    const known = this.#threads.get(postId);
    if (known) {
      return known;
    }
    const { api, channelId } = this.#options;
    const post = await api.post(postId).catch((error: unknown) => {
      if (isGone(error)) {
        return undefined;
      }
      throw error;
    });
    if (post?.channelId !== channelId) {
      return undefined;
    }
    this.#threads.set(postId, post.threadId);
    return post.threadId;
  }
}
