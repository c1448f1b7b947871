// The start-up check, with tiny programs in the place of claude.

import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { ClaudeError } from "../../../src/claude/error.ts";
import { claudeVersion } from "../../../src/claude/version.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

let directory: string;
beforeEach(() => {
  directory = temporaryDirectory();
});

function program(script: string, mode = 0o755): string {
  const path = join(directory, "claude");
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, mode);
  return path;
}

async function failureOf(promise: Promise<string>): Promise<ClaudeError> {
  const cause = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (cause instanceof ClaudeError) {
    return cause;
  }
  throw new Error(`expected a ClaudeError, got ${String(cause)}`);
}

describe("the version", () => {
  it("is read from what the program prints", async () => {
    expect(await claudeVersion(program("echo '2.1.330 (Claude Code)'"))).toBe("2.1.330");
  });

  it("is asked for without the bridge's token", async () => {
    const path = program('echo "1.0.0$MATTERMOST_TOKEN (Claude Code)"');
    expect(await claudeVersion(path, { environment: { ...process.env, MATTERMOST_TOKEN: "secret" } })).toBe(
      "1.0.0",
    );
  });

  it("of a missing program is an error that says how to get it", async () => {
    const error = await failureOf(claudeVersion(join(directory, "nothing")));
    expect(error.code).toBe("not-found");
    expect(error.message).toContain("npm install -g @anthropic-ai/claude-code");
  });

  it("of a file that is no program is an error that says so", async () => {
    const error = await failureOf(claudeVersion(program("", 0o644)));
    expect(error.code).toBe("not-executable");
    expect(error.message).toContain("chmod +x");
  });

  it("of a program that fails is an error with its output", async () => {
    const error = await failureOf(claudeVersion(program("echo 'needs Node 18' >&2; exit 1")));
    expect(error.code).toBe("failed");
    expect(error.message).toContain('--version" failed, saying: needs Node 18');
  });

  it.each([
    ["echo hello", '"hello"'],
    ["echo git version 2.39.5", '"git version 2.39.5"'],
    ["true", "nothing"],
    // As `true --version` of the GNU coreutils does.
    ["printf 'true (GNU coreutils) 9.1\\nCopyright\\nLicense\\n'", '"true (GNU coreutils) 9.1 …"'],
    ["printf '\\n\\n  first\\n'", '"first"'],
    ["printf %0500d 0", `"${"0".repeat(79)}…"`],
    ["yes", '"y …"'],
  ])("of a program that is not Claude Code is an error that says so: %s", async (script, said) => {
    const path = program(script);
    const error = await failureOf(claudeVersion(path));
    expect(error.message).toBe(
      `"${path}" is not Claude Code: its --version says ${said}. Set CLAUDE_PATH to the claude program.`,
    );
  });

  it("of a program that fails with many words is an error with one short line of them", async () => {
    const error = await failureOf(claudeVersion(program("seq 1000 >&2; exit 1")));
    expect(error.message).toContain('--version" failed, saying: 1 …. Run it by hand');
  });

  it("of a program that hangs is an error in time", async () => {
    const error = await failureOf(claudeVersion(program("exec sleep 60"), { timeoutMs: 200 }));
    expect(error.code).toBe("timeout");
  });

  it("is asked for without any variable that holds a secret", async () => {
    const environment = { PATH: process.env["PATH"], COPY: "the-token-itself" };
    const check = { environment, secrets: ["the-token-itself"] };
    expect(
      await claudeVersion(program('[ -z "$COPY" ] && echo "1.2.3 (Claude Code)" || echo leaked'), check),
    ).toBe("1.2.3");
  });
});
