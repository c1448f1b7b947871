// Direct messages to the bot, and group messages that mention it: channels that nobody lists. Each is served from the
// first post of somebody who may begin a session there.

import { z } from "zod";
import type { Project } from "../config/project.ts";
import { pauseAfter } from "../mattermost/budget.ts";
import { isTransient, MattermostError } from "../mattermost/error.ts";
import type { Channel, ChannelId, SocketEvent, ThreadId, UserId } from "../mattermost/types.ts";
import { notice } from "../render/attachments.ts";
import { encodeCursor } from "../router/cursor.ts";
import { mentions } from "../router/mention.ts";
import { sessionPrefix } from "../session/dependencies.ts";
import type { ReadyProject } from "../setup/project-checks.ts";
import type { Timer } from "../util/clock.ts";
import type { Log } from "../util/log.ts";
import { RateLimit } from "../util/rate-limit.ts";
import type { Connection } from "./bridge.ts";
import { cursorName } from "./cursors.ts";
import { RefusedMessages } from "./refused-messages.ts";
import { Replies } from "./replies.ts";

export interface DirectMessagesOptions {
  readonly connection: Connection;
  readonly isServed: (channelId: ChannelId) => boolean;
  /** Gives the reason when it can't be served. */
  readonly serve: (channel: Channel, ready: ReadyProject) => Promise<string | undefined>;
}

const HOUR_MS = 3_600_000;
/** Where the server can't be asked, or nothing can be kept, it is tried again at this pace. */
const RETRY = { baseMs: 1000, maxMs: 60_000, random: () => 1 };
/** What is older is not read in a channel that was never heard. */
const OLDEST_MS = 30 * 24 * HOUR_MS;
const SINCE = "direct-since";
const since = z.object({ version: z.literal(1), at: z.number() });

export class DirectMessages {
  readonly #options: DirectMessagesOptions;
  readonly #refusals = new RateLimit({ burst: 1, everyMs: HOUR_MS });
  #ready: ReadyProject | undefined;
  #refused: RefusedMessages | undefined;
  #since = Infinity;
  #timer: Timer | undefined;
  #failures = 0;
  #isClosed = false;

  constructor(options: DirectMessagesOptions) {
    this.#options = options;
  }

  /** Undefined: they are off. */
  reconfigure(ready: ReadyProject | undefined): void {
    this.#ready = ready;
    if (ready) {
      this.#refused ??= new RefusedMessages(this.#options.connection.folder);
      this.#since = Math.min(this.#since, this.#enabledSince());
      for (const user of ready.allowedUsers) {
        this.#options.connection.users.foundBefore(user);
      }
    }
  }

  /** Undefined while they are off. */
  get project(): Project | undefined {
    return this.#ready?.project;
  }

  close(): void {
    this.#isClosed = true;
    this.#options.connection.clock.clearTimeout(this.#timer);
  }

  /** In a channel that is not served. */
  posted({ post, channelType }: SocketEvent & { readonly type: "posted" }): void {
    const { bot, botName } = this.#options.connection;
    if (!this.#ready || post.userId === bot.id || !post.isFromPerson) {
      return;
    }
    const isMeant = channelType === "D" || (channelType === "G" && mentions(post.message, botName));
    if (isMeant && this.#isListed(post.userId)) {
      void this.#serve(post.channelId);
    } else if (isMeant) {
      this.#refused?.note(post);
      void this.#refuse(post.channelId, post.threadId, post.userId);
    }
  }

  /** Somebody may have written for the first time while no connection was open. */
  mayHaveMissed(): void {
    if (this.#ready) {
      void this.#lookForChannels();
    }
  }

