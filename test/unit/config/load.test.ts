import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { ConfigError, StartError } from "../../../src/config/error.ts";
import { loadConfig, type OptionValues } from "../../../src/config/load.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const REQUIRED = {
  MATTERMOST_URL: "https://chat.example.com/",
  MATTERMOST_TOKEN: "t0ken",
  MATTERMOST_CHANNEL_ID: "59r731ty1tgfmgi8dzzuhw8njw",
};

function places() {
  const root = temporaryDirectory();
  const cwd = join(root, "project");
  const home = join(root, "home");
  mkdirSync(cwd);
  mkdirSync(home);
  const write = (path: string, text: string) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  };
  return {
    cwd,
    home,
    here: (text: string) => write(join(cwd, ".env"), text),
    user: (text: string) => write(join(home, ".config/mm-claude/.env"), text),
    old: (text: string) => write(join(home, ".mm-claude.env"), text),
  };
}

type Input = {
  env?: Record<string, string | undefined>;
  options?: OptionValues;
  at?: ReturnType<typeof places>;
  configHome?: string;
};
const load = ({ env = {}, options = {}, at = places(), configHome }: Input) =>
  loadConfig({ env, options, cwd: at.cwd, home: at.home, configHome });

function configOf(input: Input) {
  const loaded = load(input);
  if (!("config" in loaded)) throw new Error(`missing: ${JSON.stringify(loaded.missing)}`);
  return loaded.config;
}

function problemsOf(input: Input): string[] {
  try {
    load(input);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map((one) => `${one.setting}: ${one.problem}`);
    throw error;
  }
  throw new Error("no problem");
}

test("the environment alone is enough, and the rest has its defaults", () => {
  const at = places();
  expect(configOf({ env: REQUIRED, at })).toEqual({
    url: "https://chat.example.com",
    token: "t0ken",
    channelId: "59r731ty1tgfmgi8dzzuhw8njw",
    botName: undefined,
    allowedUsers: [],
    approvers: [],
    skipPermissions: false,
    maxSessions: 5,
    sessionTimeoutMs: 1_800_000,
    notifyAfterMs: 120_000,
    prewarm: 1,
    claudePath: "claude",
    auditFileMb: 10,
    auditFiles: 10,
    metricsFile: undefined,
    directory: at.cwd,
    debug: false,
  });
});

test("approvers who are not allowed in are a mistake, and without a list anybody may be one", () => {
  expect(() =>
    configOf({ env: { ...REQUIRED, ALLOWED_USERS: "alice", APPROVERS: "alice,bob,carol" } }),
  ).toThrow("APPROVERS: it names bob, carol, who are not in ALLOWED_USERS");
  expect(configOf({ env: { ...REQUIRED, APPROVERS: "@Bob" } }).approvers).toEqual(["bob"]);
  expect(configOf({ env: { ...REQUIRED, ALLOWED_USERS: "alice,bob", APPROVERS: "bob" } })).toMatchObject({
    allowedUsers: ["alice", "bob"],
    approvers: ["bob"],
  });
});

test("a config can't be changed", () => {
  const config = configOf({ env: { ...REQUIRED, ALLOWED_USERS: "alice" } });
  expect(() => Object.assign(config, { skipPermissions: true })).toThrow();
  expect(() => (config.allowedUsers as string[]).push("mallory")).toThrow();
});

test("loading leaves the process's environment alone", () => {
  const at = places();
  at.here("MATTERMOST_URL=https://from.file\nMM_CLAUDE_TEST=1");
  const before = { ...process.env };
  load({ at, env: process.env });
  expect(process.env).toEqual(before);
});

