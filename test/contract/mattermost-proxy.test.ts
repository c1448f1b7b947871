// REST, files and the socket by way of a real proxy, to a server that is called chat.example and can't be reached in
// any other way: plain and over TLS, with a password and without, and through proxies that refuse or fail.

import { request } from "node:http";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { WebSocket } from "ws";
import { decodeChannelId, decodePostId } from "../../src/mattermost/decode.ts";
import { proxyAgent } from "../../src/mattermost/proxy.ts";
import { connectRest } from "../../src/mattermost/rest.ts";
import { MattermostSocket } from "../../src/mattermost/socket.ts";
import { systemClock } from "../../src/util/clock.ts";
import { createLog } from "../../src/util/log.ts";
import { behindTls, type ProxyOptions, startProxy } from "../support/connect-proxy.ts";
import { defined, nextIn } from "../support/mattermost-client.ts";
import { startWorld, type World } from "../support/sandbox-world.ts";

const NAMES = ["https_proxy", "http_proxy", "all_proxy", "no_proxy"];

beforeEach(() => {
  for (const name of NAMES.flatMap((one) => [one, one.toUpperCase()])) vi.stubEnv(name, "");
  return () => vi.unstubAllEnvs();
});

interface Setting {
  readonly scheme?: "http" | "https";
  readonly proxy?: Omit<ProxyOptions, "ways">;
  /** What the variable holds, of the proxy's port. */
  readonly value?: (port: number) => string;
  readonly variable?: string;
  readonly tries?: number;
}

async function world(setting: Setting = {}) {
  const { scheme = "http", proxy: options = {}, tries = 1 } = setting;
  const server = await startWorld();
  onTestFinished(() => server.sandbox.close());
  const plain = Number(new URL(server.sandbox.url).port);
  const port = scheme === "https" ? await behindTls(plain) : plain;
  const proxy = await startProxy({ ...options, ways: { [`chat.example:${port}`]: port } });
  const { value = (at) => `http://127.0.0.1:${at}`, variable = `${scheme.toUpperCase()}_PROXY` } = setting;
  vi.stubEnv(variable, value(proxy.port));
  // The certificate is signed by nobody that Node knows.
  if (scheme === "https" || options.isSecure) vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
  const url = `${scheme}://chat.example:${port}`;
  const api = connectRest({ url, token: server.robot.token, tries });
  return { server, proxy, url, api, target: `CONNECT chat.example:${port}` };
}

function listen(server: World, url: string) {
  const lines: string[] = [];
  const socket = MattermostSocket.open({
    url,
    token: server.robot.token,
    clock: systemClock,
    random: () => 0.1,
    log: createLog({ debug: true, write: (line) => lines.push(line), secrets: [] }),
  });
  onTestFinished(() => socket.close());
  return { lines, next: nextIn(socket) };
}

async function until(isSo: () => boolean): Promise<void> {
  await vi.waitUntil(isSo, { timeout: 5000, interval: 10 });
}

describe("everything goes through it", () => {
  const settings: readonly [string, Setting][] = [
    ["a plain server", {}],
    ["a server with TLS", { scheme: "https" }],
    [
      "a proxy that speaks TLS itself",
      { proxy: { isSecure: true }, value: (at) => `https://localhost:${at}` },
    ],
    [
      "TLS by way of a proxy with TLS",
      { scheme: "https", proxy: { isSecure: true }, value: (at) => `https://localhost:${at}` },
    ],
    [
      "a proxy with a password",
      {
        scheme: "https",
        proxy: { password: "alice:p@ss word" },
        value: (at) => `http://alice:p%40ss%20word@127.0.0.1:${at}`,
      },
    ],
    ["a proxy that is written without http://", { scheme: "https", value: (at) => `127.0.0.1:${at}` }],
    ["a variable in lower case", { variable: "http_proxy" }],
    ["ALL_PROXY", { variable: "ALL_PROXY", scheme: "https" }],
  ];

  test.each(settings)("%s", async (_title, setting) => {
    const { server, proxy, url, api, target } = await world(setting);
    const { next } = listen(server, url);
    await next("hello");
    expect((await api.me()).username).toBe("robot");
    const channelId = defined(decodeChannelId(server.channelId));
    const bytes = new Uint8Array(1_000_000).map((_, at) => at % 251);
    const fileId = await api.uploadFile(channelId, "a.bin", bytes);
    const rootId = defined(decodePostId((await server.post(server.alice, "hi")).body["id"]));
    await api.createPost({ channelId, rootId, message: "see", pendingPostId: "k", fileIds: [fileId] });
    expect(Buffer.compare(await api.file(fileId, 2_000_000), bytes)).toBe(0);
    expect((await next("posted")).post.message).toBe("hi");
    expect((await next("posted")).post.files).toHaveLength(1);
    // One tunnel for the socket, one for all the requests, which follow each other.
    expect(proxy.asked).toEqual([target, target]);
    // The token is for the server alone.
    expect(proxy.heard.join()).not.toContain(server.robot.token);
  });

  test("a server that NO_PROXY names is asked without it", async () => {
    const { api, proxy } = await world();
    vi.stubEnv("NO_PROXY", "chat.example");
    await expect(api.me()).rejects.toMatchObject({ code: "unreachable" });
    expect(proxy.asked).toEqual([]);
  });

  test("a server on this machine is, too", async () => {
    const { server, proxy } = await world();
    await connectRest({ url: server.sandbox.url, token: server.robot.token }).me();
    expect(proxy.asked).toEqual([]);
  });
});