  async #lookForChannels(): Promise<void> {
    const { folder, log, standings } = this.#options.connection;
    const failuresBefore = this.#failures;
    try {
      const names = folder.names();
      for (const { channel, mentions: count } of await standings.members()) {
        const wasServed = names.some(
          (name) => name === cursorName(channel.id) || name.startsWith(sessionPrefix(channel.id)),
        );
        const isMeant =
          channel.type === "D" ? this.#isWithListed(channel) : channel.type === "G" && count > 0;
        const isNew = (channel.lastPostAt ?? 0) >= this.#since;
        if (["D", "G"].includes(channel.type) && (wasServed || (isMeant && isNew))) {
          await this.#serve(channel.id, channel);
        }
      }
      if (this.#failures === failuresBefore) {
        this.#failures = 0;
      }
    } catch (error) {
      this.#failed("Could not look for direct messages", error, log.warn);
    }
  }

  /** Said once; whoever has written is not lost by it. */
  #failed(what: string, error: unknown, tell: Log["warn"]): void {
    const { clock, log } = this.#options.connection;
    const mayPass = !(error instanceof MattermostError) || isTransient(error);
    const say = this.#failures === 0 ? tell : log.debug;
    say(`${what}; it is tried again ${mayPass ? "until it can be" : "with the next one"}`, error);
    clock.clearTimeout(this.#timer);
    if (mayPass && !this.#isClosed) {
      const ms = pauseAfter(error, this.#failures++, RETRY);
      this.#timer = clock.setTimeout(() => this.mayHaveMissed(), ms);
    }
  }

  async #serve(channelId: ChannelId, known?: Channel): Promise<void> {
    const { connection, isServed, serve } = this.#options;
    try {
      const channel = known ?? (await connection.api.channel(channelId));
      if (this.#ready && !this.#isClosed && !isServed(channelId)) {
        // One that was never heard begins where direct messages began.
        const begin = Math.max(this.#since, connection.clock.now() - OLDEST_MS);
        await this.#beginAfterRefused(channelId, begin);
        const why = await serve({ ...channel, lastPostAt: begin - 1 }, this.#ready);
        if (why !== undefined) {
          throw new Error(why);
        }
      }
    } catch (error) {
      this.#failed("A direct message could not be served", error, connection.log.error);
    }
  }

  /** A channel that is heard for the first time. */
  async #beginAfterRefused(channelId: ChannelId, begin: number): Promise<void> {
    const { folder } = this.#options.connection;
    const refused = this.#refused?.of(channelId);
    const name = cursorName(channelId);
    if (refused && !folder.names().includes(name)) {
      const at = Math.max(begin, refused.at + 1);
      folder.change(name, () => encodeCursor({ at, heard: refused.posts, leadMs: 0 }));
      await folder.saved(name);
    }
  }

  #isListed(id: UserId): boolean {
    const user = this.#options.connection.users.known(id);
    return this.#ready?.allowedUsers.some((one) => one.id === id && one.username === user?.username) ?? false;
  }

  /** Its name is the ids of both (10.11). */
  #isWithListed({ name }: Channel): boolean {
    return name?.split("__").some((id) => this.#isListed(id as UserId)) ?? false;
  }

  async #refuse(channelId: ChannelId, threadId: ThreadId, by: UserId): Promise<void> {
    const { connection } = this.#options;
    const { api, auditOf, bot, clock, log, users } = connection;
    if (this.#refusals.tryTake(by, clock.now())) {
      // Without an answer of the server the id has to do.
      const user = await users.byId(by).catch(() => undefined);
      auditOf(channelId).append({ action: "refused", by: { id: by, name: user?.username ?? by }, threadId });
      new Replies({ api, channelId, botId: bot.id, clock, log }).send(
        threadId,
        notice("🔒 Sorry, you are not among those who may start a session with me by direct message."),
      );
    }
  }

  #enabledSince(): number {
    const { folder, clock } = this.#options.connection;
    const kept = since.safeParse(folder.read(SINCE, "direct messages of the past are not heard")).data?.at;
    if (kept === undefined) {
      const at = clock.now();
      folder.change(SINCE, () => JSON.stringify({ version: 1, at }));
      void folder.saved(SINCE);
      return at;
    }
    return kept;
  }
}
