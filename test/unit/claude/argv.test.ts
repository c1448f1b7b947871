// What a Claude process is started with, and what it must not see.

import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { claudeArguments, claudeEnvironment } from "../../../src/claude/argv.ts";
import { SETTING_KEYS, SETTINGS } from "../../../src/config/settings.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const start = {
  claudePath: "claude",
  directory: "/p",
  conversationId: "an-id",
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

  it("copy a conversation up to one of its lines, under an id of its own", () => {
    const given = claudeArguments({ ...start, fork: { from: "the-other", at: "a-line" } });
    expect(given.join(" ")).toContain(
      "--resume the-other --fork-session --resume-session-at a-line --session-id an-id",
    );
  });

  it("name the model and the mode where a project has chosen them", () => {
    const given = claudeArguments({ ...start, model: "opus", permissionMode: "plan" });
    expect(given.join(" ")).toContain("--model opus --permission-mode plan");
    expect(claudeArguments(start).join(" ")).not.toMatch(/--model|--permission-mode/);
  });

  it("take instructions whole, whatever they begin with, and none where there are none", () => {
    const instructions = '--resume x\n\n- "q" $HOME `id`\n';
    const given = claudeArguments({ ...start, instructions });
    expect(given.filter((one) => one.includes("--resume"))).toEqual([
      `--append-system-prompt=${instructions}`,
    ]);
    expect(claudeArguments(start).join(" ")).not.toContain("system-prompt");
  });

  it("give each rule as an argument of its own, before another flag", () => {
    const allowedRules = [{ tool: "Bash", content: "npm test *" }, { tool: "WebSearch" }];
    const given = claudeArguments({ ...start, allowedRules });
    const at = given.indexOf("--allowedTools");
    expect(given.slice(at, at + 4)).toEqual([
      "--allowedTools",
      "Bash(npm test *)",
      "WebSearch",
      "--session-id",
    ]);
    expect(claudeArguments(start)).not.toContain("--allowedTools");
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

  it("deny nothing unless told", () => {
    expect(claudeArguments({ ...start, deniedPaths: [] })).toEqual(claudeArguments(start));
    expect(claudeArguments(start)).not.toContain("--disallowedTools");
  });

  it("deny the file tools each path, before another flag ends the list", () => {
    const given = claudeArguments({ ...start, deniedPaths: ["/no/such/.env", "/no/such, really/state"] });
    const at = given.indexOf("--disallowedTools");
    expect(given.slice(at, at + 6)).toEqual([
      "--disallowedTools",
      "Read(//no/such/.env)",
      "Edit(//no/such/.env)",
      "Read(//no/such,?really/state)",
      "Edit(//no/such,?really/state)",
      "--session-id",
    ]);
  });

  it("deny a path with characters that have a meaning in a pattern", () => {
    const given = claudeArguments({ ...start, deniedPaths: ["/no (1)/[x]/a*b?c/{d}/!e/#f/g\\h\n"] });
    expect(given).toContain("Read(//no??1?/?x?/a?b?c/?d?/?e/?f/g?h?)");
  });

  it("deny a path with a symbolic link by its real path too, also when it does not exist yet", () => {
    const folder = temporaryDirectory();
    mkdirSync(join(folder, "real"));
    symlinkSync(join(folder, "real"), join(folder, "link"));
    const denied = claudeArguments({ ...start, deniedPaths: [join(folder, "link/new/.env")] });
    expect(denied.filter((argument) => argument.startsWith("Read("))).toEqual([
      `Read(/${folder}/link/new/.env)`,
      `Read(/${folder}/real/new/.env)`,
    ]);
  });
});

describe("the environment", () => {
  const DEFAULTS = { CLAUDE_CODE_ENABLE_TODO_TOOLS: "1", CLAUDE_CODE_ENABLE_SDK_FILE_CHECKPOINTING: "1" };

  it("asks for the todo list, unless the user has decided about it", () => {
    expect(claudeEnvironment({})).toEqual(DEFAULTS);
    expect(claudeEnvironment({ CLAUDE_CODE_ENABLE_TODO_TOOLS: "0" })).toEqual({
      ...DEFAULTS,
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
      APPROVERS: "a",
      PREWARM: "1",
    });
    expect(given).toEqual(DEFAULTS);
  });

  it.each(SETTING_KEYS.map((key) => SETTINGS[key].variable))("does not hold the setting %s", (variable) => {
    expect(claudeEnvironment({ [variable]: "x" })).toEqual(DEFAULTS);
  });

  it("holds no secret, whatever the variable's name", () => {
    const given = claudeEnvironment(
      { BOT: "s3cret", HEADERS: "Authorization: Bearer s3cret", PATH: "/bin" },
      ["s3cret", ""],
    );
    expect(given).toEqual({ ...DEFAULTS, PATH: "/bin" });
  });

  it("holds no variable of another claude around it", () => {
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
