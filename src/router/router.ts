// From the server's events to sessions: looks up what a route needs to know, decides, dispatches. One event after the
// other, so that the order in which people spoke is the order in which they are heard.

import type { AuditTrail } from "../audit/trail.ts";
import { canonicalEmoji } from "../mattermost/emoji.ts";
import { isTransient } from "../mattermost/error.ts";
import type { ChannelId, Post, PostId, Reaction, SocketEvent, ThreadId } from "../mattermost/types.ts";
import { type Notice, notice } from "../render/attachments.ts";
import { inlineCode } from "../render/markdown.ts";
import { authorize, type Person, type RightsOf } from "../session/authorization.ts";
import type { SessionManager } from "../session/manager.ts";
import type { Clock } from "../util/clock.ts";
import type { Log } from "../util/log.ts";
import { CatchUp, type CatchUpOptions } from "./catch-up.ts";
import { ChannelMembership } from "./channel-membership.ts";
import type { CursorKeeper } from "./cursor.ts";
import { Dispatcher } from "./dispatcher.ts";
import { FailingPosts } from "./failing-posts.ts";
import { ENDS } from "./limits.ts";
import { OtherInstances } from "./other-instances.ts";
import { addresseeOf, commandUserOf, isMentionTold, type PeopleKnown, personOf } from "./people.ts";
import { PostChanges } from "./post-changes.ts";
import { type Facts, type Reading, read, route } from "./route.ts";
import { SeenPosts } from "./seen-posts.ts";

export interface RouterDependencies extends PeopleKnown {
  readonly api: CatchUpOptions["api"];
  readonly sessions: Pick<SessionManager, "open"> & CatchUpOptions["sessions"];
  readonly rightsOf: RightsOf;
  readonly cursor: CursorKeeper;
  readonly audit: Pick<AuditTrail, "append">;
  /** Posts a single reply in a thread, whether it has a session or not. */
  readonly reply: (threadId: ThreadId, notice: Notice) => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly newUuid: () => string;
  readonly channelId: ChannelId;
  readonly maxSessions: number;
  /** The mark of the posts that this process makes. */
  readonly instance: string;
  /** Another mm-claude runs this bot in this channel, and this one is to end; why, in a sentence or two. */
  readonly onOtherInstance: (why: string) => void;
  /** The bot was removed from the channel, or is in it again. */
  readonly onAway: (isAway: boolean) => void;
}

/** How a post came to be heard. */
interface Told {
  /** As news, and not because it was read again. */
  readonly isFromSocket: boolean;
  /** Whether the server says that it mentions the bot; undefined when it does not say. */
  readonly isMention: boolean | undefined;
}

const READ_AGAIN: Told = { isFromSocket: false, isMention: undefined };

export class Router {
  readonly #dependencies: RouterDependencies;
  readonly #seenPosts: SeenPosts;
  readonly #dispatcher: Dispatcher;
  readonly #postChanges: PostChanges;
  readonly #membership: ChannelMembership;
  readonly #otherInstances: OtherInstances;
  readonly #catchUp: CatchUp;
  readonly #failingPosts: FailingPosts;
  #hasBeenConnected = false;
  #last: Promise<void> = Promise.resolve();

