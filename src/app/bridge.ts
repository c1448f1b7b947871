// Puts the parts together: one socket, one router, one map of sessions. Lives until it is stopped.

import { randomUUID } from "node:crypto";
import type { AuditTrail } from "../audit/trail.ts";
import { readSavedConversation } from "../claude/saved-conversation.ts";
import type { StartClaude } from "../claude/types.ts";
import type { Config } from "../config/settings.ts";
import { MattermostSocket } from "../mattermost/socket.ts";
import type { Channel, MattermostApi, SocketEvent, User } from "../mattermost/types.ts";
import { Users } from "../mattermost/users.ts";
import { Router, type RouterDependencies } from "../router/router.ts";
import { createAllowList } from "../session/allow-list.ts";
import type { RightsOf } from "../session/authorization.ts";
import type { SessionDependencies } from "../session/dependencies.ts";
import { removeAbandoned } from "../session/files-directory.ts";
import { SessionManager } from "../session/manager.ts";
import type { SessionView } from "../session/view.ts";
import type { DocumentStore } from "../store/document-store.ts";
import type { Clock } from "../util/clock.ts";
import type { Log } from "../util/log.ts";
import { createRedact } from "../util/redact.ts";
import { pausedWrites } from "./paused-writes.ts";
import { prewarmClaudes } from "./prewarm.ts";
import { Replies } from "./replies.ts";
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
  readonly audit: Pick<AuditTrail, "append">;
  /** What Claude's file tools may not touch. */
  readonly deniedPaths: readonly string[];
  /** The environment Claude runs in. */
  readonly environment: NodeJS.ProcessEnv;
  readonly watch?: BridgeWatch | undefined;
}

/** Hears what happens, and has no say in it. */
export interface BridgeWatch extends Pick<SessionDependencies, "onChanged" | "onForgotten" | "onWritten"> {
  readonly onConnected: () => void;
  readonly onDisconnected: (reason: string) => void;
}

export interface Bridge {
  /** Resolves when the server has said hello for the first time. */
  readonly ready: Promise<void>;
  /** Resolves, with the reason in a sentence or two, when another mm-claude does this one's work and this one is to end. */
  readonly otherInstance: Promise<string>;
  sessions(): readonly SessionView[];
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
  const { clock, log, folder } = dependencies;
  const { bot, channel } = facts;
  const writes = pausedWrites(dependencies.api);
  const { api } = writes;
  const users = knownUsers(api, facts, dependencies);
  const rightsOf = rightsIn(users, facts, dependencies);
  const parts = { config, facts, dependencies, api, users, rightsOf };
  const socket = openSocket(parts);
  const prewarmed = prewarmClaudes(config, dependencies);
  const replies = new Replies({ api, channelId: channel.id, botId: bot.id, clock, log });
  let isAway = false;
  const sessions = createSessions(parts, {
    warm: prewarmed,
    sendTyping: (channelId, threadId) => {
      if (!isAway) {
        socket.sendTyping(channelId, threadId);
      }
    },
    onCardPosted: (threadId, postId) => router.cardPosted(threadId, postId),
  });
  await restore(sessions, parts, replies);
  const otherInstance = deferred<string>();
  const cursor = cursorIn(folder, channel, clock);
  const router = createRouter(parts, {
    sessions,
    cursor,
    reply: (threadId, notice) => replies.send(threadId, notice),
    onOtherInstance: otherInstance.resolve,
    onAway(away) {
      isAway = away;
      writes.pause(away);
    },
  });
  const ready = deferred<void>();
  void takeEvents(socket.events, router, (event) => {
    if (event.type === "hello") {
      dependencies.watch?.onConnected();
      ready.resolve();
    } else if (event.type === "disconnected") {
      dependencies.watch?.onDisconnected(event.reason);
    }
  });
  void ready.promise.then(() => prewarmed.open());

  return {
    ready: ready.promise,
    otherInstance: otherInstance.promise,
    sessions: () => sessions.views(),
    async stop() {
      socket.close();
      writes.close();
      // Does not wait for slow answers of the server: sessions would go on with new turns meanwhile, and would lack the time
      // to save.
      router.close();
      await Promise.all([
        prewarmed.close(),
        sessions.shutDown(),
        replies.idle(LAST_REPLY_MS),
        cursor.flush(),
      ]);
      await folder.close();
    },
  };
}

