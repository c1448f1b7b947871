// Which proxy the environment names for a server, and what it is told when that is none.

import { beforeEach, describe, expect, test, vi } from "vitest";
import { proxyFor } from "../../../src/mattermost/proxy.ts";
import { connectRest } from "../../../src/mattermost/rest.ts";

const VARIABLES = ["https_proxy", "http_proxy", "all_proxy", "no_proxy"];

beforeEach(() => {
  for (const name of VARIABLES) {
    vi.stubEnv(name, "");
    vi.stubEnv(name.toUpperCase(), "");
  }
  return () => vi.unstubAllEnvs();
});

const given = (environment: Readonly<Record<string, string>>): void => {
  for (const [name, value] of Object.entries(environment)) {
    vi.stubEnv(name, value);
  }
};

const PROXY = "http://proxy.example:3128";

describe("the proxy of a server", () => {
  test("is none where the environment names none", () => {
    expect(proxyFor("https://chat.example")).toBeUndefined();
    given({ NO_PROXY: "*", HTTP_PROXY: PROXY });
    expect(proxyFor("https://chat.example")).toBeUndefined();
  });

  test.each([
    ["HTTPS_PROXY", "https://chat.example"],
    ["https_proxy", "https://chat.example/chat"],
    ["HTTP_PROXY", "http://chat.example:8065"],
    ["http_proxy", "http://chat.example"],
    ["ALL_PROXY", "https://chat.example"],
    ["all_proxy", "http://chat.example"],
  ])("is named by %s for %s", (variable, url) => {
    given({ [variable]: PROXY });
    expect(proxyFor(url)).toEqual({ address: PROXY, variable, authorization: undefined });
  });

  test("is the one of the server's scheme before the one of all, and the one in lower case first", () => {
    given({ ALL_PROXY: "http://all:1", HTTPS_PROXY: "http://upper:1", HTTP_PROXY: "http://plain:1" });
    expect(proxyFor("https://chat.example")).toMatchObject({ address: "http://upper:1" });
    given({ https_proxy: "http://lower:1" });
    expect(proxyFor("https://chat.example")).toMatchObject({ address: "http://lower:1" });
    expect(proxyFor("http://chat.example")).toMatchObject({ address: "http://plain:1" });
  });

  test.each([
    ["proxy.example:3128", "http://proxy.example:3128"],
    [" http://proxy.example:3128/ ", "http://proxy.example:3128"],
    ["https://proxy.example", "https://proxy.example"],
    ["HTTP://Proxy.Example:80", "http://proxy.example"],
  ])("may be written as %j", (value, address) => {
    given({ HTTPS_PROXY: value });
    expect(proxyFor("https://chat.example")).toMatchObject({ address });
  });

  test.each([
    ["http://alice:s3cret@proxy.example:3128", "alice:s3cret"],
    ["http://alice:p%40ss%3Aword@proxy.example:3128", "alice:p@ss:word"],
    ["http://alice:100%@proxy.example:3128", "alice:100%"],
    ["http://alice@proxy.example:3128", "alice:"],
    ["alice:s3cret@proxy.example:3128", "alice:s3cret"],
  ])("keeps the name and the password of %s to itself", (value, said) => {
    given({ HTTPS_PROXY: value });
    const proxy = proxyFor("https://chat.example");
    expect(proxy?.address).toBe(PROXY);
    expect(Buffer.from(proxy?.authorization?.replace("Basic ", "") ?? "", "base64").toString()).toBe(said);
  });
});

describe("NO_PROXY", () => {
  test.each([
    ["chat.example", "https://chat.example", false],
    ["CHAT.example", "https://Chat.Example", false],
    ["other.example, chat.example", "https://chat.example", false],
    ["other.example chat.example", "https://chat.example", false],
    [".example", "https://chat.example", false],
    ["*.example", "https://chat.example", false],
    ["*", "https://chat.example", false],
    ["chat.example:443", "https://chat.example", false],
    ["chat.example:8443", "https://chat.example:8443", false],
    ["10.1.2.3", "http://10.1.2.3:8065", false],
    ["chat.example:8443", "https://chat.example", true],
    ["chat.example", "https://mychat.example", true],
    [".example", "https://chat.example.org", true],
    ["example", "https://chat.example", true],
    [",", "https://chat.example", true],
  ])("%j: %s by proxy: %s", (noProxy, url, isByProxy) => {
    for (const name of ["NO_PROXY", "no_proxy"]) {
      vi.unstubAllEnvs();
      given({ HTTPS_PROXY: PROXY, HTTP_PROXY: PROXY, [name]: noProxy });
      expect(proxyFor(url) !== undefined, name).toBe(isByProxy);
    }
  });

  test("is not needed for this machine itself", () => {
    given({ ALL_PROXY: PROXY });
    for (const host of ["localhost", "a.localhost", "127.0.0.1", "127.9.9.9", "[::1]", "LOCALHOST"]) {
      expect(proxyFor(`http://${host}:8065`), host).toBeUndefined();
    }
    for (const host of ["localhost.example", "127.example", "10.0.0.1", "notlocalhost"]) {
      expect(proxyFor(`http://${host}:8065`), host).toBeDefined();
    }
  });
});

test.each([
  "socks5://alice:s3cret@proxy.example:1080",
  "ftp://alice:s3cret@proxy.example",
  "http://",
  "http://alice:s3cret@",
  "http://alice:s3cret@proxy.example:99999",
  "alice:s3cret@proxy example",
])("what is no usable proxy is told at the first request, by its variable and without %s", async (value) => {
  given({ HTTPS_PROXY: value });
  const api = connectRest({ url: "https://chat.example", token: "t0ken" });
  const error = await api.me().catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: "unusable-proxy", status: undefined });
  const told = `${String(error)} ${(error as Error).stack} ${String((error as Error).cause)}`;
  expect(told).toContain("HTTPS_PROXY holds no address of a proxy that can be used");
  expect(told).not.toMatch(/s3cret|alice/);
});