describe("a connection through it", () => {
  test("that was cut while it was idle is made again, through it as well", async () => {
    const { api, proxy, target } = await world();
    await api.me();
    proxy.cut();
    await api.me();
    await api.me();
    expect(new Set(proxy.asked)).toEqual(new Set([target]));
    expect(proxy.asked.length).toBeGreaterThan(1);
  });

  test("that is cut under the socket is made again, and goes on where it was", async () => {
    const { server, proxy, url } = await world({ scheme: "https" });
    const { next } = listen(server, url);
    await next("hello");
    proxy.cut();
    await next("disconnected");
    await server.post(server.alice, "meanwhile");
    expect(await next("hello")).toMatchObject({ resumed: true });
    expect((await next("posted")).post.message).toBe("meanwhile");
  });

  test.each(["http", "https"] as const)(
    "to a quiet %s socket stays, however short its own limits",
    async (scheme) => {
      const { server, url } = await world({ scheme });
      const headers = { Authorization: `Bearer ${server.robot.token}` };
      const socket = new WebSocket(`${url.replace("http", "ws")}/api/v4/websocket`, {
        headers,
        agent: proxyAgent(url, {}, 100),
      });
      onTestFinished(() => socket.terminate());
      const closed: unknown[] = [];
      socket.on("error", (error) => closed.push(error)).on("close", (code) => closed.push(code));
      await new Promise((resolve) => socket.once("message", resolve));
      await new Promise((resolve) => setTimeout(resolve, 400));
      const heard = new Promise((resolve) => socket.once("message", resolve));
      await server.post(server.alice, "still there?");
      expect(String(await heard)).toContain("still there?");
      expect(closed).toEqual([]);
    },
  );
});

describe("a proxy that makes no tunnel is told by its address and its variable, without the password", () => {
  const secret = (port: number) => `http://alice:wr0ng-secret@127.0.0.1:${port}`;
  const cases: readonly [string, Omit<ProxyOptions, "ways">, string][] = [
    ["wants another password", { password: "alice:right" }, "wants a name and a password (HTTP 407)"],
    [
      "answers a page with 502",
      { refusal: { status: 502, body: "<html>".repeat(5000) } },
      "makes no connection to it (HTTP 502, see HTTP_PROXY)",
    ],
    [
      "allows no such tunnel",
      { refusal: { status: 403, body: "" } },
      "makes no connection to it (HTTP 403, see HTTP_PROXY)",
    ],
    ["hangs up", { refusal: "hang up" }, "can't be used (socket hang up, see HTTP_PROXY)"],
  ];

  test.each(cases)("it %s", async (_title, proxyOptions, words) => {
    const { api, server, proxy, url } = await world({ proxy: proxyOptions, value: secret });
    const error = await api.me().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "unreachable" });
    expect(String(error)).toContain(`the proxy http://127.0.0.1:${proxy.port} ${words}`);
    const { lines } = listen(server, url);
    await until(() => lines.length > 1);
    expect(lines[0]).toContain(`the proxy http://127.0.0.1:${proxy.port} ${words}`);
    const told = [...lines, String(error), (error as Error).stack, String((error as Error).cause)].join("\n");
    expect(told).not.toMatch(/alice|wr0ng|secret|YWxpY2U/);
    expect(proxy.heard.join()).not.toContain(server.robot.token);
  });

  test("it is not there", async () => {
    const { api } = await world({ value: () => "http://alice:wr0ng-secret@127.0.0.1:9" });
    const error = String(await api.me().catch((caught: unknown) => caught));
    expect(error).toContain("the proxy http://127.0.0.1:9 can't be used (connect ECONNREFUSED");
    expect(error).not.toMatch(/alice|secret/);
  });

  test("it is silent: a request that is given up ends at once, and its connection by and by", async () => {
    const { proxy, url } = await world({ proxy: { refusal: "silence" } });
    const { createTransport } = await import("../../src/mattermost/transport.ts");
    const given = new AbortController();
    const answer = createTransport()({
      url,
      method: "GET",
      headers: {},
      body: undefined,
      signal: given.signal,
    });
    await until(() => proxy.asked.length === 1);
    given.abort(new Error("no answer within 10 s"));
    await expect(answer).rejects.toThrow("no answer within 10 s");
    const failed = new Promise((resolve) => {
      request(url, { agent: proxyAgent(url, {}, 100) })
        .on("error", resolve)
        .end();
    });
    expect(String(await failed)).toContain("can't be used (it does not answer, see HTTP_PROXY)");
    await until(() => proxy.open() === 1);
  });
});

test("a certificate that nobody vouches for is refused, also behind a proxy", async () => {
  const { api, url } = await world({ scheme: "https" });
  vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "1");
  const error = await api.me().catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: "unreachable" });
  expect(String(error)).toMatch(
    new RegExp(`no answer from ${url}: self-signed certificate; .*NODE_EXTRA_CA_CERTS`),
  );
});