/** What the parts that are put together here have in common. */
interface Parts {
  readonly config: Config;
  readonly facts: BridgeFacts;
  readonly dependencies: BridgeDependencies;
  /** Whose writes wait while the bot is out of its channel. */
  readonly api: MattermostApi;
  readonly users: Users;
  readonly rightsOf: RightsOf;
}

function openSocket({ config, dependencies: { clock, log }, api }: Parts): MattermostSocket {
  return MattermostSocket.open({
    url: config.url,
    token: config.token,
    clock,
    random: Math.random,
    log,
    // The socket can't tell why; an answer over REST can, and it is logged there.
    onRefused: () => void api.me().catch(() => {}),
  });
}

/** The accounts that the checks have read are known already. */
function knownUsers(
  api: MattermostApi,
  { bot, allowedUsers, approvers }: BridgeFacts,
  { clock }: BridgeDependencies,
): Users {
  const users = new Users({ api, clock });
  for (const user of [bot, ...allowedUsers, ...approvers]) {
    users.userUpdated(user);
  }
  return users;
}

function rightsIn(
  users: Users,
  { channel, allowedUsers, approvers }: BridgeFacts,
  { folder, log }: BridgeDependencies,
): RightsOf {
  const admittedOf = (setting: "ALLOWED_USERS" | "APPROVERS", named: readonly User[]) =>
    named.length === 0 ? undefined : admitted(setting, named, channel.id, folder, log);
  return createAllowList({
    known: (id) => users.known(id),
    allowed: admittedOf("ALLOWED_USERS", allowedUsers),
    approvers: admittedOf("APPROVERS", approvers),
  });
}

function createSessions(
  { config, facts, dependencies, api, users, rightsOf }: Parts,
  more: Pick<SessionDependencies, "warm" | "sendTyping" | "onCardPosted">,
): SessionManager {
  const { clock, log, startClaude, version, home, folder, audit, deniedPaths, environment, watch } =
    dependencies;
  const { bot, channel, allowedUsers, approvers, postLimit } = facts;
  return new SessionManager({
    ...more,
    api,
    users,
    clock,
    log,
    startClaude,
    newConversationId: randomUUID,
    context: {
      version,
      botName: botNameIn(config, facts),
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
    redact: createRedact([config.token]),
    audit,
    documents: folder,
    onChanged: watch?.onChanged,
    onForgotten: watch?.onForgotten,
    onWritten: watch?.onWritten,
    readSaved: (conversationId) => readSavedConversation(environment, conversationId),
  });
}

/** Takes up the sessions of an earlier run, and tells the threads of those that can't be. */
async function restore(
  sessions: SessionManager,
  { facts: { channel }, dependencies, users }: Parts,
  replies: Replies,
): Promise<void> {
  const { clock, folder, log } = dependencies;
  removeAbandoned(log, clock.now());
  const { snapshots, lost } = readSnapshots(folder, channel.id);
  await Promise.all([endLeftovers(snapshots), lookUpWriters(snapshots, users, dependencies)]);
  const notTakenUp = sessions.restore(snapshots);
  quarantinedSessions(folder, channel.id, notTakenUp);
  for (const threadId of [...lost, ...notTakenUp]) {
    replies.send(threadId, SESSION_LOST_NOTICE);
  }
}

function createRouter(
  { config, facts, dependencies, api, users, rightsOf }: Parts,
  more: Pick<RouterDependencies, "sessions" | "cursor" | "reply" | "onOtherInstance" | "onAway">,
): Router {
  const { audit, clock, log } = dependencies;
  return new Router({
    ...more,
    api,
    users,
    audit,
    clock,
    log,
    newUuid: randomUUID,
    botId: facts.bot.id,
    botName: botNameIn(config, facts),
    channelId: facts.channel.id,
    rightsOf,
    maxSessions: config.maxSessions,
    instance: api.instance,
  });
}

const botNameIn = ({ botName }: Config, { bot }: BridgeFacts): string => botName ?? bot.username;

async function takeEvents(
  events: AsyncIterable<SocketEvent>,
  router: Router,
  onEvent: (event: SocketEvent) => void,
): Promise<void> {
  for await (const event of events) {
    onEvent(event);
    await router.take(event);
  }
}

function deferred<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve = (_value: T): void => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
