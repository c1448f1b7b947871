// From the server's events to sessions: looks up what a route needs to know, decides, dispatches. One event after the
// other, so that the order in which people spoke is the order in which they are heard.

import { canonicalEmoji } from "../mattermost/emoji.ts";
import { isTransient } from "../mattermost/error.ts";
import { channelOf } from "../mattermost/event-channel.ts";
import type { Post, PostId, Reaction, SocketEvent, ThreadId } from "../mattermost/types.ts";
import { notice } from "../render/attachments.ts";
import { inlineCode } from "../render/markdown.ts";
import type { Person } from "../session/authorization.ts";
import { CatchUp } from "./catch-up.ts";
import { ChannelMembership } from "./channel-membership.ts";
import type { RouterDependencies } from "./dependencies.ts";
import { Dispatcher } from "./dispatcher.ts";
import { FailingPosts } from "./failing-posts.ts";
import { ENDS } from "./limits.ts";
import { OtherInstances } from "./other-instances.ts";
import { canBeHeard, isMentionTold, lookUpPeople, speakerOf } from "./people.ts";
import { PostChanges } from "./post-changes.ts";
import { type Reading, read, route } from "./route.ts";
import { isBotIn, isListedIn, projectFor } from "./routed-projects.ts";
import { SeenPosts } from "./seen-posts.ts";

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
  #last: Promise<void> = Promise.resolve();

  constructor(dependencies: RouterDependencies) {
    this.#dependencies = dependencies;
    this.#seenPosts = new SeenPosts(dependencies.cursor, () => dependencies.clock.now());
    const seenPosts = this.#seenPosts;
    this.#dispatcher = new Dispatcher(dependencies, seenPosts);
    this.#postChanges = new PostChanges(dependencies, seenPosts);
    this.#failingPosts = new FailingPosts(dependencies.api);
    this.#membership = new ChannelMembership(dependencies);
    this.#otherInstances = new OtherInstances(dependencies);
    // Each is given by name: an object that is spread into another one has a shape of its own in memory, for each channel.
    const { api, botId, channelId, clock, log, reply, sessions } = dependencies;
    this.#catchUp = new CatchUp({
      api,
      botId,
      channelId,
      clock,
      log,
      reply,
      sessions,
      seenPosts,
      standing: dependencies.standing,
      membership: this.#membership,
      hear: (post) => this.#hear(post, READ_AGAIN),
      changes: this.#postChanges,
      isForUs: (post) => this.#isForUs(post),
      inOrder: (what, perform) => this.#inOrder(what, perform),
    });
  }

  /** Never rejects: what can't be handled is logged, and the next event is taken. */
  take(event: SocketEvent): Promise<void> {
    const { channelId } = this.#dependencies;
    if ((channelOf(event) ?? channelId) !== channelId || this.#seenPosts.isClosed) {
      return this.#last;
    }
    if (event.type === "posted") {
      this.#lookAhead(event);
    }
    return this.#inOrder(event.type, () => this.#dispatch(event));
  }

  /** Who has written is known by the time that it is heard, however much is to be heard before. */
  #lookAhead(event: SocketEvent & { readonly type: "posted" }): void {
    const { post } = event;
    const { botId, sessions } = this.#dependencies;
    const reading = this.#read(post, isMentionTold(this.#dependencies, event));
    const isMeant = reading.isMention || sessions.find(post.threadId) !== undefined;
    if (post.userId !== botId && isMeant && canBeHeard(post, reading)) {
      // A failure is met when it is heard.
      speakerOf(this.#dependencies, post).catch(() => {});
    }
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
        const { isTold, log } = this.#dependencies;
        // It is logged once that the server can't be asked, and caught up on later.
        if (isTransient(error) && (this.#catchUp.isLasting || isTold(error))) {
          log.debug(`Could not handle "${what}"`, error);
        } else {
          log.error(`Could not handle "${what}"`, error);
        }
      }
    });
    return this.#last;
  }

  async #dispatch(event: SocketEvent): Promise<void> {
    switch (event.type) {
      case "posted":
        await this.#postedNow(event);
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
        await this.#reactedNow(event.reaction, event.type === "reactionRemoved");
        break;
      case "channelArchived":
      case "channelRestored":
        await this.#archivedOrRestored(event.type === "channelArchived");
        break;
      case "memberAdded":
      case "memberRemoved":
        await this.#memberChanged(event);
        break;
      case "hello":
        this.#otherInstances.listen();
        if (!event.resumed) {
          await this.#catchUp.performNow();
        }
        break;
      case "alive":
        this.#catchUp.heardUpTo(event.askedAt);
        break;
      default:
    }
  }

  async #archivedOrRestored(isArchived: boolean): Promise<void> {
    const { sessions } = this.#dependencies;
    if (isArchived) {
      this.#membership.archived();
      for (const threadId of sessions.liveThreads()) {
        sessions.find(threadId)?.deliver({ type: "channelArchived" });
      }
    } else {
      this.#membership.restored();
      await this.#catchUp.performNow();
    }
  }

  async #memberChanged(
    event: SocketEvent & { readonly type: "memberAdded" | "memberRemoved" },
  ): Promise<void> {
    if (event.userId === this.#dependencies.botId) {
      if (event.type === "memberRemoved") {
        this.#membership.left();
      }
      await this.#catchUp.performNow();
    }
  }

  async #postedNow(event: SocketEvent & { readonly type: "posted" }): Promise<void> {
    const { post } = event;
    if (this.#isNews(post.createdAt, `post ${post.id}`)) {
      this.#otherInstances.checkPost(post);
      const isMention = isMentionTold(this.#dependencies, event);
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
    const { projects, sessions } = this.#dependencies;
    const reading = this.#read(post);
    const isMeant = reading.isMention || sessions.find(post.threadId) !== undefined;
    const by = isMeant && canBeHeard(post, reading) ? await speakerOf(this.#dependencies, post) : undefined;
    return by !== undefined && (post.isFromPerson || isBotIn(projects(), by.id));
  }

  async #actOn(post: Post, { isMention }: Told): Promise<void> {
    const { botId, sessions } = this.#dependencies;
    if (post.userId === botId || !(post.isFromPerson || post.isFromBot)) {
      return;
    }
    const reading = this.#read(post, isMention);
    const hasSession = sessions.find(post.threadId) !== undefined;
    if (!canBeHeard(post, reading) || !(reading.isMention || hasSession)) {
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
    const facts = await lookUpPeople(this.#dependencies, post, reading, { hasSession, uuid: newUuid() });
    // A session may have ended, or begun, while names were looked up.
    const current = {
      ...facts,
      hasSession: sessions.find(post.threadId) !== undefined,
      isListedBot: isBotIn(this.#dependencies.projects(), post.userId),
      project: projectFor(reading, post.userId, this.#dependencies.projects()),
      // Where none is left there is nothing to keep from anybody.
      mayStartSomewhere: this.#projectNames.length === 0 || this.#isListed({ id: post.userId }),
      isDatedAhead: this.#seenPosts.isDatedAhead(post.createdAt),
    };
    const decided = route(post, reading, current);
    log.debug(`post ${post.id}: ${decided.kind}${decided.kind === "ignore" ? ` (${decided.reason})` : ""}`);
    if (decided.kind !== "ignore" && !this.#seenPosts.isClosed) {
      this.#dispatcher.dispatch(decided, facts.by ?? { id: post.userId, name: "" }, post);
    }
  }

  #read(post: Post, isMentionTold?: boolean): Reading {
    const { botName, isDirect } = this.#dependencies;
    return read(post, botName, this.#projectNames, isDirect || isMentionTold);
  }

  get #projectNames(): string[] {
    return this.#dependencies.projects().map(({ name }) => name);
  }

  /** In one of the projects. */
  #isListed({ id }: Pick<Person, "id">): boolean {
    return isListedIn(this.#dependencies.projects(), id);
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
