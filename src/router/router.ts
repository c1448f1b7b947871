// From the server's events to sessions: looks up what a route needs to know, decides, dispatches. One event after the
// other, so that the order in which people spoke is the order in which they are heard.

import type { AuditTrail } from "../audit/trail.ts";
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
} from "../mattermost/types.ts";
import { type Notice, notice } from "../render/bars.ts";
import { inlineCode } from "../render/markdown.ts";
import { authorise, type Person, type StandingOf } from "../session/access.ts";
import { helpText } from "../session/commands.ts";
import { tooBusy } from "../session/lifecycle.ts";
import type { SessionManager } from "../session/manager.ts";
import { BoundedMap } from "../util/bounded-map.ts";
import type { Clock } from "../util/clock.ts";
import type { Log } from "../util/log.ts";
import { CatchUp } from "./catch-up.ts";
import type { CursorKeeper } from "./cursor.ts";
import { Heard } from "./heard.ts";
import { Limits } from "./limits.ts";
import { addresseeOf, commandUserOf, type PeopleKnown, personOf } from "./people.ts";
import { type Facts, type Reading, type Route, read, route } from "./route.ts";

export interface RouterDependencies extends PeopleKnown {
  readonly api: Pick<MattermostApi, "isMember" | "post" | "postsSince" | "reactions">;
  readonly sessions: Pick<SessionManager, "find" | "open" | "openCards">;
  readonly standingOf: StandingOf;
  readonly cursor: CursorKeeper;
  readonly audit: Pick<AuditTrail, "append">;
  /** Posts a single reply in a thread, whether it has a session or not. */
  readonly reply: (threadId: ThreadId, notice: Notice) => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly newUuid: () => string;
  readonly channelId: ChannelId;
  readonly maxSessions: number;
}

const MAX_POSTS_KNOWN = 5000;

export class Router {
  readonly #dependencies: RouterDependencies;
  /** Which thread a post belongs to: a reaction names only the post. */
  readonly #threads = new BoundedMap<PostId, ThreadId>(MAX_POSTS_KNOWN);
  readonly #heard: Heard;
  readonly #limits = new Limits();
  readonly #catchUp: CatchUp;
  #hasBeenConnected = false;
  #last: Promise<void> = Promise.resolve();

