// From the server's events to sessions: looks up what a route needs to know, decides, dispatches. One event after the
// other, so that the order in which people spoke is the order in which they are heard.

import { canonicalEmoji } from "../mattermost/emoji.ts";
import { isGone, isPassing } from "../mattermost/error.ts";
import type {
  ChannelId,
  MattermostApi,
  Post,
  PostId,
  Reaction,
  SocketEvent,
  ThreadId,
  UserId,
} from "../mattermost/types.ts";
import { inlineCode, truncate } from "../render/markdown.ts";
import type { Person } from "../session/access.ts";
import { helpText } from "../session/commands.ts";
import { tooBusy } from "../session/lifecycle.ts";
import type { SessionManager } from "../session/manager.ts";
import { backoffMs } from "../util/backoff.ts";
import { BoundedMap } from "../util/bounded-map.ts";
import type { Clock, Timer } from "../util/clock.ts";
import type { Log } from "../util/log.ts";
import type { CursorKeeper } from "./cursor.ts";
import { addresseeOf, commandUserOf, type PeopleKnown, personOf } from "./people.ts";
import { type Facts, type Reading, type Route, read, route } from "./route.ts";

export interface RouterDependencies extends PeopleKnown {
  readonly api: Pick<MattermostApi, "post" | "postsSince" | "reactions">;
  readonly sessions: Pick<SessionManager, "find" | "open" | "openCards">;
  readonly cursor: CursorKeeper;
  /** Posts a single reply in a thread, whether it has a session or not. */
  readonly reply: (threadId: ThreadId, markdown: string) => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly newUuid: () => string;
  readonly botName: string;
  readonly channelId: ChannelId;
  readonly maxSessions: number;
}

/** What could not be read of a gap is tried again at this pace, unless the next post comes first. */
const MAKE_UP = { baseMs: 2000, maxMs: 60_000, random: () => 1 };
const REFUSE_EVERY_MS = 3_600_000;
const MAX_POSTS_KNOWN = 5000;
const MAX_REFUSALS_KNOWN = 1000;

/** What was said longer ago than that is named, and not acted on. */
const MAX_AGE_MS = 24 * 3_600_000;
const MAX_HEARD_KEPT = 200;
const MAX_STALE_NAMED = 20;

