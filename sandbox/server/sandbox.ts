// The sandbox: a Mattermost-compatible server in memory, on loopback, and what a program may do with it that no client
// can: found teams and accounts, look at the data, make things go wrong.
import { type Administration, administrationOf } from "./administration.ts";
import type { Faults } from "./faults.ts";
import { Listener } from "./listener.ts";
import { assemble, type Parts, type ServerOptions } from "./parts.ts";
import type { Notification } from "./posting.ts";
import type { LoggedRequest } from "./request-log.ts";
import { createState, type State } from "./state.ts";

export type { CreatedChannel, CreatedUser } from "./administration.ts";

export interface SandboxOptions extends ServerOptions {
  /** 0, and so a free one, if left out. */
  readonly port?: number;
  /** A loopback address or `localhost`; 127.0.0.1 if left out. */
  readonly host?: string;
}

export interface Sandbox extends Administration {
  readonly url: string;
  readonly port: number;
  readonly faults: Faults;
  /** The newest requests, oldest first; a copy. */
  readonly requests: readonly LoggedRequest[];
  /** Whom the newest posts notified, oldest first; a copy. */
  readonly notifications: readonly Notification[];
  readonly state: State;
  close(): Promise<void>;
}

export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { host = "127.0.0.1", port = 0 } = options;
  const listener = new Listener(host, port);
  const siteUrl = () => listener.url;
  const parts = assemble(options, siteUrl);
  const { store, hub, presence, membership, channels, requests, notifications, sockets } = parts;
  listener.serve(parts.app, sockets);
  await listener.start();
  const faults = faultsOf(parts, listener);
  return {
    ...administrationOf({ store, hub, membership, channels, siteUrl }),
    get url() {
      return listener.url;
    },
    get port() {
      return listener.port;
    },
    faults,
    get requests() {
      return requests.list();
    },
    get notifications() {
      return notifications.list();
    },
    state: createState(store, presence, membership),
    async close() {
      await faults.stop();
      sockets.close();
    },
  };
}

function faultsOf(parts: Parts, listener: Listener): Faults {
  const { restFaults, postFaults, settings, posting, sockets, hub } = parts;
  return {
    delay: restFaults.delay,
    failNext: restFaults.failNext,
    storm: restFaults.storm,
    refuseUploads: restFaults.refuseUploads,
    failContent: postFaults.failContent,
    dateAhead: postFaults.dateAhead,
    limitEdits: settings.limitEdits,
    limitFiles: settings.limitFiles,
    previewLink: (postId, url) => posting.preview(postId, url),
    dropSockets: () => sockets.dropAll(),
    freezeSockets: () => sockets.freezeAll(),
    forgetResumable: () => hub.forgetResumable(),
    duplicateNext: (count, as = "sameFrame") => hub.duplicateNext(count, as),
    reorderNext: (count) => hub.reorderNext(count),
    async stop({ keepResumable = false } = {}) {
      sockets.dropAll();
      if (!keepResumable) hub.forgetResumable();
      await listener.stop();
    },
    start: () => listener.start(),
  };
}
