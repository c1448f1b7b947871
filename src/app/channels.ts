// The channels that are served, and which of them an event is for.

import type { Project } from "../config/project.ts";
import { channelOf } from "../mattermost/event-channel.ts";
import type { Channel, ChannelId, SocketEvent } from "../mattermost/types.ts";
import { mentions } from "../router/mention.ts";
import type { ReadyProject } from "../setup/project-checks.ts";
import type { Connection, Unserved } from "./bridge.ts";
import { Cursors } from "./cursors.ts";
import { DirectMessages } from "./direct-messages.ts";
import { ServedChannel } from "./served-channel.ts";

export interface ChannelsOptions {
  readonly connection: Connection;
  /** Another mm-claude serves the one channel that there is. */
  readonly onOtherInstance: (why: string) => void;
}

export class Channels {
  readonly #options: ChannelsOptions;
  readonly #served = new Map<ChannelId, { readonly channel: ServedChannel; readonly release: () => void }>();
  readonly #direct: DirectMessages;
  readonly #cursors: Cursors;
  /** Changes are made one after the other. */
  #last: Promise<unknown> = Promise.resolve();
  #isOpen = false;
  #isConnected = false;
  #wasConnected = false;

  constructor(options: ChannelsOptions) {
    this.#options = options;
    this.#cursors = new Cursors(options.connection.folder, options.connection.clock);
    this.#direct = new DirectMessages({
      connection: options.connection,
      isServed: (channelId) => this.#served.has(channelId),
      // The next message may come before the first one's channel is served.
      serve: (channel, ready) =>
        this.#inOrder(async () => (this.#served.has(channel.id) ? undefined : this.#serve(channel, [ready]))),
    });
  }

  get count(): number {
    return this.#served.size;
  }

  get all(): readonly ServedChannel[] {
    return [...this.#served.values()].map(({ channel }) => channel);
  }

  /** What direct messages begin sessions in; undefined while they are off. */
  get directProject(): Project | undefined {
    return this.#direct.project;
  }

  /** Claudes wait for new sessions from now on. */
  open(): void {
    this.#isOpen = true;
    for (const channel of this.all) {
      channel.open();
    }
  }

  take(event: SocketEvent): void {
    this.#note(event);
    const { access } = this.#options.connection;
    if (event.type === "memberAdded" || event.type === "memberRemoved") {
      access.forget(event.channelId, event.userId);
    } else if (event.type === "disconnected" || event.type === "hello") {
      access.forgetAll();
    }
    this.#pass(event);
  }

  /** Gives those that can't be served. */
  update(projects: readonly ReadyProject[]): Promise<readonly Unserved[]> {
    return this.#inOrder(() => this.#update(projects));
  }

  async close(): Promise<void> {
    this.#direct.close();
    await Promise.all([...this.#served.values()].map(({ channel }) => channel.close()));
    for (const { release } of this.#served.values()) {
      release();
    }
  }

  /** What it says of more than one channel. */
  #note(event: SocketEvent): void {
    const { bot, users, standings, log } = this.#options.connection;
    switch (event.type) {
      case "hello":
        log.debug(`connected to the server (${event.resumed ? "resumed" : "new connection"})`);
        this.#connected(event.resumed);
        break;
      case "disconnected":
        this.#isConnected = false;
        log.debug(`the connection to the server is gone (${event.reason})`);
        break;
      case "userUpdated":
        users.userUpdated(event.user);
        break;
      case "posted":
        if (this.#isMentioned(event)) {
          standings.mentioned(event.post.channelId);
        }
        break;
      case "memberAdded":
      case "memberRemoved":
        if (event.userId === bot.id) {
          standings.mayHaveChanged();
        }
        break;
      case "channelRestored":
        standings.mayHaveChanged();
        break;
      default:
    }
  }

  #connected(resumed: boolean): void {
    const { users, standings } = this.#options.connection;
    this.#isConnected = true;
    if (!resumed) {
      standings.mayHaveChanged();
      // What the checks of a start have told is as good as news.
      if (this.#wasConnected) {
        users.mayHaveMissedUpdates();
      }
      this.#direct.mayHaveMissed();
    }
    this.#wasConnected = true;
  }

  /** As the server counts it. */
  #isMentioned({ mentions: told, post }: SocketEvent & { readonly type: "posted" }): boolean {
    const { bot, botName } = this.#options.connection;
    return told?.includes(bot.id) ?? (post.userId !== bot.id && mentions(post.message, botName));
  }

  #pass(event: SocketEvent): void {
    const channelId = channelOf(event);
    const served = channelId === undefined ? this.all : [this.#served.get(channelId)?.channel];
    for (const channel of served) {
      void channel?.take(event);
    }
    if (channelId !== undefined && event.type === "posted" && !this.#served.has(channelId)) {
      this.#direct.posted(event);
    }
  }

  #inOrder<T>(perform: () => Promise<T>): Promise<T> {
    const done = this.#last.then(perform);
    this.#last = done.catch(() => {});
    return done;
  }

  async #update(projects: readonly ReadyProject[]): Promise<readonly Unserved[]> {
    const wanted = new Map<
      ChannelId,
      { readonly channel: Channel; readonly projects: readonly ReadyProject[] }
    >();
    for (const ready of projects) {
      if (ready.channel) {
        const { channel } = ready;
        wanted.set(channel.id, { channel, projects: (wanted.get(channel.id)?.projects ?? []).concat(ready) });
      }
    }
    const direct = projects.find(({ project }) => project.origin === "direct");
    this.#direct.reconfigure(direct);
    const unserved: Unserved[] = [];
    const documents = this.#options.connection.folder.names();
    for (const { channel, projects: own } of wanted.values()) {
      const served = this.#served.get(channel.id)?.channel;
      if (served) {
        served.update(own);
      } else {
        const why = await this.#serve(channel, own, documents);
        unserved.push(...(why === undefined ? [] : own.map(({ project: { name } }) => ({ name, why }))));
      }
    }
    for (const channel of this.all.filter(({ channel: { id } }) => !wanted.has(id))) {
      channel.update(channel.isDirect && direct ? [direct] : []);
      this.#endIfDone(channel);
    }
    // Whoever is told that they are served may be sure that what is said from now on is heard, whatever crashes.
    await this.#cursors.begun();
    return unserved;
  }

  /** Gives the reason when it can't be served. */
  async #serve(
    channel: Channel,
    projects: readonly ReadyProject[],
    documents = this.#options.connection.folder.names(),
  ): Promise<string | undefined> {
    const { connection } = this.#options;
    const lock = this.#lock(channel.id);
    if ("why" in lock) {
      return lock.why;
    }
    const served = await ServedChannel.serve({
      connection,
      channel,
      projects,
      documents,
      cursors: this.#cursors,
      audit: connection.auditOf(channel.id),
      onOtherInstance: (why) => this.#otherInstance(channel, why),
      onSlept: () => this.#endIfDone(served),
    });
    this.#served.set(channel.id, { channel: served, release: lock.release });
    if (this.#isOpen) {
      served.open();
    }
    if (this.#isConnected) {
      // What was said since the connection began may not have reached it.
      void served.take({ type: "hello", connectionId: "", resumed: false });
    }
    return undefined;
  }

  #lock(channelId: ChannelId): { readonly release: () => void } | { readonly why: string } {
    try {
      const lock = this.#options.connection.lock(channelId);
      return "release" in lock
        ? lock
        : { why: `another mm-claude on this machine serves its channel (process ${lock.heldBy})` };
    } catch (error) {
      // What can't be kept for one channel is no reason to leave the others as they were.
      const why = error instanceof Error ? error.message : String(error);
      return { why: `that it is served can't be noted on the disk (${why})` };
    }
  }

  #otherInstance({ id, displayName }: Channel, why: string): void {
    if (this.#served.size <= 1) {
      this.#options.onOtherInstance(why);
      return;
    }
    this.#options.connection.log.error(`The channel "${displayName}" is not served any more: ${why}`);
    void this.#end(id);
  }

  /** Served no more, and nothing of it goes on. */
  #endIfDone(served: ServedChannel): void {
    served.letGo();
    if (served.isDone) {
      void this.#end(served.channel.id);
    }
  }

  async #end(channelId: ChannelId): Promise<void> {
    const served = this.#served.get(channelId);
    this.#served.delete(channelId);
    await served?.channel.close();
    served?.release();
  }
}
