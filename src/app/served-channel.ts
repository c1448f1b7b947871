// A channel as long as it is served: what hears it, its projects, and what of it is kept.

import { randomUUID } from "node:crypto";
import type { AuditTrail } from "../audit/trail.ts";
import type { Channel, SocketEvent, ThreadId, UserId } from "../mattermost/types.ts";
import { type ListedSession, sessionsNotice } from "../render/sessions.ts";
import type { CursorKeeper } from "../router/cursor.ts";
import { Router } from "../router/router.ts";
import { ChannelSessions } from "../session/channel-sessions.ts";
import type { SessionSnapshot } from "../session/snapshot.ts";
import type { ClaudesEnd, SessionView } from "../session/view.ts";
import type { ReadyProject } from "../setup/project-checks.ts";
import type { Connection } from "./bridge.ts";
import type { Cursors } from "./cursors.ts";
import { PausedWrites } from "./paused-writes.ts";
import { Replies } from "./replies.ts";
import {
  endLeftovers,
  lookUpWriters,
  quarantinedSessions,
  readSnapshot,
  readSnapshots,
  SESSION_LOST_NOTICE,
} from "./restore.ts";
import { type ProjectPlace, restoreInto, ServedProject } from "./served-project.ts";

/** Of the time that a stop has. */
const LAST_REPLY_MS = 3000;

export interface ServedChannelOptions {
  readonly connection: Connection;
  readonly channel: Channel;
  readonly projects: readonly ReadyProject[];
  readonly audit: Pick<AuditTrail, "append">;
  /** Of all channels. */
  readonly cursors: Cursors;
  /** Of the documents that an earlier run has left. */
  readonly documents: readonly string[];
  readonly onOtherInstance: (why: string) => void;
  /** A session has slept or ended that may have been the last of what is served no more. */
  readonly onSlept: () => void;
}

export class ServedChannel {
  readonly #options: ServedChannelOptions;
  readonly #writes: PausedWrites;
  readonly #replies: Replies;
  readonly #cursor: CursorKeeper;
  readonly #router: Router;
  #channel: Channel;
  #projects: readonly ServedProject[];
  /** Those that are served no more, and have sessions that go on. */
  #leaving: readonly ServedProject[] = [];
  #isOpen = false;
  #away: string | undefined;

  private constructor(options: ServedChannelOptions) {
    const { connection, channel, projects } = options;
    const { api, bot, clock, log } = connection;
    this.#options = options;
    this.#channel = channel;
    this.#writes = new PausedWrites(api);
    this.#replies = new Replies({ api: this.#writes.api, channelId: channel.id, botId: bot.id, clock, log });
    this.#projects = projects.map((ready) => new ServedProject(ready, this.#place()));
    this.#cursor = options.cursors.of(channel);
    this.#router = this.#createRouter();
  }

  /** Takes up the sessions of an earlier run before anything is heard. */
  static async serve(options: ServedChannelOptions): Promise<ServedChannel> {
    const served = new ServedChannel(options);
    await served.#restore();
    return served;
  }

  get channel(): Channel {
    return this.#channel;
  }

  get isDirect(): boolean {
    return this.#channel.type === "D" || this.#channel.type === "G";
  }

  get projects(): readonly ServedProject[] {
    return this.#projects;
  }

  /** Why nothing can be heard or written there; undefined when it can. */
  get away(): string | undefined {
    return this.#away;
  }

  /** Nothing of it is left to serve. */
  get isDone(): boolean {
    return this.#projects.length === 0 && this.#leaving.length === 0;
  }

