// Puts the parts of the server together. Starts none of them but the sockets' pings.
import type { IncomingMessage } from "node:http";
import { createApp } from "./app.ts";
import { createChannelChanges } from "./channel-changes.ts";
import { clientConfig } from "./client-config.ts";
import { configChanged } from "./events.ts";
import { createRestFaults, type RestFaults } from "./faults.ts";
import { Hub } from "./hub.ts";
import { MAX_FILE_BYTES, MAX_POST_SIZE } from "./limits.ts";
import { createMembership } from "./membership.ts";
import { createPostFaults, type PostFaultsCarriedOut } from "./post-faults.ts";
import { type Notification, Posting } from "./posting.ts";
import { createPresence } from "./presence.ts";
import { createRateLimiter, type RateLimit } from "./rate-limit.ts";
import { createReacting } from "./reacting.ts";
import { createReading } from "./reading.ts";
import type { LoggedRequest } from "./request-log.ts";
import { createRing, type Ring } from "./ring.ts";
import type { App, Services } from "./routes/context.ts";
import { createSettings } from "./settings.ts";
import { Sockets } from "./socket.ts";
import { createStore, type ServerVersion } from "./store.ts";

const KEPT_REQUESTS = 10_000;
const KEPT_NOTIFICATIONS = 10_000;

export interface ServerOptions {
  /** Whose answers it gives; 10.11 if left out. */
  readonly version?: ServerVersion;
  /** Code points in a post. */
  readonly maxPostSize?: number;
  /** Bytes in a file, until it is changed. */
  readonly maxFileSize?: number;
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

export interface Parts extends Services {
  readonly hub: Hub;
  readonly notifications: Ring<Notification>;
  readonly requests: Ring<LoggedRequest>;
  readonly restFaults: RestFaults;
  readonly postFaults: PostFaultsCarriedOut;
  readonly app: App;
  readonly sockets: Sockets;
}

/** `siteUrl`: where the server is reached, once it is. */
export function assemble(options: ServerOptions, siteUrl: () => string): Parts {
  const { now = Date.now, usernameOverride = true, maxPostSize = MAX_POST_SIZE, version = "10.11" } = options;
  const store = createStore(version, now);
  const { people, places } = store;
  const hub = new Hub({
    isMember: (channelId, userId) => places.isMember(channelId, userId),
    isInTeam: (teamId, userId) => places.inTeam(teamId, userId),
    isActive: (userId) => people.get(userId)?.deleteAt === 0,
    version,
    now,
  });
  const startedAt = now();
  const config = () => {
    const { postEditTimeLimit, maxFileSize } = settings;
    const siteSettings = { siteUrl: siteUrl(), startedAt, postEditTimeLimit, maxFileSize };
    return clientConfig({ version, maxPostSize, usernameOverride, ...siteSettings });
  };
  const settings = createSettings(options.maxFileSize ?? MAX_FILE_BYTES, () =>
    hub.publish(configChanged(config())),
  );
  const presence = createPresence(hub, now);
  const notifications = createRing<Notification>(KEPT_NOTIFICATIONS);
  const postFaults = createPostFaults();
  const reading = createReading({ store, hub });
  const posting = new Posting({
    store,
    hub,
    presence,
    reading,
    notifications,
    settings,
    faults: postFaults,
    maxPostSize,
    usernameOverride,
    now,
  });
  const membership = createMembership({ store, hub, posting, now });
  const channels = createChannelChanges({ store, hub, posting });
  const reacting = createReacting({ store, hub });
  const services = { store, posting, reacting, membership, channels, reading, presence, settings };
  const requests = createRing<LoggedRequest>(KEPT_REQUESTS);
  const restFaults = createRestFaults();
  const app = createApp({
    services,
    faults: restFaults,
    requests,
    rateLimiter: options.rateLimit && createRateLimiter(options.rateLimit, now),
    config,
    now,
    mount: options.mount,
  });
  const sockets = Sockets.open({
    store,
    hub,
    presence,
    membership,
    allow: options.allowUpgrade ?? (() => true),
    authTimeoutMs: options.authTimeoutMs ?? 5000,
  });
  return { ...services, hub, notifications, requests, restFaults, postFaults, app, sockets };
}
