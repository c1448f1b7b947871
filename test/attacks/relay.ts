// A server between the daemon and the sandbox that passes everything on, and can put events of its own among those of
// the server, as a replayed or a forged stream would have them. Knows nothing of what they say.

import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { until } from "../support/daemon-world.ts";

type Json = Readonly<Record<string, unknown>>;

export interface Relay {
  readonly url: string;
  /** Reaches every connection as the next event of the stream. */
  inject(event: string, data: Json): void;
  /** Resolves once the server's own event of that name has been passed on. */
  passed(event: string): Promise<void>;
}

export async function startRelay(target: string): Promise<Relay> {
  const server = createServer((incoming, answer) => {
    const { method, headers, url } = incoming;
    const onward = request(target + url, { method, headers }, (given) => {
      answer.writeHead(given.statusCode ?? 502, given.headers);
      given.pipe(answer);
    });
    onward.on("error", () => answer.destroy());
    incoming.pipe(onward);
  });
  const sockets = new WebSocketServer({ noServer: true });
  const passed = new Set<unknown>();
  const injectors = new Set<(event: string, data: Json) => void>();
  server.on("upgrade", (incoming, socket, head) => {
    sockets.handleUpgrade(incoming, socket, head, (down) => {
      // Without its query: every connection begins anew, so that our own numbers need not be told apart.
      const path = incoming.url?.replace(/\?.*/, "") ?? "";
      const up = new WebSocket(target.replace("http", "ws") + path, {
        headers: { Authorization: incoming.headers.authorization ?? "" },
      });
      let nextSeq = 0;
      const inject = (event: string, data: Json): void =>
        down.send(JSON.stringify({ event, data, broadcast: {}, seq: nextSeq++ }));
      up.on("message", (bytes) => {
        const frame = JSON.parse(String(bytes)) as Json;
        down.send(JSON.stringify("seq" in frame ? { ...frame, seq: nextSeq++ } : frame));
        passed.add(frame["event"]);
      });
      down.on("message", (bytes) => up.readyState === WebSocket.OPEN && up.send(String(bytes)));
      injectors.add(inject);
      down.on("close", () => {
        injectors.delete(inject);
        up.terminate();
      });
      up.on("close", () => down.terminate());
      for (const end of [up, down]) end.on("error", () => end.terminate());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    for (const client of sockets.clients) client.terminate();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    inject(event, data) {
      for (const one of injectors) one(event, data);
    },
    passed: (event) =>
      until(
        () => passed.has(event),
        () => `No ${event} came by`,
      ).then(() => {}),
  };
}
