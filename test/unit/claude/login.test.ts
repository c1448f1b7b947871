// Whether Claude is logged in, with tiny programs in the place of claude that answer as 2.1.330 did.

import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { claudeLogin } from "../../../src/claude/login.ts";
import { isAtLeast } from "../../../src/claude/version.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

function program(script: string) {
  const directory = temporaryDirectory();
  const path = join(directory, "claude");
  const asked = join(directory, "asked");
  writeFileSync(path, `#!/bin/sh\necho "$@" > '${asked}'\n${script}\n`);
  chmodSync(path, 0o755);
  return { path, wasAsked: () => existsSync(asked) };
}

const LOGGED_OUT = `{ "loggedIn": false, "authMethod": "none", "apiProvider": "firstParty" }`;
const WITH_KEY = `{ "loggedIn": true, "authMethod": "api_key", "apiKeySource": "ANTHROPIC_API_KEY" }`;

describe("the login", () => {
  it.each([
    [`echo '${WITH_KEY}'`, "logged-in"],
    [`echo '${LOGGED_OUT}'; exit 1`, "logged-out"],
    ["echo '{}'", "unknown"],
    ["echo '[]'; exit 1", "unknown"],
    ["echo Not logged in", "unknown"],
    ["exit 3", "unknown"],
  ])("of a claude that does this is told: %s", async (script, login) => {
    expect(await claudeLogin(program(script).path, "2.1.330")).toBe(login);
  });

  it("is unknown when no answer comes in time", async () => {
    expect(await claudeLogin(program("exec sleep 60").path, "2.1.330", { timeoutMs: 200 })).toBe("unknown");
  });

  it("is not asked of a version that would send the question to Claude", async () => {
    for (const version of ["1.0.128", "2.0.76", "2.1.40"]) {
      const { path, wasAsked } = program(`echo '${WITH_KEY}'`);
      expect(await claudeLogin(path, version)).toBe("unknown");
      expect(wasAsked()).toBe(false);
    }
  });
});

it.each([
  ["2.1.41", true],
  ["2.1.330", true],
  ["2.2.0", true],
  ["3.0.0-beta.1", true],
  ["2.1.40", false],
  ["2.0.76", false],
  ["1.9.99", false],
])("%s being at least 2.1.41 is %s", (version, expected) => {
  expect(isAtLeast(version, [2, 1, 41])).toBe(expected);
});
