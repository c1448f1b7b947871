import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { ConfigError } from "../../../src/config/error.ts";
import { type ConfigInput, loadConfig, unknownSettingWarnings } from "../../../src/config/load.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const REQUIRED = {
  MATTERMOST_URL: "https://chat.example.com/",
  MATTERMOST_TOKEN: "t0ken",
  MATTERMOST_CHANNEL_ID: "59r731ty1tgfmgi8dzzuhw8njw",
};

type Where = "project" | "user" | "older";

/** The settings as the file holds them; what is required stands in the environment. */
function settings(text: string, { where = "user" as Where, env = {}, options = {} } = {}) {
  const root = temporaryDirectory();
  const [cwd, home] = [join(root, "project"), join(root, "home")];
  const path = {
    project: join(cwd, ".env"),
    user: join(home, ".config", "mm-claude", ".env"),
    older: join(home, ".mm-claude.env"),
  }[where];
  for (const directory of [cwd, dirname(path)]) mkdirSync(directory, { recursive: true });
  writeFileSync(path, text);
  const input: ConfigInput = { cwd, home, configHome: undefined, env: { ...REQUIRED, ...env }, options };
  return {
    path,
    warnings: () => unknownSettingWarnings(input).map((line) => line.replace(path, "FILE")),
    problems(): string[] {
      try {
        loadConfig(input);
        return [];
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        return error.message
          .split("\n")
          .slice(1)
          .map((line) => line.trim().replace(path, "FILE"));
      }
    },
  };
}