describe("precedence", () => {
  test("options beat the environment, the environment beats the file", () => {
    const at = places();
    at.here(
      "MATTERMOST_URL=https://file\nMATTERMOST_TOKEN=file\nMATTERMOST_CHANNEL_ID=abcdefghijklmnopqrstuvwxyz",
    );
    const loaded = load({
      at,
      env: { MATTERMOST_URL: "https://env", MATTERMOST_TOKEN: "env" },
      options: { url: "https://option" },
    });
    expect(loaded).toMatchObject({
      config: { url: "https://option", token: "env", channelId: "abcdefghijklmnopqrstuvwxyz" },
      source: {
        file: join(at.cwd, ".env"),
        origins: { url: "option", token: "environment", channelId: "file", maxSessions: "default" },
      },
    });
  });

  test("--no-skip-permissions beats a true in the environment", () => {
    const env = { ...REQUIRED, SKIP_PERMISSIONS: "true" };
    expect(configOf({ env }).skipPermissions).toBe(true);
    expect(configOf({ env, options: { skipPermissions: false } }).skipPermissions).toBe(false);
    expect(configOf({ env: REQUIRED, options: { skipPermissions: true } }).skipPermissions).toBe(true);
  });

  test("the first file that exists is read and the others are not", () => {
    const at = places();
    at.old("MAX_SESSIONS=3\nMATTERMOST_URL=https://old");
    expect(configOf({ at, env: { ...REQUIRED, MATTERMOST_URL: undefined } })).toMatchObject({
      url: "https://old",
      maxSessions: 3,
    });
    at.user("MATTERMOST_URL=https://user");
    expect(configOf({ at, env: { ...REQUIRED, MATTERMOST_URL: undefined } })).toMatchObject({
      url: "https://user",
      maxSessions: 5,
    });
    at.here("MATTERMOST_URL=https://here");
    expect(configOf({ at, env: { ...REQUIRED, MATTERMOST_URL: undefined } })).toMatchObject({
      url: "https://here",
    });
  });

  test("XDG_CONFIG_HOME names the folder of the user's settings, and what stands in ~/.config comes after it", () => {
    const at = places();
    const configHome = join(at.home, "xdg");
    const url = (given?: string) =>
      configOf({
        at,
        env: { ...REQUIRED, MATTERMOST_URL: undefined },
        ...(given ? { configHome: given } : {}),
      }).url;
    at.user("MATTERMOST_URL=https://user");
    expect(url(configHome)).toBe("https://user");
    mkdirSync(join(configHome, "mm-claude"), { recursive: true });
    writeFileSync(join(configHome, "mm-claude/.env"), "MATTERMOST_URL=https://xdg");
    expect(url(configHome)).toBe("https://xdg");
    expect(url()).toBe("https://user");
    // As the specification of these variables wants it.
    expect(url("xdg")).toBe("https://user");
  });

  test("an empty file in front hides the others all the same", () => {
    const at = places();
    at.user("MATTERMOST_URL=https://user\nMATTERMOST_TOKEN=t\nMATTERMOST_CHANNEL_ID=c");
    at.here("");
    expect(load({ at })).toMatchObject({ missing: [{}, {}, {}], source: { file: join(at.cwd, ".env") } });
  });

  test("an empty value counts as not set, so it can't open a file's list of users to everyone", () => {
    const at = places();
    at.here("ALLOWED_USERS=alice");
    expect(configOf({ at, env: { ...REQUIRED, ALLOWED_USERS: "" } }).allowedUsers).toEqual(["alice"]);
    expect(configOf({ at, env: REQUIRED, options: { allowedUsers: "  " } }).allowedUsers).toEqual(["alice"]);
  });
});

describe("what is missing", () => {
  test("names every required setting that is absent", () => {
    const loaded = load({ env: { MATTERMOST_TOKEN: "t" } });
    expect("missing" in loaded && loaded.missing.map((one) => one.setting)).toEqual([
      "MATTERMOST_URL",
      "MATTERMOST_CHANNEL_ID",
    ]);
  });

  test("is told together with what is wrong", () => {
    expect(problemsOf({ env: { MATTERMOST_TOKEN: "t", MAX_SESSIONS: "many" } })).toEqual([
      expect.stringMatching(/^MATTERMOST_URL: missing/),
      expect.stringMatching(/^MATTERMOST_CHANNEL_ID: missing/),
      'MAX_SESSIONS: "many" is not a whole number',
    ]);
  });
});

