// The parts put together: one socket, one router, one map of sessions. Lives until it is stopped.

import { randomUUID } from "node:crypto";
import type { AuditTrail } from "../audit/trail.ts";
import { readSavedConversation } from "../claude/saved-conversation.ts";
import type { StartClaude } from "../claude/types.ts";
import type { Config } from "../config/settings.ts";
import { openSocket } from "../mattermost/socket.ts";
import type { Channel, MattermostApi, ThreadId, User } from "../mattermost/types.ts";
import { createUserDirectory } from "../mattermost/user-directory.ts";
import type { Notice } from "../render/attachments.ts";
import { Router } from "../router/router.ts";
import { createAllowList } from "../session/allow-list.ts";
import { SessionManager } from "../session/manager.ts";
import type { DocumentStore } from "../store/document-store.ts";
import { ThreadWriter } from "../thread/writer.ts";
import type { Clock } from "../util/clock.ts";
import type { Log } from "../util/log.ts";
import { createRedact } from "../util/redact.ts";
import { pausedWrites } from "./paused-writes.ts";
import { prewarmClaudes } from "./prewarm.ts";
import {
  admitted,
  cursorIn,
  endLeftovers,
  lookUpWriters,
  quarantinedSessions,
  readSnapshots,
  SESSION_LOST_NOTICE,
} from "./restore.ts";

/** What the start-up checks found out. */
export interface BridgeFacts {
  readonly bot: User;
  readonly channel: Channel;
  /** The accounts of ALLOWED_USERS; empty means everyone. */
  readonly allowedUsers: readonly User[];
  /** The accounts of APPROVERS; empty means everyone who is listed. */
  readonly approvers: readonly User[];
  readonly postLimit: number;
}

export interface BridgeDependencies {
  readonly api: MattermostApi;
  readonly clock: Clock;
  readonly log: Log;
  readonly startClaude: StartClaude;
  readonly version: string;
  /** The user's home directory, for showing paths. */
  readonly home: string;
  /** Where what survives a restart is kept. */
  readonly folder: DocumentStore;
  readonly audit: AuditTrail;
  /** What Claude's file tools may not touch. */
  readonly deniedPaths: readonly string[];
  /** The environment Claude runs in. */
  readonly environment: NodeJS.ProcessEnv;
}

export interface Bridge {
  /** Resolves when the server has said hello for the first time. */
  readonly ready: Promise<void>;
  /** Resolves, with the reason in a sentence or two, when another mm-claude does this one's work and this one is to end. */
  readonly otherInstance: Promise<string>;
  /** Takes no new work, lets every Claude save, writes the last words. */
  stop(): Promise<void>;
}

/** Of the time that a stop has. */
const LAST_REPLY_MS = 3000;

export async function startBridge(
  config: Config,
  facts: BridgeFacts,
  dependencies: BridgeDependencies,
): Promise<Bridge> {
  const { clock, log, startClaude, version, home, folder, audit, deniedPaths, environment } = dependencies;
  const writes = pausedWrites(dependencies.api);
  const { api } = writes;
  const { bot, channel, allowedUsers, approvers, postLimit } = facts;
  const { url, token } = config;
  const botName = config.botName ?? bot.username;
  const directory = createUserDirectory({ api, clock });
  for (const user of [bot, ...allowedUsers, ...approvers]) {
    directory.userUpdated(user);
  }
  const admittedOf = (setting: "ALLOWED_USERS" | "APPROVERS", users: readonly User[]) =>
    users.length === 0 ? undefined : admitted(setting, users, channel.id, folder, log);
  const rightsOf = createAllowList({
    known: directory.known,
    allowed: admittedOf("ALLOWED_USERS", allowedUsers),
    approvers: admittedOf("APPROVERS", approvers),
  });
  const socket = openSocket({
    url,
    token,
    clock,
    random: Math.random,
    log,
    // The socket can't tell why; an answer over REST can, and it is logged there.
    onRefused: () => void api.me().catch(() => {}),
  });
  const warm = prewarmClaudes(config, dependencies);
  let isAway = false;
  const sessions = new SessionManager({
    api,
    directory,
    clock,
    log,
    startClaude,
    warm,
    newSessionId: randomUUID,
    sendTyping: (channelId, threadId) => {
      if (!isAway) socket.sendTyping(channelId, threadId);
    },
    context: {
      version,
      botName,
      directory: config.directory,
      home,
      maxSessions: config.maxSessions,
      idleMs: config.sessionTimeoutMs,
      isAuto: config.skipPermissions,
      postLimit,
      rightsOf,
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      approvers: approvers.filter(({ id }) => rightsOf(id)?.isApprover).map(({ username }) => username),
      listed: allowedUsers.filter(({ id }) => rightsOf(id)?.isListed).map(({ username }) => username),
    },
    claudePath: config.claudePath,
    botId: bot.id,
    channelId: channel.id,
    deniedPaths,
    redact: createRedact([token]),
    audit,
    onCardPosted: (threadId, postId) => router.cardPosted(threadId, postId),
    documents: folder,
    readSaved: (sessionId) => readSavedConversation(environment, sessionId),
  });
  const { snapshots, lost } = readSnapshots(folder, channel.id);
  await Promise.all([endLeftovers(snapshots), lookUpWriters(snapshots, directory, dependencies)]);
  const notTakenUp = sessions.restore(snapshots);
  quarantinedSessions(folder, channel.id, notTakenUp);
  /** Their threads have no session that would keep what is not written yet. */
  const replying = new Set<ThreadWriter>();
  const reply = (threadId: ThreadId, { markdown, bar }: Notice): void => {
    const lost = (reason: string): void => log.warn(`Could not reply in thread ${threadId}: ${reason}`);
    const options = { api, channelId: channel.id, threadId, botId: bot.id, clock, log };
    const deaf = { onPosted: () => {}, onFileRefused: () => {}, onLost: lost };
    const writer = new ThreadWriter({ ...options, ...deaf });
    replying.add(writer);
    writer.put("reply", markdown, { bar, isFinal: true });
    void writer.idle().then(() => replying.delete(writer));
  };
  for (const threadId of [...lost, ...notTakenUp]) {
    reply(threadId, SESSION_LOST_NOTICE);
  }
  let tellRival = (_why: string): void => {};
  const otherInstance = new Promise<string>((resolve) => {
    tellRival = resolve;
  });
  const router = new Router({
    api,
    directory,
    sessions,
    audit,
    cursor: cursorIn(folder, channel, clock),
    reply,
    clock,
    log,
    newUuid: randomUUID,
    botId: bot.id,
    botName,
    channelId: channel.id,
    rightsOf,
    maxSessions: config.maxSessions,
    instance: api.instance,
    onOtherInstance: (why) => tellRival(why),
    onAway(away) {
      isAway = away;
      writes.hold(away);
    },
  });

  let isReady = (): void => {};
  const ready = new Promise<void>((resolve) => {
    isReady = resolve;
  });
  const run = async (): Promise<void> => {
    for await (const event of socket.events) {
      if (event.type === "hello") {
        isReady();
      }
      await router.take(event);
    }
  };
  void run();
  void ready.then(() => warm.open());

  return {
    ready,
    otherInstance,
    async stop() {
      socket.close();
      writes.close();
      // Not after what the server is slow to tell: sessions would go on with new turns meanwhile, and lack the time to save.
      router.close();
      const replies = [...replying].map((writer) => writer.idle(LAST_REPLY_MS));
      await Promise.all([warm.close(), sessions.shutDown(), ...replies]);
    },
  };
}
