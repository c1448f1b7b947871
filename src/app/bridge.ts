// Puts the parts together: one socket for all channels, and what is served in each of them. Lives until it is stopped.

import type { AuditTrail } from "../audit/trail.ts";
import { type Access, createAccess } from "../chat-tools/access.ts";
import type { ChatTools } from "../chat-tools/types.ts";
import { claudeEnvironment } from "../claude/argv.ts";
import type { StartClaude } from "../claude/types.ts";
import type { Project } from "../config/project.ts";
import { MattermostSocket } from "../mattermost/socket.ts";
import { Standings } from "../mattermost/standings.ts";
import type { ChannelId, MattermostApi, SocketEvent, ThreadId, User, UserId } from "../mattermost/types.ts";
import { Users } from "../mattermost/users.ts";
import { Machines } from "../remote/machines.ts";
import type { Named } from "../session/allow-list.ts";
import { type Calling, createCalling, type NotifySwitches } from "../session/calling.ts";
import type { SessionDependencies } from "../session/dependencies.ts";
import { GrowthPace } from "../session/growth-pace.ts";
import { SessionListeners } from "../session/listeners.ts";
import { removeAbandoned } from "../session/local-files-directory.ts";
import type { SessionView } from "../session/view.ts";
import type { ReadyProject } from "../setup/project-checks.ts";
import type { DocumentStore } from "../store/document-store.ts";
import type { Lock } from "../store/lock.ts";
import type { Clock } from "../util/clock.ts";
import type { Log } from "../util/log.ts";
import { createRedact, type Redact } from "../util/redact.ts";
import { sharing } from "../util/sharing.ts";
import { Channels } from "./channels.ts";
import { chatTools } from "./chat-tools.ts";
import { CostBook } from "./cost-book.ts";
import { heardMentions, keepHeardMentions } from "./heard-mentions.ts";
import { type Links, linksAt } from "./links.ts";
import { notifySwitches } from "./notify-switches.ts";
import { type SavedConversations, savedConversations } from "./saved-conversations.ts";
import { type ScriptMessages, scriptMessages } from "./script-messages.ts";
import type { ServedChannel } from "./served-channel.ts";
import type { Worktrees } from "./worktrees.ts";

/** What the start-up checks found out. */
export interface BridgeFacts {
  readonly url: string;
  readonly token: string;
  readonly bot: User;
  /** The name people mention. */
  readonly botName: string;
  /** The longest post in code points. */
  readonly postLimit: number;
  /** How long a turn takes before its end is worth a mention. */
  readonly notifyAfterMs?: number;
  /** Whose messages scripts send, where they don't say. */
  readonly sendAs?: string | undefined;
  readonly projects: readonly ReadyProject[];
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
  readonly auditOf: (channelId: ChannelId) => Pick<AuditTrail, "append">;
  /** No other mm-claude on this machine serves the channel from then on. */
  readonly lock: (channelId: ChannelId) => Lock;
  /** What Claude's file tools may not touch when it works in that directory. */
  readonly deniedPathsIn: (directory: string) => readonly string[];
  /** Undefined: sessions can have none. */
  readonly worktrees?: Worktrees | undefined;
  /** The environment Claude runs in. */
  readonly environment: NodeJS.ProcessEnv;
  readonly watch?: BridgeWatch | undefined;
  /** Where a thread is in a browser; Mattermost's own address when left out. */
  readonly linkOf?: ((threadId: string) => string) | undefined;
}

/** Hears what happens, and has no say in it. */
export interface BridgeWatch extends Pick<SessionDependencies, "onChanged" | "onForgotten" | "onWritten"> {
  readonly onConnected: () => void;
  readonly onDisconnected: (reason: string) => void;
}

/** What all channels share. */
export interface Connection extends BridgeDependencies, Omit<BridgeFacts, "projects"> {
  readonly users: Users;
  /** What Claude may read for whom. */
  readonly access: Access;
  /** Of this machine, as people write it. */
  readonly timeZone: string;
  readonly standings: Standings;
  /** What was used, by channel and project. */
  readonly costs: CostBook;
  readonly switches: NotifySwitches;
  /** Whom a mention reaches, in whichever channel. */
  readonly calling: Calling;
  /** Those who listen to single sessions. */
  readonly listeners: SessionListeners;
  readonly growthPace: Pick<GrowthPace, "delay">;
  /** A session of any project has that conversation. */
  readonly isHeld: (conversationId: string) => boolean;
  /** False the first time that it is asked about that very error. */
  readonly isTold: (error: unknown) => boolean;
  readonly sendTyping: (channelId: ChannelId, threadId: ThreadId) => void;
  readonly links: Links;
  readonly saved: SavedConversations;
  /** Those of projects that are not on this one. */
  readonly machines: Machines;
  /** Of lists that say the same, one is kept. */
  readonly sameNames: (named: readonly Named[]) => readonly Named[];
  /** Of Claude in the chat. */
  readonly chatTools: ChatTools;
  /** Takes the bot's token out of a text. */
  readonly redact: Redact;
}

