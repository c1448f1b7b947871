// The sandbox's place on this machine: it listens on loopback, can go away like a server that is shut down, and comes
// back on the same port.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import type { App } from "./routes/context.ts";
import type { Sockets } from "./socket.ts";

const MAX_CONNECTIONS = 2000;

export class Listener {
  readonly #host: string;
  #port: number;
  #server: Server | undefined;

  /** `port`: 0 for a free one, which is known once it listens. */
  constructor(host: string, port: number) {
    if (!["127.0.0.1", "::1", "localhost"].includes(host)) {
      throw new Error(
        `The sandbox listens on this machine only: the host must be 127.0.0.1, ::1 or localhost, not "${host}"`,
      );
    }
    this.#host = host;
    this.#port = port;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    const host = this.#host.includes(":") ? `[${this.#host}]` : this.#host;
    return `http://${host}:${this.#port}`;
  }

  /** From `start` on, requests are the app's and upgrades the sockets'. */
  serve(app: App, sockets: Sockets): void {
    const server = createAdaptorServer({
      fetch: app.fetch,
      overrideGlobalObjects: false,
      createServer,
    }) as Server;
    server.maxConnections = MAX_CONNECTIONS;
    server.on("upgrade", (request, socket, head) => sockets.upgrade(request, socket, head));
    this.#server = server;
  }

  async start(): Promise<void> {
    const server = this.#server;
    if (!server || server.listening) return;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(this.#port, this.#host, () => {
        server.off("error", reject);
        this.#port = (server.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (!server?.listening) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }
}