  get sessions(): readonly SessionView[] {
    return [...this.#projects, ...this.#leaving].flatMap(({ sessions }) => sessions.views());
  }

  /** One of its sessions has that conversation. */
  holds(conversationId: string): boolean {
    return [...this.#projects, ...this.#leaving].some(({ sessions }) => sessions.holds(conversationId));
  }

  /** One event after the other. */
  take(event: SocketEvent): Promise<void> {
    if (event.type === "channelUpdated") {
      this.#renamed(event.channel);
    }
    return this.#router.take(event);
  }

  open(): void {
    this.#isOpen = true;
    for (const project of this.#projects) {
      project.open();
    }
  }

  /** `wanted`: all that are to be served here from now on, in their order. */
  update(wanted: readonly ReadyProject[]): void {
    const known = [...this.#projects, ...this.#leaving];
    this.#projects = wanted.map((ready) => {
      const served = known.find(({ name }) => name === ready.project.name);
      if (served && !served.isAsked(ready)) {
        served.reconfigure(ready);
      }
      return served ?? this.#begin(ready);
    });
    this.#leaving = known.filter((project) => !this.#projects.includes(project));
    this.letGo();
  }

  /** Ends what is served no more, once none of its sessions runs. */
  letGo(): void {
    const over = this.#leaving.filter((project) => !project.hasLiveSessions);
    this.#leaving = this.#leaving.filter((project) => !over.includes(project));
    for (const project of over) {
      void project.close();
    }
  }

  /** Takes no new work, lets every Claude save, writes the last words. */
  async close(): Promise<void> {
    this.#writes.close();
    // Does not wait for slow answers of the server: sessions would go on with new turns meanwhile, and would lack the time
    // to save.
    this.#router.close();
    await Promise.all([
      ...[...this.#projects, ...this.#leaving].map((project) => project.close()),
      this.#replies.idle(LAST_REPLY_MS),
      this.#cursor.flush(),
    ]);
  }

  #place(): ProjectPlace {
    const { connection, channel, audit } = this.#options;
    return {
      connection,
      channelId: channel.id,
      api: this.#writes.api,
      audit,
      sendTyping: (channelId, threadId) => {
        if (this.#away === undefined) {
          connection.sendTyping(channelId, threadId);
        }
      },
      onCardPosted: (threadId, postId) => this.#router.cardPosted(threadId, postId),
      onChanged: (view, end) => this.#changed(view, end),
      readSnapshot: (threadId) => this.#readSnapshot(threadId),
      sessionsFor: (by) => this.#sessionsFor(by),
      names: () => this.#projects.map(({ name }) => name),
      isAway: () => this.#away !== undefined,
      reply: (threadId, notice, card) => this.#replies.send(threadId, notice, card),
    };
  }

  #sessionsFor(by: UserId): readonly ListedSession[] {
    return [...this.#projects, ...this.#leaving].flatMap(({ sessions }) => sessions.listedFor(by));
  }

  #changed(view: SessionView, end: ClaudesEnd | undefined): void {
    this.#options.connection.watch?.onChanged?.(view, end);
    if (this.#leaving.length > 0 && (view.phase === "asleep" || view.phase === "ended")) {
      // Not while the session is still doing that.
      queueMicrotask(this.#options.onSlept);
    }
  }

  #readSnapshot(threadId: ThreadId): SessionSnapshot | undefined {
    const { folder, log } = this.#options.connection;
    const snapshot = readSnapshot(folder, this.#channel.id, threadId);
    if (!snapshot) {
      log.warn(
        `What was kept of the session in thread ${threadId} is gone from ${folder.path}, or can't be read`,
      );
      this.#replies.send(threadId, SESSION_LOST_NOTICE);
    }
    return snapshot;
  }

  #begin(ready: ReadyProject): ServedProject {
    const project = new ServedProject(ready, this.#place());
    const { connection, channel } = this.#options;
    const { snapshots } = readSnapshots(connection.folder, channel.id);
    const threads = new Set(this.sessions.map(({ threadId }) => threadId));
    // Of an earlier time at which it was served.
    const kept = snapshots.filter(
      (snapshot) => !threads.has(snapshot.threadId) && project.owns(snapshot, this.#projects),
    );
    project.sessions.restore(kept);
    if (kept.length > 0) {
      // Nobody has heard since then what was decided there, changed or taken back: as after a connection that was lost.
      queueMicrotask(() => void this.take({ type: "hello", connectionId: "", resumed: false }));
    }
    if (this.#isOpen) {
      project.open();
    }
    return project;
  }

  async #restore(): Promise<void> {
    const { connection, channel, documents } = this.#options;
    const { folder, log, users } = connection;
    const { snapshots, lost } = readSnapshots(folder, channel.id, documents);
    await Promise.all([endLeftovers(snapshots), lookUpWriters(snapshots, users, connection)]);
    const { lost: notTakenUp, left } = restoreInto(this.#projects, snapshots);
    quarantinedSessions(folder, channel.id, notTakenUp);
    for (const threadId of [...lost, ...notTakenUp]) {
      this.#replies.send(threadId, SESSION_LOST_NOTICE);
    }
    if (left.length > 0) {
      log.warn(
        `${left.length} sessions in "${channel.displayName}" are of projects that are not served. They go on when their ` +
          "projects are, within 30 days.",
      );
    }
  }

  #renamed(channel: Channel): void {
    const before = this.#channel.displayName;
    this.#channel = channel;
    if (before !== channel.displayName) {
      this.#options.connection.log.info(`The channel "${before}" is called "${channel.displayName}" now.`);
    }
  }

  #createRouter(): Router {
    const { connection, channel, audit, onOtherInstance } = this.#options;
    const { bot, botName, clock, isTold, log, users, standings } = connection;
    return new Router({
      api: this.#writes.api,
      users,
      audit,
      clock,
      log,
      isTold,
      sessions: new ChannelSessions(() => [...this.#projects, ...this.#leaving]),
      projects: () => this.#projects,
      listSessions: (by) => sessionsNotice(this.#sessionsFor(by), clock.now()),
      standing: () => standings.of(channel.id),
      cursor: this.#cursor,
      reply: (threadId, notice) => this.#replies.send(threadId, notice),
      newUuid: randomUUID,
      botId: bot.id,
      botName,
      channelId: channel.id,
      channelName: channel.displayName,
      isDirect: channel.type === "D",
      instance: connection.api.instance,
      onOtherInstance,
      onAway: (why) => {
        this.#away = why;
        this.#writes.pause(why !== undefined);
      },
    });
  }
}
