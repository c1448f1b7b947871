// The parts put together: one socket, one router, one map of sessions. Lives until it is stopped.

import { randomUUID } from "node:crypto";
import type { StartClaude } from "./claude/types.ts";
import type { Config } from "./config/settings.ts";
import { createDirectory } from "./mattermost/directory.ts";
import { openSocket } from "./mattermost/socket.ts";
import type { Channel, MattermostApi, ThreadId, User, UserId } from "./mattermost/types.ts";
import { Router } from "./router/router.ts";
import { SessionManager } from "./session/manager.ts";
import { ThreadWriter } from "./thread/writer.ts";
import type { Clock } from "./util/clock.ts";
import type { Log } from "./util/log.ts";

/** What the start-up checks found out. */
export interface BridgeFacts {
  readonly bot: User;
  readonly channel: Channel;
  /** The accounts of ALLOWED_USERS; empty means everyone. */
  readonly allowedUsers: readonly User[];
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
}

export interface Bridge {
  /** Resolves when the server has said hello for the first time. */
  readonly ready: Promise<void>;
  /** Takes no new work, lets every Claude save, writes the last words. */
  stop(): Promise<void>;
}

export function startBridge(config: Config, facts: BridgeFacts, dependencies: BridgeDependencies): Bridge {
  const { api, clock, log, startClaude, version, home } = dependencies;
  const { bot, channel, allowedUsers, postLimit } = facts;
  const { url, token } = config;
  const botName = config.botName ?? bot.username;
  const directory = createDirectory({ api, clock });
  for (const user of [bot, ...allowedUsers]) {
    directory.userUpdated(user);
  }
  const socket = openSocket({ url, token, clock, random: Math.random, log });
  const sessions = new SessionManager({
    api,
    directory,
    clock,
    log,
    startClaude,
    newSessionId: randomUUID,
    sendTyping: (channelId, threadId) => socket.sendTyping(channelId, threadId),
    context: {
      version,
      botName,
      directory: config.directory,
      home,
      maxSessions: config.maxSessions,
      idleMs: config.sessionTimeoutMs,
      isAuto: config.skipPermissions,
      postLimit,
    },
    claudePath: config.claudePath,
    botId: bot.id,
    channelId: channel.id,
  });
  const reply = (threadId: ThreadId, markdown: string): void => {
    const lost = (reason: string): void => log.warn(`Could not reply in thread ${threadId}: ${reason}`);
    const options = { api, channelId: channel.id, threadId, botId: bot.id, clock, log };
    new ThreadWriter({ ...options, onPosted: () => {}, onLost: lost }).put("reply", markdown, { isFinal: true });
  };
  const router = new Router({
    api,
    directory,
    sessions,
    reply,
    clock,
    log,
    newUuid: randomUUID,
    botId: bot.id,
    botName,
    channelId: channel.id,
    allowedUsers: allowedUsers.length === 0 ? undefined : new Set<UserId>(allowedUsers.map((user) => user.id)),
    maxSessions: config.maxSessions,
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
  const running = run();

  return {
    ready,
    async stop() {
      socket.close();
      await running;
      await sessions.shutDown();
    },
  };
}