  constructor(dependencies: RouterDependencies) {
    this.#dependencies = dependencies;
    this.#seenPosts = new SeenPosts(dependencies.cursor, () => dependencies.clock.now());
    this.#dispatcher = new Dispatcher({
      ...dependencies,
      isListed: (by) => this.#isListed(by),
      now: () => this.#seenPosts.now,
    });
    this.#postChanges = new PostChanges({ ...dependencies, seenPosts: this.#seenPosts });
    this.#failingPosts = new FailingPosts(dependencies.api);
    this.#membership = new ChannelMembership(dependencies);
    this.#otherInstances = new OtherInstances(dependencies);
    this.#catchUp = new CatchUp({
      ...dependencies,
      seenPosts: this.#seenPosts,
      membership: this.#membership,
      hear: (post) => this.#hear(post, READ_AGAIN),
      reacted: (reaction, isRemoval) => this.#postChanges.reacted(reaction, isRemoval),
      noteThread: (threadId, postId) => this.#postChanges.noteThread(threadId, postId),
      edited: (post) => this.#postChanges.edited(post),
      threadGone: (threadId) => this.#postChanges.threadGone(threadId),
      isForUs: (post) => this.#isForUs(post),
      inOrder: (what, perform) => this.#inOrder(what, perform),
    });
  }

  /** Never rejects: what can't be handled is logged, and the next event is taken. */
  take(event: SocketEvent): Promise<void> {
    return this.#seenPosts.isClosed ? this.#last : this.#inOrder(event.type, () => this.#dispatch(event));
  }

  /** It is known by which post somebody is asked. */
  cardPosted(threadId: ThreadId, postId: PostId): void {
    this.#catchUp.cardPosted({ threadId, postId });
  }

  /** Nothing is heard or caught up on any more: what is under way has no effect, and is left to the next start. */
  close(): void {
    this.#catchUp.close();
    this.#seenPosts.close();
  }

  #inOrder(what: string, perform: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(async () => {
      try {
        await perform();
      } catch (error) {
        const { log } = this.#dependencies;
        // It is logged once that the server can't be asked, and caught up on later.
        if (isTransient(error) && this.#catchUp.isLasting) {
          log.debug(`Could not handle "${what}"`, error);
        } else {
          log.error(`Could not handle "${what}"`, error);
        }
      }
    });
    return this.#last;
  }

  async #dispatch(event: SocketEvent): Promise<void> {
    const { channelId, users, log } = this.#dependencies;
    switch (event.type) {
      case "posted":
        // One socket tells of all the channels the account is in.
        if (event.post.channelId === channelId) {
          await this.#postedNow(event);
        }
        break;
      case "postEdited":
        await this.#afterMissed(
          () => this.#postChanges.edited(event.post),
          (error) => this.#catchUp.lookAgain(error),
        );
        break;
      case "postDeleted":
        this.#postChanges.deleted(event.post);
        break;
      case "reactionAdded":
      case "reactionRemoved":
        // In another channel nothing need be looked up for it.
        if ((event.channelId ?? channelId) === channelId) {
          await this.#reactedNow(event.reaction, event.type === "reactionRemoved");
        }
        break;
      case "userUpdated":
        users.userUpdated(event.user);
        break;
      case "memberAdded":
      case "memberRemoved":
        await this.#memberChanged(event);
        break;
      case "hello":
        log.debug(`connected to the server (${event.resumed ? "resumed" : "new connection"})`);
        this.#otherInstances.listen();
        if (!event.resumed) {
          // What the checks of a start have told is as good as news.
          if (this.#hasBeenConnected) {
            users.mayHaveMissedUpdates();
          }
          this.#hasBeenConnected = true;
          await this.#catchUpNow();
        }
        break;
      case "disconnected":
        log.debug(`the connection to the server is gone (${event.reason})`);
        break;
    }
  }

  /** Something may be missing since the last that was heard. */
  async #catchUpNow(): Promise<void> {
    this.#catchUp.begin();
    await this.#catchUp.perform();
  }

  async #memberChanged(
    event: SocketEvent & { readonly type: "memberAdded" | "memberRemoved" },
  ): Promise<void> {
    const { botId, channelId } = this.#dependencies;
    if (event.userId === botId && event.channelId === channelId) {
      if (event.type === "memberRemoved") {
        this.#membership.left();
      }
      await this.#catchUpNow();
    }
  }

  async #postedNow({ post, mentions }: SocketEvent & { readonly type: "posted" }): Promise<void> {
    if (this.#isNews(post.createdAt, `post ${post.id}`)) {
      this.#otherInstances.checkPost(post);
      const isMention = isMentionTold(this.#dependencies, post, mentions);
      await this.#afterMissed(
        () => this.#hear(post, { isFromSocket: true, isMention }),
        (error) => this.#catchUp.postponeFrom(post.createdAt, error),
      );
    }
  }

  /**
   * What was missed is heard before what comes now. While the server can't tell all that has to be known of it, the
   * event waits, and so does everything after it: `postpone` leaves it to the next catch-up.
   */
  async #afterMissed(perform: () => Promise<void>, postpone: (error: unknown) => void): Promise<void> {
    try {
      if (this.#catchUp.isNeeded) {
        await this.#catchUp.perform();
      }
      await perform();
    } catch (error) {
      if (isTransient(error)) {
        postpone(error);
      }
      throw error;
    }
  }

  async #hear(post: Post, told: Told): Promise<void> {
    const { channelId } = this.#dependencies;
    if (this.#seenPosts.isClosed || post.channelId !== channelId || this.#seenPosts.has(post.id)) {
      return;
    }
    this.#seenPosts.take(post);
    this.#postChanges.seen(post);
    this.#seenPosts.noteTime(post.createdAt, told.isFromSocket);
    await this.#actOn(post, told);
    this.#seenPosts.save(this.#catchUp.gapFrom);
  }

  async #isForUs(post: Post): Promise<boolean> {
    const { botName, sessions } = this.#dependencies;
    const isMeant = read(post, botName).isMention || sessions.find(post.threadId) !== undefined;
    return post.isFromPerson && isMeant && (await personOf(this.#dependencies, post.userId)) !== undefined;
  }

  async #actOn(post: Post, { isMention }: Told): Promise<void> {
    const { botId, botName, sessions } = this.#dependencies;
    if (post.userId === botId || !post.isFromPerson) {
      return;
    }
    const reading = read(post, botName, isMention);
    const hasSession = sessions.find(post.threadId) !== undefined;
    if (!reading.isMention && !hasSession) {
      return;
    }
    try {
      await this.#decide(post, reading, hasSession);
      this.#failingPosts.forget(post.id);
    } catch (error) {
      const isLater = isTransient(error) && !(await this.#failingPosts.noteFailure(post.id));
      if (isLater || this.#seenPosts.isClosed) {
        this.#seenPosts.giveBack(post.id);
        throw error;
      }
      const why = error instanceof Error ? error.message : String(error);
      if (hasSession || this.#isListed({ id: post.userId })) {
        const words = `💥 This message was not taken: ${inlineCode(why, 300)}. Send it again, or see mm-claude's log.`;
        this.#dependencies.reply(post.threadId, notice(words));
      }
      // Nothing that passes: those after it are heard.
      throw new Error(`A message was not taken: ${why}`, { cause: error });
    }
  }

  async #decide(post: Post, reading: Reading, hasSession: boolean): Promise<void> {
    const { sessions, newUuid, log } = this.#dependencies;
    const facts = await this.#lookUp(post, reading, { hasSession, uuid: newUuid() });
    // A session may have ended, or begun, while names were looked up.
    const current = {
      ...facts,
      hasSession: sessions.find(post.threadId) !== undefined,
      mayStart: this.#isListed({ id: post.userId }),
      isDatedAhead: this.#seenPosts.isDatedAhead(post.createdAt),
    };
    const decided = route(post, reading, current);
    log.debug(`post ${post.id}: ${decided.kind}${decided.kind === "ignore" ? ` (${decided.reason})` : ""}`);
    if (decided.kind !== "ignore" && !this.#seenPosts.isClosed) {
      this.#dispatcher.dispatch(decided, facts.by ?? { id: post.userId, name: "" }, post);
    }
  }

  async #lookUp(
    post: Post,
    reading: Reading,
    known: Pick<Facts, "hasSession" | "uuid">,
  ): Promise<Omit<Facts, "mayStart" | "isDatedAhead">> {
    return {
      ...known,
      by: await personOf(this.#dependencies, post.userId),
      addressee: reading.command ? undefined : await addresseeOf(this.#dependencies, post),
      commandUser: await commandUserOf(this.#dependencies, reading),
    };
  }

  #isListed({ id }: Pick<Person, "id">): boolean {
    return authorize("start", id, undefined, this.#dependencies.rightsOf);
  }

  #isNews(createdAt: number, what: string): boolean {
    const isNews = !this.#seenPosts.isFromThePast(createdAt);
    if (!isNews) {
      this.#dependencies.log.debug(`${what}: ignored (it is not new)`);
    }
    return isNews;
  }

  async #reactedNow(reaction: Reaction, isRemoval: boolean): Promise<void> {
    const { createdAt, emojiName, postId, userId } = reaction;
    // A removal carries the time of what it removes.
    const isNews = isRemoval || createdAt === undefined || this.#isNews(createdAt, `reaction on ${postId}`);
    const name = canonicalEmoji(emojiName);
    if (
      isNews &&
      name &&
      userId !== this.#dependencies.botId &&
      this.#dispatcher.tryTakeReaction(userId, name)
    ) {
      if (ENDS.has(name) && this.#catchUp.isNeeded) {
        // A reaction that ends a session does not wait. If what was said before it, and is not heard yet, begins the
        // session again, the reaction is heard a second time in its place and ends that one too.
        await this.#postChanges.tell(reaction, isRemoval).catch(() => {});
      }
      await this.#afterMissed(
        () => this.#postChanges.reacted(reaction, isRemoval),
        (error) => this.#catchUp.postpone(reaction, isRemoval, error),
      );
    }
  }
}
