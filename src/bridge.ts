// The parts put together: one socket, one router, one map of sessions. Lives until it is stopped.

import { randomUUID } from "node:crypto";
import { readSavedConversation } from "./claude/saved-conversation.ts";
import type { StartClaude } from "./claude/types.ts";
import type { Config } from "./config/settings.ts";
import { createDirectory } from "./mattermost/directory.ts";
import { openSocket } from "./mattermost/socket.ts";
import type { Channel, ChannelId, MattermostApi, ThreadId, User, UserId } from "./mattermost/types.ts";
import { type CursorKeeper, decodeCursor } from "./router/cursor.ts";
import { Router } from "./router/router.ts";
import { SessionManager } from "./session/manager.ts";
import { sessionPrefix } from "./session/session.ts";
import { decodeSnapshot, type SessionSnapshot } from "./session/snapshot.ts";
import type { Folder } from "./store/folder.ts";
import { ThreadWriter } from "./thread/writer.ts";
import type { Clock } from "./util/clock.ts";
import type { Log } from "./util/log.ts";
import { endGroup } from "./util/processes.ts";

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
  /** Where what survives a restart is kept. */
  readonly folder: Folder;
  /** The environment Claude runs in. */
  readonly environment: NodeJS.ProcessEnv;
}

export interface Bridge {
  /** Resolves when the server has said hello for the first time. */
  readonly ready: Promise<void>;
  /** Takes no new work, lets every Claude save, writes the last words. */
  stop(): Promise<void>;
}

export async function startBridge(
  config: Config,
  facts: BridgeFacts,
  dependencies: BridgeDependencies,
): Promise<Bridge> {
  const { api, clock, log, startClaude, version, home, folder, environment } = dependencies;
  const { bot, channel, allowedUsers, postLimit } = facts;
  const { url, token } = config;
  const botName = config.botName ?? bot.username;
  const directory = createDirectory({ api, clock });
  for (const user of [bot, ...allowedUsers]) {
    directory.userUpdated(user);
  }
  const socket = openSocket({
    url,
    token,
    clock,
    random: Math.random,
    log,
    // The socket can't tell why; an answer over REST can, and it is logged there.
    onRefused: () => void api.me().catch(() => {}),
  });
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
    documents: folder,
    readSaved: (sessionId) => readSavedConversation(environment, sessionId),
  });
  const snapshots = readSnapshots(folder, channel.id);
  await endLeftovers(snapshots);
  sessions.restore(snapshots);
  const reply = (threadId: ThreadId, markdown: string): void => {
    const lost = (reason: string): void => log.warn(`Could not reply in thread ${threadId}: ${reason}`);
    const options = { api, channelId: channel.id, threadId, botId: bot.id, clock, log };
    new ThreadWriter({ ...options, onPosted: () => {}, onLost: lost }).put("reply", markdown, {
      isFinal: true,
    });
  };
  const router = new Router({
    api,
    directory,
    sessions,
    cursor: cursorIn(folder, channel),
    reply,
    clock,
    log,
    newUuid: randomUUID,
    botId: bot.id,
    botName,
    channelId: channel.id,
    allowedUsers:
      allowedUsers.length === 0 ? undefined : new Set<UserId>(allowedUsers.map((user) => user.id)),
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
      router.close();
      await sessions.shutDown();
    },
  };
}

/** The sessions of an earlier run; what can't be understood is set aside. */
function readSnapshots(folder: Folder, channelId: ChannelId): SessionSnapshot[] {
  return folder
    .names()
    .filter((name) => name.startsWith(sessionPrefix(channelId)))
    .flatMap((name) => {
      const document = folder.read(name);
      if (document === undefined) {
        return [];
      }
      const snapshot = decodeSnapshot(document);
      if (!snapshot) {
        folder.setAside(name, "another version wrote it");
        return [];
      }
      return [snapshot];
    });
}

/** Claude processes of a daemon that was killed: nobody listens to them any more. */
async function endLeftovers(snapshots: readonly SessionSnapshot[]): Promise<void> {
  await Promise.all(snapshots.map(({ process: known }) => known && endGroup(known)));
}

/** At the first start of all the channel begins after its newest post: that is the server's clock, ours may differ. */
function cursorIn(folder: Folder, { id, lastPostAt }: Channel): CursorKeeper {
  const name = `cursor-${id}`;
  return {
    load: () =>
      decodeCursor(folder.read(name)) ?? (lastPostAt ? { at: lastPostAt + 1, heard: [] } : undefined),
    save: (cursor) => folder.write(name, JSON.stringify(cursor)),
  };
}