export interface Bridge {
  /** Resolves when the server has said hello for the first time. */
  readonly ready: Promise<void>;
  /** Resolves, with the reason in a sentence or two, when another mm-claude does this one's work and this one is to end. */
  readonly otherInstance: Promise<string>;
  sessions(): readonly SessionView[];
  channels(): readonly ServedChannel[];
  /** What direct messages begin sessions in; undefined while they are off. */
  directProject(): Project | undefined;
  /** These are served from now on, and no others. Gives those that can't be, each with the reason. */
  update(projects: readonly ReadyProject[]): Promise<readonly Unserved[]>;
  /** A script's message. */
  readonly send: ScriptMessages;
  /** Called when a channel that can't be served may be one that can by now. */
  onServable(listener: () => void): void;
  /** Takes no new work, lets every Claude save, writes the last words. */
  stop(): Promise<void>;
}

export interface Unserved {
  readonly name: string;
  readonly why: string;
}

export async function startBridge(facts: BridgeFacts, dependencies: BridgeDependencies): Promise<Bridge> {
  const { api, clock, log, folder, watch } = dependencies;
  const users = new Users({ api, clock });
  users.userUpdated(facts.bot);
  const socket = openSocket(facts, dependencies);
  const standings = new Standings({
    api,
    botId: facts.bot.id,
    clock,
    count: () => channels.count,
    heard: heardMentions(folder),
    onHeard: (counts) => keepHeardMentions(folder, counts),
  });
  const switches = notifySwitches(folder);
  const access = createAccess({ api, users, botId: facts.bot.id, clock });
  const { projects, ...rest } = facts;
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const connection: Connection = {
    ...rest,
    ...dependencies,
    users,
    chatTools: chatTools({
      api,
      users,
      access,
      botId: facts.bot.id,
      clock,
      token: facts.token,
      home: dependencies.home,
    }),
    links: linksAt(facts.url),
    saved: savedConversations(dependencies.environment),
    machines: new Machines(claudeEnvironment(dependencies.environment, [facts.token]), clock),
    sameNames: sharing(),
    access,
    timeZone,
    costs: new CostBook({ folder, timeZone }),
    standings,
    switches,
    calling: createCalling({ api, users, switches, log }),
    listeners: new SessionListeners(log),
    growthPace: new GrowthPace(clock),
    isHeld: (conversationId) => channels.all.some((channel) => channel.holds(conversationId)),
    isTold: tellingOnce(),
    redact: createRedact([facts.token]),
    sendTyping: (channelId, threadId) => socket.sendTyping(channelId, threadId),
  };
  const otherInstance = deferred<string>();
  const channels = new Channels({ connection, onOtherInstance: otherInstance.resolve });
  removeAbandoned(log, clock.now());
  await channels.update(projects);
  const ready = deferred<void>();
  let servable = (): void => {};
  void takeEvents(socket.events, channels, (event) => {
    if (mayMakeServable(event, facts.bot.id)) {
      servable();
    }
    if (event.type === "hello") {
      watch?.onConnected();
      ready.resolve();
    } else if (event.type === "disconnected") {
      watch?.onDisconnected(event.reason);
    }
  });
  void ready.promise.then(() => channels.open());

  return {
    ready: ready.promise,
    otherInstance: otherInstance.promise,
    sessions: () => channels.all.flatMap(({ sessions }) => sessions),
    channels: () => channels.all,
    directProject: () => channels.directProject,
    send: scriptMessages({ connection, channels: () => channels.all }),
    update: (wanted) => channels.update(wanted),
    onServable(listener) {
      servable = listener;
    },
    async stop() {
      socket.close();
      await channels.close();
      connection.machines.close();
      await folder.close();
    },
  };
}

/** The bot was added somewhere, a channel was restored, or whether that has happened was missed. */
function mayMakeServable(event: SocketEvent, botId: UserId): boolean {
  return (
    (event.type === "memberAdded" && event.userId === botId) ||
    event.type === "channelRestored" ||
    (event.type === "hello" && !event.resumed)
  );
}

function openSocket({ url, token }: BridgeFacts, { api, clock, log }: BridgeDependencies): MattermostSocket {
  return MattermostSocket.open({
    url,
    token,
    clock,
    random: Math.random,
    log,
    // The socket can't tell why; an answer over REST can, and it is logged there.
    onRefused: () => void api.me().catch(() => {}),
  });
}

async function takeEvents(
  events: AsyncIterable<SocketEvent>,
  channels: Channels,
  onEvent: (event: SocketEvent) => void,
): Promise<void> {
  for await (const event of events) {
    onEvent(event);
    channels.take(event);
  }
}

function tellingOnce(): (error: unknown) => boolean {
  const told = new WeakSet();
  return (error) => {
    if (!(error instanceof Error)) {
      return false;
    }
    const isTold = told.has(error);
    told.add(error);
    return isTold;
  };
}

function deferred<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve = (_value: T): void => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
