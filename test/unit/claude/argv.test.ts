// What a Claude process is started with, and what it must not see.

import { describe, expect, it } from "vitest";
import { claudeArguments, claudeEnvironment } from "../../../src/claude/argv.ts";

const start = {
  claudePath: "claude",
  directory: "/p",
  sessionId: "an-id",
  resume: false,
  extraDirectories: [],
};

describe("the arguments", () => {
  it("start a conversation under an id", () => {
    expect(claudeArguments(start).slice(-2)).toEqual(["--session-id", "an-id"]);
  });

  it("continue a conversation", () => {
    const given = claudeArguments({ ...start, resume: true });
    expect(given.slice(-2)).toEqual(["--resume", "an-id"]);
    expect(given).not.toContain("--session-id");
  });

  it("route permission questions over stdio and echo messages and tokens", () => {
    const line = claudeArguments(start).join(" ");
    expect(line).toContain("-p --input-format stream-json --output-format stream-json --verbose");
    expect(line).toContain(
      "--permission-prompt-tool stdio --include-partial-messages --replay-user-messages",
    );
  });

  it("name each extra directory", () => {
    expect(claudeArguments({ ...start, extraDirectories: ["/a", "/b c"] }).slice(-4)).toEqual([
      "--add-dir",
      "/a",
      "--add-dir",
      "/b c",
    ]);
  });
});

describe("the environment", () => {
  const DEFAULTS = { CLAUDE_CODE_ENABLE_TODO_TOOLS: "1" };

  it("asks for the todo list, unless the user has decided about it", () => {
    expect(claudeEnvironment({})).toEqual(DEFAULTS);
    expect(claudeEnvironment({ CLAUDE_CODE_ENABLE_TODO_TOOLS: "0" })).toEqual({
      CLAUDE_CODE_ENABLE_TODO_TOOLS: "0",
    });
  });

  it("holds none of the bridge's settings, the token above all", () => {
    const given = claudeEnvironment({
      MATTERMOST_URL: "u",
      MATTERMOST_TOKEN: "secret",
      MATTERMOST_ANYTHING_NEW: "x",
      ALLOWED_USERS: "a",
      SKIP_PERMISSIONS: "true",
      MAX_SESSIONS: "5",
      SESSION_TIMEOUT_MS: "1",
      CLAUDE_PATH: "claude",
    });
    expect(given).toEqual(DEFAULTS);
  });

  it("holds no mark of another claude around it", () => {
    expect(
      claudeEnvironment({
        CLAUDECODE: "1",
        CLAUDE_CODE_ENTRYPOINT: "cli",
        CLAUDE_CODE_SSE_PORT: "1",
        CLAUDE_AGENT_SDK_VERSION: "1",
      }),
    ).toEqual(DEFAULTS);
  });

  it("keeps what the user set for Claude and everything else", () => {
    const users = {
      PATH: "/bin",
      HOME: "/home/dev",
      ANTHROPIC_API_KEY: "k",
      CLAUDE_CODE_USE_BEDROCK: "1",
      CLAUDE_CODE_OAUTH_TOKEN: "t",
      CLAUDE_CONFIG_DIR: "/c",
    };
    expect(claudeEnvironment(users)).toEqual({ ...DEFAULTS, ...users });
  });
});