describe("a name in a settings file", () => {
  test.each([
    ["ALLOWED_USER=alice", "ALLOWED_USERS"],
    ["ALOWED_USERS=alice", "ALLOWED_USERS"],
    ["ALLOWED_USRES=alice", "ALLOWED_USERS"],
    ["ALLOWEDUSERS=alice", "ALLOWED_USERS"],
    ["allowed_users=alice", "ALLOWED_USERS"],
    ["Allowed_Users=alice", "ALLOWED_USERS"],
    ["ALLOWED-USERS=alice", "ALLOWED_USERS"],
    ["export ALLOWED_USER=alice", "ALLOWED_USERS"],
    ["  ALLOWED_USER : alice", "ALLOWED_USERS"],
    ["ALLOWED_USER=", "ALLOWED_USERS"],
    ["ALLOWED_USER alice", "ALLOWED_USERS"],
    ["MAX_SESIONS=3", "MAX_SESSIONS"],
    ["MAX_SESSION=3", "MAX_SESSIONS"],
    ["APPROVER=alice", "APPROVERS"],
    ["APROVERS=alice", "APPROVERS"],
    ["PREWARMS=0", "PREWARM"],
    ["SKIP_PERMISSION=true", "SKIP_PERMISSIONS"],
    ["SESSION_TIMEOUT_M=1", "SESSION_TIMEOUT_MS"],
    ["MATERMOST_BOTNAME=x", "MATTERMOST_BOT_NAME"],
    ["CLAUDEPATH=/bin/claude", "CLAUDE_PATH"],
  ])("that is nearly a setting's is an error that names it: %s", (line, meant) => {
    for (const where of ["project", "user", "older"] as const) {
      const { problems } = settings(`${line}\n`, { where });
      expect(problems(), where).toHaveLength(1);
      expect(problems()[0], where).toMatch(
        new RegExp(`^\\S+ in FILE: there is no such setting\\. Call it ${meant}, or take it out`),
      );
      expect(problems()[0]).not.toContain("alice");
    }
  });

  test("that is nearly a setting's stands beside all the other problems", () => {
    const { problems } = settings("ALLOWED_USER=alice\nMAX_SESIONS=3\n", {
      env: { MATTERMOST_TOKEN: "", PREWARM: "many" },
    });
    expect(problems().map((line) => line.split(" ")[0])).toEqual([
      "MATTERMOST_TOKEN:",
      "PREWARM:",
      "ALLOWED_USER",
      "MAX_SESIONS",
    ]);
  });

  test("that is another program's may stand in the project's .env, and is told in mm-claude's own file", () => {
    const text =
      "DATABASE_URL=x\nALLOWED_HOSTS=*\nSESSION_TIMEOUT=5\nREWARD=1\nMATTERMOST_CHANNEL=c\nPATHS=1\nnode\n";
    const project = settings(text, { where: "project" });
    expect([project.problems(), project.warnings()]).toEqual([[], []]);
    for (const where of ["user", "older"] as const) {
      const own = settings(text, { where });
      expect([own.problems(), own.warnings()]).toEqual([
        [],
        [
          "DATABASE_URL in FILE has no effect: mm-claude has no such setting.",
          "ALLOWED_HOSTS in FILE has no effect: mm-claude has no such setting.",
          "SESSION_TIMEOUT in FILE has no effect: mm-claude has no such setting (there is SESSION_TIMEOUT_MS).",
          "REWARD in FILE has no effect: mm-claude has no such setting.",
          "MATTERMOST_CHANNEL in FILE has no effect: mm-claude has no such setting (there is MATTERMOST_CHANNEL_ID).",
          "PATHS in FILE has no effect: mm-claude has no such setting.",
          "Line 7 of FILE has no effect: it is not of the form NAME=value.",
        ],
      ]);
    }
  });

  test("that another program of the project needs is left to it once the setting itself is given", () => {
    const text = "MAX_SESSION=100\n";
    const refused = settings(text, { where: "project" });
    expect(refused.problems()[0]).toContain("If it is another program's, set MAX_SESSIONS as well");
    for (const given of [
      settings(`${text}MAX_SESSIONS=3\n`, { where: "project" }),
      settings(text, { where: "project", env: { MAX_SESSIONS: "3" } }),
    ]) {
      expect([given.problems(), given.warnings()]).toEqual([[], []]);
    }
    expect(settings(`${text}MAX_SESSIONS=3\n`).problems()).toHaveLength(1);
  });

  test("with an empty setting beside it is still an error: empty is not given", () => {
    const { problems } = settings("ALLOWED_USERS=\nALLOWED_USER=alice\n", { where: "project" });
    expect(problems()).toHaveLength(1);
  });

  test("that stands twice with different values is an error, in any spelling of a line; with one value it is none", () => {
    const { problems } = settings("ALLOWED_USERS=alice\n# more\nexport ALLOWED_USERS=\n");
    expect(problems()).toEqual([
      "ALLOWED_USERS in FILE: it stands there twice (lines 1 and 3) with different values. Keep one of them.",
    ]);
    expect(settings("MAX_SESSIONS=3\nMAX_SESSIONS='3'\n").problems()).toEqual([]);
    expect(settings("OTHER=1\nOTHER=2\n", { where: "project" }).problems()).toEqual([]);
  });

  test.each(["ALLOWED_USERS alice", "ALLOWED_USERS:alice", "set ALLOWED_USERS=alice", "ALLOWED_USERS"])(
    "whose line gives it no value is an error: %s",
    (line) => {
      for (const where of ["project", "user"] as const) {
        expect(settings(`${line}\n`, { where }).problems()).toEqual([
          "ALLOWED_USERS in FILE: it has no value. Write it as ALLOWED_USERS=value.",
        ]);
      }
    },
  );

  test.each([
    "",
    "# ALLOWED_USER=alice\n",
    "\uFEFFALLOWED_USERS=alice\r\nexport MAX_SESSIONS=3\r\n\r\n",
    "  ALLOWED_USERS = 'alice' # and nobody else\n",
    "ALLOWED_USERS: alice\n",
    'CLAUDE_PATH="/a\nMAX_SESION=1\nb"\n',
  ])("that is right is told nothing of (%j)", (text) => {
    const { problems, warnings } = settings(text);
    expect([problems(), warnings()]).toEqual([[], []]);
  });
});

describe("a name in the environment", () => {
  test("that is nearly a setting's is a warning, for it may be another program's", () => {
    const env = { ALLOWED_USER: "alice", mattermost_bot_name: "x", MATTERMOST_DRIVER: "x", PATH: "/bin" };
    const { problems, warnings } = settings("", { env });
    expect(problems()).toEqual([]);
    expect(warnings()).toEqual([
      "ALLOWED_USER in the environment has no effect: the setting is called ALLOWED_USERS.",
      "mattermost_bot_name in the environment has no effect: the setting is called MATTERMOST_BOT_NAME.",
    ]);
  });

  test("that is nearly a setting's is none once the setting itself is given, wherever", () => {
    const env = { ALLOWED_USER: "alice" };
    expect(settings("ALLOWED_USERS=alice\n", { env }).warnings()).toEqual([]);
    expect(settings("", { env, options: { allowedUsers: "alice" } }).warnings()).toEqual([]);
  });
});

test.each(["XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"])(
  "a relative %s is warned of, since nobody heeds it",
  (name) => {
    expect(settings("", { env: { [name]: "some/where" } }).warnings()).toEqual([
      `${name} in the environment has no effect: "some/where" is not an absolute path. Give the whole path, or unset it.`,
    ]);
    for (const value of ["/some/where", ""]) {
      expect(settings("", { env: { [name]: value } }).warnings()).toEqual([]);
    }
  },
);
