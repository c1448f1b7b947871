// The sandbox: a Mattermost-compatible server in memory, on loopback. Puts the parts together and owns the listener;
// everything else has its own file.
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { createApp } from "./app.ts";
import { clientConfig } from "./client-config.ts";
import { configChanged, userAdded } from "./events.ts";
import { createRestFaults, type Faults } from "./faults.ts";
import { createHub } from "./hub.ts";
import { MAX_POST_SIZE } from "./limits.ts";
import { createMembership } from "./membership.ts";
import type { NewUser } from "./people.ts";
import type { NewChannel } from "./places.ts";
import { createPostFaults } from "./post-faults.ts";
import { createPosting, type Notification } from "./posting.ts";
import { createPresence } from "./presence.ts";
import { createRateLimiter, type RateLimit } from "./rate-limit.ts";
import { createReacting } from "./reacting.ts";
import type { LoggedRequest } from "./request-log.ts";
import { createRing } from "./ring.ts";
import type { App } from "./routes/context.ts";
import { createSettings } from "./settings.ts";
import { createSockets } from "./socket.ts";
import { createState, type State } from "./state.ts";
import { createStore, type ServerVersion } from "./store.ts";

const MAX_CONNECTIONS = 2000;
const KEPT_REQUESTS = 10_000;
const KEPT_NOTIFICATIONS = 10_000;

export interface SandboxOptions {
  /** 0, and so a free one, if left out. */
  readonly port?: number;
  /** A loopback address or `localhost`; 127.0.0.1 if left out. */
  readonly host?: string;
  /** Whose answers it gives; 10.11 if left out. */
  readonly version?: ServerVersion;
  /** Code points in a post. */
  readonly maxPostSize?: number;
  /** No limit if left out, as on a server fresh from the box. */
  readonly rateLimit?: RateLimit;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Whether a webhook may post under another name; on by default, unlike on a server fresh from the box. */
  readonly usernameOverride?: boolean;
  /** How long a WebSocket may stay without a valid token. */
  readonly authTimeoutMs?: number;
  /** Adds middleware and routes in front of the API. */
  readonly mount?: (app: App) => void;
  /**
   * Says which WebSocket upgrades are let in; all, if left out. It may change the request's `url`, as a proxy does.
   * (For HTTP, `mount` a middleware.)
   */
  readonly allowUpgrade?: (request: IncomingMessage) => boolean;
}

export interface CreatedUser {
  readonly id: string;
  readonly token: string;
  readonly username: string;
}

export interface Sandbox {
  readonly url: string;
  readonly port: number;
  createTeam(team: { readonly name: string; readonly displayName?: string }): {
    readonly id: string;
    readonly name: string;
  };
  createChannel(channel: NewChannel): {
    readonly id: string;
    readonly teamId: string;
    readonly name: string;
  };
  createUser(user: NewUser): CreatedUser;
  /** Puts an account into a channel, and so into its team, without a word in the channel. */
  addMember(channelId: string, userId: string): void;
  /** The account is taken out as an administrator does it, with events and a system post of `byUserId`. */
  removeMember(channelId: string, userId: string, byUserId: string): void;
  archiveChannel(channelId: string): void;
  unarchiveChannel(channelId: string): void;
  renameUser(userId: string, username: string): void;
  setUserActive(userId: string, active: boolean): void;
  createWebhook(hook: {
    readonly userId: string;
    readonly channelId: string;
    readonly displayName?: string;
  }): { readonly id: string; readonly url: string };
  readonly faults: Faults;
  /** The newest requests, oldest first; a copy. */
  readonly requests: readonly LoggedRequest[];
  /** Whom the newest posts notified, oldest first; a copy. */
  readonly notifications: readonly Notification[];
  readonly state: State;
  close(): Promise<void>;
}