export class Router {
  readonly #dependencies: RouterDependencies;
  /** Which thread a post belongs to: a reaction names only the post. */
  readonly #threads = new BoundedMap<PostId, ThreadId>(MAX_POSTS_KNOWN);
  readonly #taken = new BoundedMap<PostId, true>(MAX_POSTS_KNOWN);
  readonly #refusedAt = new BoundedMap<UserId, number>(MAX_REFUSALS_KNOWN);
  /** The newest post taken, on the server's clock; where a gap would begin. */
  #newestAt: number;
  #heard: readonly PostId[] = [];
  /** Since when posts may have been missed, on the server's clock; undefined when none were. */
  #gapFrom: number | undefined;
  /** Cards may have been decided about, or deleted, unheard. */
  #hasUnseenCards = false;
  #makeUpTimer: Timer | undefined;
  #makeUpFailures = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(dependencies: RouterDependencies) {
    this.#dependencies = dependencies;
    const cursor = dependencies.cursor.load();
    this.#newestAt = cursor?.at ?? dependencies.clock.now();
    for (const postId of cursor?.heard ?? []) {
      this.#markTaken(postId);
    }
  }

  #markTaken(postId: PostId): void {
    this.#taken.set(postId, true);
    this.#heard = [...this.#heard, postId].slice(-MAX_HEARD_KEPT);
  }

  /** Never rejects: what can't be handled is logged, and the next event is taken. */
  take(event: SocketEvent): Promise<void> {
    return this.#inOrder(event.type, () => this.#dispatch(event));
  }

  /** Nothing is made up for any more. */
  close(): void {
    this.#dependencies.clock.clearTimeout(this.#makeUpTimer);
  }

  #inOrder(what: string, perform: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(async () => {
      try {
        await perform();
      } catch (error) {
        const { log } = this.#dependencies;
        // It is said once that the server can't be asked, and made up for later.
        if (isPassing(error) && this.#makeUpFailures > 1) {
          log.debug(`Could not handle "${what}"`, error);
        } else {
          log.error(`Could not handle "${what}"`, error);
        }
      }
    });
    return this.#last;
  }

  async #dispatch(event: SocketEvent): Promise<void> {
    const { directory, log } = this.#dependencies;
    switch (event.type) {
      case "posted":
        await this.#posted(event.post);
        break;
      case "postDeleted":
        this.#deleted(event.post);
        break;
      case "reactionAdded":
        await this.#reacted(event.reaction, false);
        break;
      case "reactionRemoved":
        await this.#reacted(event.reaction, true);
        break;
      case "userUpdated":
        directory.userUpdated(event.user);
        break;
      case "hello":
        log.debug(`connected to the server (${event.resumed ? "resumed" : "new connection"})`);
        if (!event.resumed) {
          this.#gapFrom ??= this.#newestAt;
          this.#hasUnseenCards = true;
          await this.#makeUp();
        }
        break;
      case "disconnected":
        log.warn(`The connection to the server is gone (${event.reason}); reconnecting.`);
        break;
      case "postEdited":
        // An edit is never new input.
        break;
    }
  }

  /** All that was missed; what can't be read now is tried again until it is. */
  async #makeUp(): Promise<void> {
    const { clock } = this.#dependencies;
    clock.clearTimeout(this.#makeUpTimer);
    try {
      await this.#catchUp();
      await this.#lookAtCards();
      this.#makeUpFailures = 0;
    } catch (error) {
      if (isPassing(error)) {
        this.#makeUpLater();
      }
      throw error;
    }
  }

  #makeUpLater(): void {
    const { clock } = this.#dependencies;
    clock.clearTimeout(this.#makeUpTimer);
    const ms = backoffMs(this.#makeUpFailures++, MAKE_UP);
    this.#makeUpTimer = clock.setTimeout(() => void this.#inOrder("catching up", () => this.#makeUp()), ms);
  }

  /** What was posted while no connection was open; posts that were taken already are skipped by their id. */
  async #catchUp(): Promise<void> {
    const { api, channelId, clock } = this.#dependencies;
    if (this.#gapFrom === undefined) {
      return;
    }
    try {
      const stale: Post[] = [];
      const oldest = clock.now() - MAX_AGE_MS;
      for (const post of await api.postsSince(channelId, this.#gapFrom)) {
        await (post.createdAt < oldest ? this.#nameStale(post, stale) : this.#hear(post));
      }
      this.#tellStale(stale);
    } catch (error) {
      if (isPassing(error)) {
        throw error;
      }
      this.#dependencies.log.error("Could not read what was posted in the meantime", error);
    }
    this.#gapFrom = undefined;
    this.#saveCursor();
  }

  /** What was decided on open cards, and which of them were deleted, while nobody listened. */
  async #lookAtCards(): Promise<void> {
    const { api, sessions } = this.#dependencies;
    if (!this.#hasUnseenCards) {
      return;
    }
    for (const { threadId, postId } of sessions.openCards()) {
      this.#threads.set(postId, threadId);
      try {
        await api.post(postId);
        for (const reaction of await api.reactions(postId)) {
          await this.#reacted(reaction, false);
        }
      } catch (error) {
        if (!isGone(error)) {
          throw error;
        }
        sessions.find(threadId)?.deliver({ type: "postDeleted", postId });
      }
    }
    this.#hasUnseenCards = false;
  }

  #saveCursor(): void {
    this.#dependencies.cursor.save({ at: this.#gapFrom ?? this.#newestAt, heard: this.#heard });
  }

  /** A message for Claude that has become too old to act on without asking. */
  async #nameStale(post: Post, stale: Post[]): Promise<void> {
    if (this.#taken.has(post.id)) {
      return;
    }
    this.#markTaken(post.id);
    const { botName, sessions } = this.#dependencies;
    const isForUs = post.isFromPerson && (read(post, botName).isMention || sessions.find(post.threadId));
    if (isForUs && (await personOf(this.#dependencies, post.userId))) {
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
      const text = `⏳ These messages came while I was away, more than a day ago. I have not acted on them; repeat what still matters:\n${list}`;
      this.#dependencies.reply(newest.threadId, text);
    }
  }

  /** While the server can't tell who wrote it, a post waits, and those after it: the next one brings them all. */
  async #posted(post: Post): Promise<void> {
    try {
      if (this.#gapFrom !== undefined || this.#hasUnseenCards) {
        await this.#makeUp();
      }
      await this.#hear(post);
    } catch (error) {
      if (isPassing(error)) {
        this.#gapFrom = Math.min(this.#gapFrom ?? Infinity, post.createdAt);
        this.#makeUpLater();
      }
      throw error;
    }
  }

  async #hear(post: Post): Promise<void> {
    const { channelId } = this.#dependencies;
    if (post.channelId !== channelId || this.#taken.has(post.id)) {
      return;
    }
    this.#markTaken(post.id);
    this.#threads.set(post.id, post.threadId);
    this.#newestAt = Math.max(this.#newestAt, post.createdAt);
    await this.#actOn(post);
    this.#saveCursor();
  }

  async #actOn(post: Post): Promise<void> {
    const { botId, botName, sessions, newUuid, log } = this.#dependencies;
    if (post.userId === botId || !post.isFromPerson) {
      return;
    }
    const reading = read(post, botName);
    const hasSession = sessions.find(post.threadId) !== undefined;
    if (!reading.isMention && !hasSession) {
      return;
    }
    const facts: Facts = await this.#lookUp(post, reading, { hasSession, uuid: newUuid() }).catch((error) => {
      this.#taken.delete(post.id);
      throw error;
    });
    // A session may have ended, or begun, while names were looked up.
    const current = { ...facts, hasSession: sessions.find(post.threadId) !== undefined };
    const decided = route(post, reading, current);
    log.debug(`post ${post.id}: ${decided.kind}${decided.kind === "ignore" ? ` (${decided.reason})` : ""}`);
    this.#follow(decided);
  }

  async #lookUp(post: Post, reading: Reading, known: Pick<Facts, "hasSession" | "uuid">): Promise<Facts> {
    return {
      ...known,
      by: await personOf(this.#dependencies, post.userId),
      addressee: reading.command ? undefined : await addresseeOf(this.#dependencies, post),
      commandUser: await commandUserOf(this.#dependencies, reading),
    };
  }

  #follow(decided: Route): void {
    const { sessions, reply, maxSessions } = this.#dependencies;
    switch (decided.kind) {
      case "ignore":
        break;
      case "open":
        if (!sessions.open(decided.threadId, decided.by, decided.message)) {
          reply(decided.threadId, tooBusy(maxSessions));
        }
        break;
      case "deliver":
        sessions.find(decided.threadId)?.deliver(decided.signal);
        break;
      case "refuse":
        this.#refuse(decided.threadId, decided.by);
        break;
      case "reply":
        reply(decided.threadId, REPLIES[decided.reply]());
        break;
    }
  }

  #refuse(threadId: ThreadId, by: Person): void {
    const { clock, reply, botName } = this.#dependencies;
    const last = this.#refusedAt.get(by.id);
    if (last !== undefined && clock.now() - last < REFUSE_EVERY_MS) {
      return;
    }
    this.#refusedAt.set(by.id, clock.now());
    // In code format: a name that pinged could make two bots answer each other without end.
    reply(
      threadId,
      `🔒 Sorry ${inlineCode(`@${by.name}`)}, you are not among those who may start a session with ` +
        `${inlineCode(`@${botName}`)}. Ask whoever runs it to add you to ALLOWED_USERS.`,
    );
  }

  async #reacted(reaction: Reaction, isRemoval: boolean): Promise<void> {
    const { botId, sessions, newUuid } = this.#dependencies;
    const emojiName = canonicalEmoji(reaction.emojiName);
    if (reaction.userId === botId || !emojiName) {
      return;
    }
    const threadId = await this.#threadOf(reaction.postId);
    if (!threadId || !sessions.find(threadId)) {
      return;
    }
    const by = await personOf(this.#dependencies, reaction.userId);
    if (by) {
      const { postId } = reaction;
      const signal = { type: "reaction", by, postId, emojiName, isRemoval, uuid: newUuid() } as const;
      sessions.find(threadId)?.deliver(signal);
    }
  }

  #deleted(post: Post): void {
    const session = this.#dependencies.sessions.find(post.threadId);
    const isRoot = post.id === post.threadId;
    session?.deliver(
      isRoot
        ? { type: "threadLost", reason: "its first post was deleted" }
        : { type: "postDeleted", postId: post.id },
    );
  }

  async #threadOf(postId: PostId): Promise<ThreadId | undefined> {
    const known = this.#threads.get(postId);
    if (known) {
      return known;
    }
    const { api, channelId } = this.#dependencies;
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

/** The server could not be asked just now. */

const REPLIES: Readonly<Record<(Route & { readonly kind: "reply" })["reply"], () => string>> = {
  empty: () => "Mention me with your request",
  help: helpText,
  noSession: () => "There is no session in this thread. Mention me with your request to start one.",
};