  constructor(dependencies: RouterDependencies) {
    this.#dependencies = dependencies;
    this.#heard = new Heard(dependencies.cursor, () => dependencies.clock.now());
    this.#catchUp = new CatchUp({
      ...dependencies,
      heard: this.#heard,
      hear: (post) => this.#hear(post),
      reacted: (reaction) => this.#reacted(reaction, false),
      cardSeen: (postId, threadId) => this.#threads.set(postId, threadId),
      isForUs: (post) => this.#isForUs(post),
      inOrder: (what, perform) => this.#inOrder(what, perform),
    });
  }

  /** Never rejects: what can't be handled is logged, and the next event is taken. */
  take(event: SocketEvent): Promise<void> {
    return this.#inOrder(event.type, () => this.#dispatch(event));
  }

  /** Nothing is made up for any more. */
  close(): void {
    this.#catchUp.close();
    this.#heard.close();
  }

  #inOrder(what: string, perform: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(async () => {
      try {
        await perform();
      } catch (error) {
        const { log } = this.#dependencies;
        // It is said once that the server can't be asked, and made up for later.
        if (isPassing(error) && this.#catchUp.isLasting) {
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
        if (this.#isNews(event.post.createdAt, `post ${event.post.id}`)) {
          await this.#posted(event.post);
        }
        break;
      case "postDeleted":
        this.#deleted(event.post);
        break;
      case "reactionAdded":
      case "reactionRemoved":
        await this.#reactedNow(event.reaction, event.type === "reactionRemoved");
        break;
      case "userUpdated":
        directory.userUpdated(event.user);
        break;
      case "hello":
        log.debug(`connected to the server (${event.resumed ? "resumed" : "new connection"})`);
        if (!event.resumed) {
          // What the checks of a start have told is as good as news.
          if (this.#hasBeenConnected) {
            directory.mayHaveMissedUpdates();
          }
          this.#catchUp.begin();
          this.#hasBeenConnected = true;
          await this.#catchUp.perform();
        }
        break;
      case "disconnected":
        log.warn(`The connection to the server is gone (${event.reason}); reconnecting.`);
        break;
      case "memberAdded":
      case "memberRemoved":
      case "postEdited":
        // An edit is never new input.
        break;
    }
  }

  /** While the server can't tell who wrote it, a post waits, and those after it: the next one brings them all. */
  async #posted(post: Post): Promise<void> {
    try {
      if (this.#catchUp.isNeeded) {
        await this.#catchUp.perform();
      }
      await this.#hear(post);
    } catch (error) {
      if (isPassing(error)) {
        this.#catchUp.postponeFrom(post.createdAt);
      }
      throw error;
    }
  }

  async #hear(post: Post): Promise<void> {
    const { channelId } = this.#dependencies;
    if (post.channelId !== channelId || this.#heard.has(post.id)) {
      return;
    }
    this.#heard.take(post.id);
    this.#threads.set(post.id, post.threadId);
    this.#heard.noteTime(post.createdAt);
    await this.#actOn(post);
    this.#heard.save(this.#catchUp.gapFrom);
  }

  async #isForUs(post: Post): Promise<boolean> {
    const { botName, sessions } = this.#dependencies;
    const isMeant = read(post, botName).isMention || sessions.find(post.threadId) !== undefined;
    return post.isFromPerson && isMeant && (await personOf(this.#dependencies, post.userId)) !== undefined;
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
    const facts = await this.#lookUp(post, reading, { hasSession, uuid: newUuid() }).catch((error) => {
      this.#heard.giveBack(post.id);
      throw error;
    });
    // A session may have ended, or begun, while names were looked up.
    const current = {
      ...facts,
      hasSession: sessions.find(post.threadId) !== undefined,
      mayStart: this.#isListed({ id: post.userId }),
    };
    const decided = route(post, reading, current);
    log.debug(`post ${post.id}: ${decided.kind}${decided.kind === "ignore" ? ` (${decided.reason})` : ""}`);
    if (decided.kind !== "ignore") {
      this.#follow(decided, facts.by ?? { id: post.userId, name: "" }, post);
    }
  }

  async #lookUp(
    post: Post,
    reading: Reading,
    known: Pick<Facts, "hasSession" | "uuid">,
  ): Promise<Omit<Facts, "mayStart">> {
    return {
      ...known,
      by: await personOf(this.#dependencies, post.userId),
      addressee: reading.command ? undefined : await addresseeOf(this.#dependencies, post),
      commandUser: await commandUserOf(this.#dependencies, reading),
    };
  }

  #follow(decided: Exclude<Route, { kind: "ignore" }>, by: Person, { threadId, createdAt }: Post): void {
    const { clock, sessions, reply, maxSessions } = this.#dependencies;
    if (decided.kind === "refuse") {
      this.#refuse(threadId, by);
    } else if (!this.#limits.takesPost(decided, by.id, this.#isListed(by), threadId, createdAt)) {
      if (this.#limits.mayWarn(by.id, clock.now())) {
        reply(threadId, notice(tooMuch(by)));
      }
    } else if (decided.kind === "reply") {
      if (this.#limits.mayRemark(by.id, clock.now())) {
        reply(threadId, REPLIES[decided.reply]());
      }
    } else if (decided.kind === "deliver") {
      sessions.find(threadId)?.deliver(decided.signal);
    } else if (!sessions.open(threadId, decided.by, decided.message)) {
      reply(threadId, notice(tooBusy(maxSessions)));
    }
  }

  #refuse(threadId: ThreadId, by: Person): void {
    const { audit, clock, reply, botName } = this.#dependencies;
    if (this.#limits.mayRefuse(by.id, clock.now())) {
      audit.append({ action: "refused", by, threadId });
      // In code format: a name that pinged could make two bots answer each other without end.
      const words =
        `🔒 Sorry ${inlineCode(`@${by.name}`)}, you are not among those who may start a session with ` +
        `${inlineCode(`@${botName}`)}. Ask whoever runs it to add you to ALLOWED_USERS.`;
      reply(threadId, notice(words));
    }
  }

  #isListed({ id }: Pick<Person, "id">): boolean {
    return authorise("start", id, undefined, this.#dependencies.standingOf);
  }

  #isNews(createdAt: number, what: string): boolean {
    const isNews = !this.#heard.isFromThePast(createdAt);
    if (!isNews) {
      this.#dependencies.log.debug(`${what}: ignored (it is not new)`);
    }
    return isNews;
  }

  async #reactedNow(reaction: Reaction, isRemoval: boolean): Promise<void> {
    const { createdAt, emojiName, postId, userId } = reaction;
    const { botId, clock } = this.#dependencies;
    // A removal carries the time of what it removes.
    const isNews = isRemoval || createdAt === undefined || this.#isNews(createdAt, `reaction on ${postId}`);
    const name = canonicalEmoji(emojiName);
    if (isNews && name && userId !== botId && this.#limits.takesReaction(userId, name, clock.now())) {
      await this.#reacted(reaction, isRemoval);
    }
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
    const { channelId, sessions } = this.#dependencies;
    const session = post.channelId === channelId ? sessions.find(post.threadId) : undefined;
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

function tooMuch({ name }: Person): string {
  return `⏳ That was a lot at once, ${inlineCode(`@${name}`)}: the last messages were not taken. Send them again in a while.`;
}

const REPLIES: Readonly<Record<(Route & { readonly kind: "reply" })["reply"], () => Notice>> = {
  empty: () => notice("Mention me with your request"),
  help: () => notice("Write them in a thread that has a session.", helpText()),
  noSession: () => notice("There is no session in this thread. Mention me with your request to start one."),
};