describe("what is wrong", () => {
  test("every problem is listed at once, with its setting and what would be right", () => {
    const env = {
      MATTERMOST_URL: "chat.example.com",
      MATTERMOST_TOKEN: "two words",
      MATTERMOST_CHANNEL_ID: "~town square",
      MATTERMOST_BOT_NAME: "claude code",
      ALLOWED_USERS: "alice,b/ob,@carol!",
      SKIP_PERMISSIONS: "maybe",
      MAX_SESSIONS: "0",
      SESSION_TIMEOUT_MS: "30m",
    };
    try {
      load({ env });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      const { message } = error as ConfigError;
      expect(message.split("\n")).toHaveLength(9);
      for (const variable of Object.keys(env)) expect(message).toContain(`${variable}: `);
      expect(message).toContain("such as https://chat.example.com");
      expect(message).toContain('"b/ob", "@carol!" are not usernames');
    }
  });

  test.each([
    ["an option", { options: { url: "x" } }, "--url (MATTERMOST_URL)"],
    ["the environment", { env: { MATTERMOST_URL: "x" } }, "MATTERMOST_URL"],
  ])("a wrong value from %s is named as the person gave it", (_, input, name) => {
    expect(problemsOf(input).some((line) => line.startsWith(`${name}: "x"`))).toBe(true);
  });

  test("a wrong value in a file is named with the file", () => {
    const at = places();
    const path = at.user("MAX_SESSIONS=-1");
    expect(problemsOf({ at, env: REQUIRED })).toEqual([`MAX_SESSIONS in ${path}: "-1" is not positive`]);
  });

  test.each<[string, (path: string) => void]>([
    ["a directory", (path) => mkdirSync(path)],
    ["a pipe", (path) => void execFileSync("mkfifo", [path])],
    ["a link to a device", (path) => symlinkSync("/dev/zero", path)],
  ])("%s in the place of a file is a problem, and no later file takes its place", (_what, make) => {
    const at = places();
    make(join(at.cwd, ".env"));
    at.user("MATTERMOST_URL=https://user");
    expect(problemsOf({ at, env: REQUIRED })).toEqual([
      `${join(at.cwd, ".env")}: the file can't be read (it is no regular file)`,
    ]);
  });

  test("of a file that can't be read nobody knows what is missing, so only it is told, before all else that is wrong", () => {
    const at = places();
    mkdirSync(join(at.cwd, ".env"));
    expect(problemsOf({ at, env: { MAX_SESSIONS: "-1" } })).toEqual([
      `${join(at.cwd, ".env")}: the file can't be read (it is no regular file)`,
      'MAX_SESSIONS: "-1" is not positive',
    ]);
  });

  test.skipIf(process.getuid?.() === 0)("a file that may not be read is a problem", () => {
    const at = places();
    chmodSync(at.here("A=1"), 0);
    expect(problemsOf({ at, env: REQUIRED })).toEqual([expect.stringContaining("EACCES")]);
  });

  test("the token and a URL's password are never repeated", () => {
    const problems = problemsOf({
      env: { ...REQUIRED, MATTERMOST_TOKEN: "s3cret with space", MATTERMOST_URL: "https://me:s3cret@host" },
    });
    expect(problems).toHaveLength(2);
    expect(problems.join()).not.toContain("s3cret");
  });
});

describe("the heading", () => {
  const headingOf = (error: Error) => error.message.split("\n")[0];
  const problem = { setting: "MAX_SESSIONS", problem: '"0" is not positive', mend: "Use 5" };

  test("of wrong settings says that it is them", () => {
    expect(headingOf(new ConfigError([problem]))).toBe("mm-claude can't start with these settings:");
  });

  test("of what no setting is to blame for names no settings, and one sentence stands beside it", () => {
    expect(new StartError(["The disk is full."]).message).toBe("mm-claude can't start: The disk is full.");
    expect(new StartError(["One.", "Two."]).message).toBe("mm-claude can't start:\n  One.\n  Two.");
  });
});
