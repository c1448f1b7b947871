// Requests over real sockets: what comes back, what breaks off, and a connection the server has just left.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { createTransport, type Outgoing } from "../../../src/mattermost/transport.ts";

async function serve(answer: (request: IncomingMessage, response: ServerResponse, body: string) => void) {
  const sockets: Socket[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => answer(request, response, body));
  });
  server.on("connection", (socket) => sockets.push(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const transport = createTransport();
  const send = (path: string, more: Partial<Outgoing> = {}) =>
    transport({
      url: `${url}${path}`,
      method: "GET",
      headers: {},
      body: undefined,
      signal: new AbortController().signal,
      ...more,
    });
  return { send, sockets, server };
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) {
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

test("a request arrives as it was meant, and its answer with status, headers and body", async () => {
  const { send } = await serve((request, response, body) => {
    response.writeHead(201, { "X-Limit": ["11", "11"], "Content-Type": "text/plain" });
    response.end(`${request.method} ${request.url} ${request.headers["x-a"]} ${body}`);
  });
  const reply = await send("/x?y=1", { method: "POST", headers: { "X-A": "b" }, body: "ü" });
  expect(reply.status).toBe(201);
  expect(reply.headers.get("x-limit")).toBe("11, 11");
  expect(reply.headers.get("nothing")).toBeNull();
  expect(await textOf(reply.body)).toBe("POST /x?y=1 b ü");
});

test("a redirect is an answer like any other", async () => {
  const { send } = await serve((_, response) => response.writeHead(302, { location: "http://else/" }).end());
  const reply = await send("/");
  expect([reply.status, reply.headers.get("location")]).toEqual([302, "http://else/"]);
});

test("one connection serves requests that follow each other", async () => {
  const { send, sockets } = await serve((_, response) => response.end("ok"));
  for (let count = 0; count < 5; count++) {
    await textOf((await send("/")).body);
  }
  expect(sockets).toHaveLength(1);
});

test("a request on a connection that the server has left goes out again on a new one", async () => {
  let served = 0;
  const { send, sockets } = await serve((request, response) => {
    served++;
    // The second request meets a server that closes the connection instead of answering.
    if (served === 2) {
      request.socket.resetAndDestroy();
    } else {
      response.end(`answer ${served}`);
    }
  });
  await textOf((await send("/")).body);
  expect(await textOf((await send("/")).body)).toBe("answer 3");
  expect(sockets).toHaveLength(2);
});

test("a new connection that breaks is an error, and so is an answer that breaks off", async () => {
  const { send } = await serve((request, response) => {
    if (request.url === "/none") {
      request.socket.destroy();
    } else {
      response.writeHead(200, { "Content-Length": "100" });
      response.write("half", () => request.socket.destroy());
    }
  });
  await expect(send("/none")).rejects.toThrow();
  const reply = await send("/half");
  await expect(textOf(reply.body)).rejects.toThrow();
});

test("a request that is given up ends, before its answer and in the middle of it", async () => {
  const { send } = await serve((request, response) => {
    if (request.url === "/slow") {
      response.write("first");
    }
  });
  const before = new AbortController();
  const never = send("/never", { signal: before.signal });
  before.abort(new Error("too late"));
  await expect(never).rejects.toThrow();
  const middle = new AbortController();
  const reply = await send("/slow", { signal: middle.signal });
  middle.abort();
  await expect(textOf(reply.body)).rejects.toThrow();
});

test("an answer that nobody wants is left on the wire", async () => {
  const { send, sockets } = await serve((_, response) => {
    response.writeHead(200);
    response.write("x".repeat(100_000));
  });
  const reply = await send("/");
  reply.cancel();
  await new Promise((resolve) => sockets[0]?.once("close", resolve));
});

test("what does not listen is an error that says so", async () => {
  const { send, server } = await serve(() => {});
  await new Promise((resolve) => server.close(resolve));
  await expect(send("/")).rejects.toThrow("ECONNREFUSED");
});
