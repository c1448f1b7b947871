// What the real CLIs say of being logged in, each with a home and an environment of its own.

import { describe, expect, test } from "vitest";
import { claudeLogin } from "../../src/claude/login.ts";
import { claudeVersion } from "../../src/claude/version.ts";
import { claudeHome, realClaudes } from "../support/real-claude.ts";

/** Nothing listens there: whoever asks the network fails. */
const NOWHERE = "http://127.0.0.1:9";

describe.each(realClaudes())("Claude Code $version", ({ version, path }) => {
  test("is recognised as Claude Code", async () => {
    const { environment } = claudeHome(NOWHERE);
    expect(await claudeVersion(path, { environment, timeoutMs: 60_000 })).toBe(version);
  });

  test("tells whether it is logged in, without the network, if it can", async () => {
    const { environment } = claudeHome(NOWHERE);
    const { ANTHROPIC_API_KEY: _key, ...without } = environment;
    const told = async (of: NodeJS.ProcessEnv) =>
      claudeLogin(path, version, { environment: of, timeoutMs: 60_000 });
    const canTell = version.startsWith("2.1.");
    expect(await told(environment)).toBe(canTell ? "logged-in" : "unknown");
    expect(await told(without)).toBe(canTell ? "logged-out" : "unknown");
  });
});