export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const {
    host = "127.0.0.1",
    now = Date.now,
    usernameOverride = true,
    maxPostSize = MAX_POST_SIZE,
    version = "10.11",
  } = options;
  if (!["127.0.0.1", "::1", "localhost"].includes(host)) {
    throw new Error(
      `The sandbox listens on this machine only: the host must be 127.0.0.1, ::1 or localhost, not "${host}"`,
    );
  }
  const store = createStore(version, now);
  const { people, places } = store;
  const isActive = (userId: string) => people.get(userId)?.deleteAt === 0;
  const hub = createHub({ isMember: places.isMember, isActive, version, now });
  const presence = createPresence(hub);
  const notifications = createRing<Notification>(KEPT_NOTIFICATIONS);
  const requests = createRing<LoggedRequest>(KEPT_REQUESTS);
  const postFaults = createPostFaults();
  const settings = createSettings(() => hub.publish(configChanged(config())));
  const posting = createPosting({
    store,
    hub,
    presence,
    notifications,
    settings,
    faults: postFaults,
    maxPostSize,
    usernameOverride,
    now,
  });
  const membership = createMembership({ store, hub, posting, now });
  const reacting = createReacting({ store, hub });
  const restFaults = createRestFaults();
  const startedAt = now();
  let port = options.port ?? 0;
  const urlHost = host.includes(":") ? `[${host}]` : host;
  const url = () => `http://${urlHost}:${port}`;

  const config = () =>
    clientConfig({
      version,
      maxPostSize,
      usernameOverride,
      siteUrl: url(),
      startedAt,
      postEditTimeLimit: settings.postEditTimeLimit,
    });

  const app = createApp({
    services: { store, posting, reacting, membership, presence, settings },
    faults: restFaults,
    requests,
    rateLimiter: options.rateLimit && createRateLimiter(options.rateLimit, now),
    config,
    now,
    mount: options.mount,
  });
  const sockets = createSockets({
    store,
    hub,
    presence,
    membership,
    allow: options.allowUpgrade ?? (() => true),
    authTimeoutMs: options.authTimeoutMs ?? 5000,
  });
  const server = createAdaptorServer({
    fetch: app.fetch,
    overrideGlobalObjects: false,
    createServer,
  }) as Server;
  server.maxConnections = MAX_CONNECTIONS;
  server.on("upgrade", sockets.upgrade);

  async function start(): Promise<void> {
    if (server.listening) return;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, host, () => {
        server.off("error", reject);
        port = (server.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  async function stop({ keepResumable = false } = {}): Promise<void> {
    sockets.dropAll();
    if (!keepResumable) hub.forgetResumable();
    if (!server.listening) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  const userOf = (id: string) => {
    const user = people.get(id);
    if (!user) throw new Error(`No account has the id ${id}`);
    return user;
  };
  const channelOf = (id: string) => {
    const channel = places.channel(id);
    if (!channel) throw new Error(`No channel has the id ${id}`);
    return channel;
  };

  await start();
  return {
    get url() {
      return url();
    },
    get port() {
      return port;
    },
    createTeam(team) {
      const { id, name } = places.createTeam(team);
      return { id, name };
    },
    createChannel(channel) {
      const { id, teamId, name } = places.createChannel(channel);
      return { id, teamId, name };
    },
    createUser(input) {
      const { id, username } = people.create(input);
      return { id, username, token: people.openSession(id) };
    },
    addMember(channelId, userId) {
      userOf(userId);
      if (places.addMember(channelId, userId)) hub.publish(userAdded(channelOf(channelId), userId));
    },
    removeMember(channelId, userId, byUserId) {
      membership.remove(userOf(byUserId), channelOf(channelId), userOf(userId));
    },
    unarchiveChannel: (channelId) => places.unarchive(channelOf(channelId).id),
    archiveChannel: (channelId) => membership.archive(channelOf(channelId)),
    renameUser: (userId, username) => membership.rename(userOf(userId), username),
    setUserActive: (userId, active) => membership.setActive(userOf(userId), active),
    createWebhook({ userId, channelId, displayName = "webhook" }) {
      userOf(userId);
      channelOf(channelId);
      const { id } = store.hooks.create({ userId, channelId, displayName });
      return { id, url: `${url()}/hooks/${id}` };
    },
    faults: {
      delay: restFaults.delay,
      failNext: restFaults.failNext,
      storm: restFaults.storm,
      refuseUploads: restFaults.refuseUploads,
      failContent: postFaults.failContent,
      dateAhead: postFaults.dateAhead,
      limitEdits: settings.limitEdits,
      previewLink: posting.preview,
      dropSockets: sockets.dropAll,
      freezeSockets: sockets.freezeAll,
      forgetResumable: hub.forgetResumable,
      duplicateNext: (count, as = "sameFrame") => hub.duplicateNext(count, as),
      reorderNext: hub.reorderNext,
      stop,
      start,
    },
    get requests() {
      return requests.list();
    },
    get notifications() {
      return notifications.list();
    },
    state: createState(store, presence, membership),
    async close() {
      await stop();
      sockets.close();
    },
  };
}
