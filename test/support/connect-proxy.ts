// A real proxy that makes tunnels (CONNECT), as strict or as broken as a test wants it, and a server's TLS side.

import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { onTestFinished } from "vitest";

const fixture = (name: string): string => new URL(`../fixtures/tls/${name}`, import.meta.url).pathname;

/** Of chat.example, proxy.example and localhost, signed by itself. */
export const CERTIFICATE = fixture("cert.pem");
const credentials = { key: readFileSync(fixture("key.pem")), cert: readFileSync(CERTIFICATE) };

export interface ProxyOptions {
  /** Where a tunnel to this host and port really leads; to nothing else is there one. */
  readonly ways: Readonly<Record<string, number>>;
  /** `name:password` that must be given. */
  readonly password?: string;
  /** What is answered in the place of a tunnel; nothing at all for `"silence"`. */
  readonly refusal?: { readonly status: number; readonly body: string } | "silence" | "hang up";
  /** Speaks TLS itself. */
  readonly isSecure?: boolean;
}

interface ConnectProxy {
  readonly port: number;
  /** `CONNECT host:port`, one for each request; other requests too. */
  readonly asked: string[];
  /** Everything that came outside of tunnels. */
  readonly heard: string[];
  /** Cuts all tunnels. */
  cut(): void;
  /** How many tunnels there are. */
  open(): number;
}

export async function startProxy(options: ProxyOptions): Promise<ConnectProxy> {
  const { ways, password, refusal, isSecure = false } = options;
  const asked: string[] = [];
  const heard: string[] = [];
  const tunnels = new Set<Socket>();
  const server: Server = isSecure ? createSecureServer(credentials) : createServer();
  server.on("request", (request, response) => {
    asked.push(`${request.method} ${request.url}`);
    heard.push(JSON.stringify(request.headers));
    response.writeHead(400).end("only tunnels");
  });
  server.on("connect", (request, client: Socket) => {
    asked.push(`CONNECT ${request.url}`);
    heard.push(JSON.stringify(request.headers));
    client.on("error", () => {});
    const refuse = (status: number, body: string, headers = ""): void => {
      client.on("data", (bytes) => heard.push(bytes.toString("latin1")));
      client.write(`HTTP/1.1 ${status} No\r\nContent-Type: text/html\r\n${headers}`);
      // In pieces, as over a slow line.
      setImmediate(() => client.end(`Content-Length: ${body.length}\r\n\r\n${body}`));
    };
    const wanted = password && `Basic ${Buffer.from(password).toString("base64")}`;
    const port = ways[request.url ?? ""];
    if (refusal === "silence") client.resume().once("end", () => client.end());
    else if (refusal === "hang up") client.destroy();
    else if (wanted && request.headers["proxy-authorization"] !== wanted) {
      refuse(407, "<html>Who are you?</html>", 'Proxy-Authenticate: Basic realm="x"\r\n');
    } else if (refusal) refuse(refusal.status, refusal.body);
    else if (port === undefined) refuse(502, "<html>No such host</html>");
    else {
      const upstream = connect(port, "127.0.0.1", () => {
        client.write("HTTP/1.1 200 Connection established\r\n\r\n");
        client.pipe(upstream).pipe(client);
      });
      tunnels.add(client);
      client.on("close", () => {
        tunnels.delete(client);
        upstream.destroy();
      });
      upstream.on("error", () => client.destroy());
      upstream.on("close", () => client.destroy());
    }
  });
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  const port = await listening(server);
  onTestFinished(() => {
    for (const socket of [...sockets, ...tunnels]) socket.destroy();
    server.close();
  });
  return {
    port,
    asked,
    heard,
    cut() {
      for (const tunnel of tunnels) tunnel.destroy();
    },
    open: () => sockets.size,
  };
}

/** What listens there, behind TLS. */
export async function behindTls(port: number): Promise<number> {
  const server = createTlsServer(credentials, (client) => {
    const upstream = connect(port, "127.0.0.1");
    client.pipe(upstream).pipe(client);
    client.on("error", () => upstream.destroy());
    client.on("close", () => upstream.destroy());
    upstream.on("error", () => client.destroy());
  });
  const secured = await listening(server);
  onTestFinished(() => void server.close());
  return secured;
}

async function listening(server: {
  listen(port: number, host: string, done: () => void): unknown;
  address(): unknown;
}): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}
