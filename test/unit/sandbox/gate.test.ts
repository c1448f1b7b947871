// Who is let in where browsers knock.
import { describe, expect, test } from "vitest";
import { createGate } from "../../../sandbox/gate.ts";

const HOST = "127.0.0.1:8065";
const gate = createGate();

const admit = (url: string, headers: Record<string, string> = {}, method = "GET") =>
  gate.admit({ url, method, headers: { host: HOST, ...headers } });

const sameOrigin = { origin: `http://${HOST}`, "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors" };

describe("with the secret", () => {
  test("page and API are open, and the secret is taken off the address", () => {
    expect(admit(gate.path)).toEqual({ kind: "visitor", url: "/" });
    expect(admit(`${gate.path}api/v4/users/me?x=1`, sameOrigin)).toEqual({
      kind: "visitor",
      url: "/api/v4/users/me?x=1",
    });
  });

  test.each(["localhost:8065", "[::1]:8065", "127.0.0.1"])("the host may be %s", (host) => {
    expect(admit(gate.path, { host })).toMatchObject({ kind: "visitor" });
  });

  test.each(["evil.example:8065", "127.0.0.1.evil.example", "localhost.evil.example:80", ""])(
    "a name that was made to point here is refused: %j",
    (host) => {
      expect(admit(gate.path, { host })).toMatchObject({ kind: "refused" });
    },
  );

  test.each(["http://evil.example", "http://127.0.0.1:9999", "https://127.0.0.1:8065", "null"])(
    "another origin is refused: %s",
    (origin) => {
      expect(admit(gate.path, { origin }, "POST")).toMatchObject({ kind: "refused" });
    },
  );

  test.each(["cross-site", "same-site"])("a %s request is refused, unless it follows a link", (site) => {
    const headers = { "sec-fetch-site": site, "sec-fetch-mode": "no-cors" };
    expect(admit(gate.path, headers)).toMatchObject({ kind: "refused" });
    expect(admit(gate.path, { ...headers, "sec-fetch-mode": "navigate" })).toMatchObject({ kind: "visitor" });
    expect(admit(gate.path, { ...headers, "sec-fetch-mode": "navigate" }, "POST")).toMatchObject({
      kind: "refused",
    });
  });
});

describe("without the secret", () => {
  test("a program with a token of its own gets to the API", () => {
    expect(admit("/api/v4/users/me", { authorization: "Bearer x" })).toEqual({ kind: "program" });
    // What fetch in Node sends.
    expect(admit("/api/v4/posts", { authorization: "Bearer x", "sec-fetch-mode": "cors" }, "POST")).toEqual({
      kind: "program",
    });
  });

  test("a program without one gets nothing", () => {
    expect(admit("/api/v4/users/login", {}, "POST")).toMatchObject({ kind: "refused" });
  });

  test.each([sameOrigin, { "sec-fetch-site": "none" }, { cookie: "MMAUTHTOKEN=x" }])(
    "a browser gets nothing, token or not: %j",
    (headers) => {
      expect(admit("/api/v4/users/me", { ...headers, authorization: "Bearer x" })).toMatchObject({
        kind: "refused",
      });
      expect(admit("/", headers)).toMatchObject({ kind: "refused" });
    },
  );

  test("a secret of another length, another gate's, or one without its slash opens nothing", () => {
    for (const path of [createGate().path, gate.path.slice(0, -1), `/${gate.secret}x/`, "//", "/"]) {
      expect(admit(path)).toMatchObject({ kind: "refused" });
    }
  });

  test("the secret can't be guessed: 128 bits, and never twice the same", () => {
    expect(gate.secret).toMatch(/^[\w-]{22}$/);
    expect(new Set(Array.from({ length: 50 }, () => createGate().secret)).size).toBe(50);
  });
});
