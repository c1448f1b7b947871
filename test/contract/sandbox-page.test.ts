// The page's server on the wire: the same API below the secret path, nothing without it, and a WebSocket that only the
// page's own origin opens. The Host header is forged here, as a rebound name would bring it.
import { request } from "node:http";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { createGate } from "../../sandbox/gate.ts";
import { createPageServer } from "../../sandbox/page-server.ts";
import { type Sandbox, startSandbox } from "../../sandbox/server/sandbox.ts";

const gate = createGate();
let sandbox: Sandbox;
let token: string;

beforeAll(async () => {
  sandbox = await startSandbox(createPageServer(gate));
  token = sandbox.createUser({ username: "alice", password: gate.secret }).token;
  return () => sandbox.close();
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** fetch would not let a test forge these headers. */
function send(
  path: string,
  headers: Record<string, string> = {},
  method = "GET",
  body?: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(sandbox.url + path, { method, headers }, (response) => {
      let text = "";
      response.on("data", (data) => {
        text += data;
      });
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

const LOGIN = JSON.stringify({ login_id: "alice", password: gate.secret });

describe("below the secret path", () => {
  test("the page's files come with their types and safety headers, and nothing else does", async () => {
    const page = await send(gate.path);
    expect([page.status, page.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    expect(page.headers["content-security-policy"]).toContain("script-src 'self'");
    expect(page.headers["x-content-type-options"]).toBe("nosniff");
    const script = await send(`${gate.path}main.js`);
    expect([script.status, script.headers["content-type"]]).toEqual([200, "text/javascript; charset=utf-8"]);
    for (const path of ["..%2f..%2fcli.js", "vendor", "vendor/highlight.LICENSE", "nothing.js"]) {
      expect([path, (await send(gate.path + path)).status]).toEqual([path, 404]);
    }
    expect((await send(gate.path, {}, "POST")).status).toBe(404);
  });

  test("the API is the same: log in, write with a body, read", async () => {
    const login = await send(`${gate.path}api/v4/users/login`, {}, "POST", LOGIN);
    expect([login.status, login.headers["token"]]).toEqual([200, expect.stringMatching(/^\w{26}$/)]);
    const headers = { authorization: `Bearer ${login.headers["token"]}` };
    const found = await send(`${gate.path}api/v4/users/usernames`, headers, "POST", '["alice"]');
    expect(JSON.parse(found.text)).toMatchObject([{ username: "alice" }]);
    expect((await send(`${gate.path}api/v4/users/me?x=1`, headers)).status).toBe(200);
    expect((await send(`${gate.path}api/v4/users/me`)).status).toBe(401);
    expect((await send(`${gate.path}api/v4/nothing`, headers)).status).toBe(404);
  });

  test.each([
    ["a rebound name", { host: "evil.example" }],
    ["another origin", { origin: "http://evil.example" }],
    ["another site", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" }],
  ])("%s is refused, the log-in too", async (_, headers) => {
    expect((await send(gate.path, headers)).status).toBe(403);
    expect((await send(`${gate.path}api/v4/users/login`, headers, "POST", LOGIN)).status).toBe(403);
  });
});

describe("without the secret", () => {
  test("programs get on with their tokens as before, and without one get nothing", async () => {
    expect((await send("/api/v4/users/me", { authorization: `Bearer ${token}` })).status).toBe(200);
    expect((await send("/api/v4/users/login", {}, "POST", LOGIN)).status).toBe(403);
    expect((await send("/")).status).toBe(403);
  });

  test("a cookie that a log-in left behind opens nothing", async () => {
    expect((await send("/api/v4/users/me", { cookie: `MMAUTHTOKEN=${token}` })).status).toBe(403);
  });
});

describe("the WebSocket", () => {
  /** "open", or the status of the refusal. */
  function knock(path: string, headers: Record<string, string> = {}): Promise<string | number> {
    return new Promise((resolve) => {
      const ws = new WebSocket(sandbox.url.replace("http", "ws") + path, { headers });
      onTestFinished(() => ws.terminate());
      ws.on("open", () => resolve("open"));
      ws.on("unexpected-response", (_, response) => resolve(response.statusCode ?? 0));
      ws.on("error", () => {});
    });
  }

  test("opens below the secret path for the page's own origin, and for programs with a token", async () => {
    expect(await knock(`${gate.path}api/v4/websocket`, { origin: sandbox.url })).toBe("open");
    expect(await knock("/api/v4/websocket", { authorization: `Bearer ${token}` })).toBe("open");
  });

  test("opens for nobody else", async () => {
    expect(await knock("/api/v4/websocket")).toBe(403);
    expect(await knock("/api/v4/websocket", { origin: sandbox.url })).toBe(403);
    expect(await knock(`${gate.path}api/v4/websocket`, { origin: "http://evil.example" })).toBe(403);
    expect(
      await knock(`${gate.path}api/v4/websocket`, { host: "evil.example", origin: "http://evil.example" }),
    ).toBe(403);
    expect(await knock(`${gate.path}elsewhere`, { origin: sandbox.url })).toBe(404);
  });
});
