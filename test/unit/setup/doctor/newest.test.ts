// The newest version of a package, as a registry on loopback tells it.

import { readdirSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { newerThan, newestVersion, npmRegistry } from "../../../../src/setup/doctor/newest.ts";
import { runCommand } from "../../../../src/util/run-command.ts";
import { temporaryDirectory } from "../../../support/temporary.ts";

async function registry(answer: (response: ServerResponse) => void) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const json = (body: unknown) => (response: ServerResponse) => void response.end(JSON.stringify(body));

test("is asked for by the package's name, a scope included", async () => {
  const { asked, url } = await registry(json({ name: "x", version: "2.1.331" }));
  const newest = newestVersion(Promise.resolve(`${url}/npm/`), undefined, 15_000);
  expect(await newest("@anthropic-ai/claude-code")).toBe("2.1.331");
  expect(await newest("mattermost-claude-code")).toBe("2.1.331");
  expect(asked).toEqual(["/npm/@anthropic-ai%2fclaude-code/latest", "/npm/mattermost-claude-code/latest"]);
});

describe("is unknown, without an error,", () => {
  test.each<[string, (response: ServerResponse) => void]>([
    ["when the registry has no such package", (response) => void response.writeHead(404).end("{}")],
    [
      "when it redirects",
      (response) => void response.writeHead(302, { location: "http://127.0.0.1:9" }).end(),
    ],
    ["when a page answers", (response) => void response.end("<html>")],
    ["when the version is a preview", json({ version: "3.0.0-beta.1" })],
    ["when the version is a text", json({ version: "1.0.0\u001b[2J" })],
    ["when there is no version", json({})],
    ["when the answer has no end", (response) => void response.write(`{"version":"1.0.0",`)],
    ["when the answer is far too long", (response) => void response.end(" ".repeat(2_000_000))],
    ["when no answer comes", () => {}],
  ])("%s", async (_when, answer) => {
    const { url } = await registry(answer);
    expect(await newestVersion(Promise.resolve(url), undefined, 300)("some-package")).toBeUndefined();
  });

  test.each(["http://127.0.0.1:9", "not an address"])("when nothing is at %s", async (url) => {
    expect(await newestVersion(Promise.resolve(url))("some-package")).toBeUndefined();
  });
});

test.each([
  ["0.1.0", "0.1.1", true],
  ["0.9.9", "0.10.0", true],
  ["2.1.330", "3.0.0", true],
  ["1.0.0-beta.1", "1.0.0", true],
  ["0.1.0", "0.1.0", false],
  ["0.2.0", "0.1.9", false],
  ["1.0.0", "0.9.9", false],
  ["1.0.0-beta.1", "0.9.9", false],
  ["1.0.0+build", "1.0.0", false],
  ["0.1.0", undefined, false],
  ["unknown", "1.0.0", false],
])("an update from %s to %s is one: %s", (current, newest, expected) => {
  expect(newerThan(current, newest)).toBe(expected);
});

describe("the registry", () => {
  const npm = (code: number | undefined, output: string) => async () => ({ code, output });

  test("is the environment's, or else npm's own", async () => {
    const given = { npm_config_registry: "http://127.0.0.1:1/ " };
    expect(await npmRegistry(given, npm(0, "http://127.0.0.1:2/\n"))).toBe("http://127.0.0.1:1/");
    expect(await npmRegistry({}, npm(0, "http://127.0.0.1:2/\n"))).toBe("http://127.0.0.1:2/");
  });

  test("is not known where npm is missing or fails, and then nothing is asked", async () => {
    for (const code of [undefined, 1]) expect(await npmRegistry({}, npm(code, "spawn npm"))).toBeUndefined();
    expect(await newestVersion(Promise.resolve(undefined))("some-package")).toBeUndefined();
  });
});

test("npm itself, when it is asked, leaves nothing behind", async () => {
  const [home, temporary] = [temporaryDirectory(), temporaryDirectory()];
  vi.stubEnv("HOME", home);
  vi.stubEnv("TMPDIR", temporary);
  // A test that npm runs has npm's own settings.
  for (const name of Object.keys(process.env)) if (/^npm_/i.test(name)) vi.stubEnv(name, undefined);
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(await npmRegistry({}, runCommand, 20_000)).toMatch(/^https?:\/\//);
  expect([...readdirSync(home), ...readdirSync(temporary)]).toEqual([]);
});
