// The built program as a person runs it: exit codes and messages.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { AuditTrail } from "../../src/audit/trail.ts";
import { SETTING_KEYS, SETTINGS } from "../../src/config/settings.ts";
import { stateDirectory } from "../../src/store/locations.ts";
import { createLog } from "../../src/util/log.ts";
import { environment, fakeClaude, type Places, PROGRAM, ROOT, type World } from "../support/program.ts";
import { emptyPlaces, setupWorld } from "../support/setup-world.ts";

const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));

beforeAll(() => {
  if (!existsSync(join(ROOT, "dist", "cli.js"))) execFileSync("npm", ["run", "build"], { cwd: ROOT });
});

function run(
  args: string[],
  { env = {}, places = emptyPlaces() }: { env?: Record<string, string>; places?: Places } = {},
) {
  const child = spawnSync(process.execPath, [PROGRAM, ...args], {
    cwd: places.cwd,
    env: environment(places, env),
    input: "",
    encoding: "utf8",
    timeout: 60_000,
  });
  const stderr = child.stderr.trimEnd();
  return { code: child.status, stdout: child.stdout.trimEnd(), stderr, lines: stderr.split("\n") };
}

/** Waits for an answer of a server in this very process, which spawnSync would keep from giving it. */
async function runAsync(args: string[], env: Record<string, string>, places = emptyPlaces()) {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: places.cwd,
    env: environment(places, env),
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let stdout = "";
  let stderr = "";
  child.stdin.end();
  child.stdout.on("data", (data) => {
    stdout += data;
  });
  child.stderr.on("data", (data) => {
    stderr += data;
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, stdout, stderr };
}

const settings = (world: World, over: Record<string, string> = {}) => ({
  MATTERMOST_URL: world.url,
  MATTERMOST_TOKEN: world.bot.token,
  MATTERMOST_CHANNEL_ID: world.channel.id,
  ALLOWED_USERS: "alice",
  ...over,
});

describe("what it says about itself", () => {
  test.each(["-v", "--version"])("%s prints the version", (flag) => {
    expect(run([flag])).toMatchObject({ code: 0, stdout: version, stderr: "" });
  });

  test.each(["-h", "--help"])("%s lists every option, command, variable and file", (flag) => {
    const { code, stdout, stderr } = run([flag]);
    expect([code, stderr]).toEqual([0, ""]);
    for (const key of SETTING_KEYS) {
      expect(stdout).toContain(SETTINGS[key].variable);
      expect(stdout).toContain(SETTINGS[key].option ?? "");
    }
    for (const word of ["setup", "doctor", "demo", "--no-skip-permissions", "--debug", "~/.mm-claude.env"]) {
      expect(stdout).toContain(word);
    }
  });
});

describe("bad input", () => {
  test.each([[["--bogus"]], [["bogus"]], [["--url"]], [["doctor", "--bogus"]]])(
    "%j is wrong usage",
    (args) => {
      const { code, stdout, lines } = run(args);
      expect([code, stdout, lines.length]).toEqual([2, "", 1]);
      expect(lines[0]).toMatch(/^error: /);
    },
  );

  test("without a terminal and without settings it names what is missing and starts no wizard", () => {
    const { code, stdout, stderr } = run([]);
    expect([code, stdout]).toEqual([2, ""]);
    for (const variable of ["MATTERMOST_URL", "MATTERMOST_TOKEN", "MATTERMOST_CHANNEL_ID"]) {
      expect(stderr).toContain(`${variable}: missing`);
    }
    expect(stderr).toContain("mm-claude setup");
  });

  test("every wrong setting is listed at once, without a stack trace", () => {
    const env = {
      MATTERMOST_URL: "chat.example.com",
      MATTERMOST_TOKEN: "t",
      MATTERMOST_CHANNEL_ID: "c",
      SKIP_PERMISSIONS: "perhaps",
      MAX_SESSIONS: "-1",
    };
    const { code, stderr, lines } = run(["--allowed-users", "a/b"], { env });
    expect(code).toBe(2);
    expect(lines).toHaveLength(6);
    expect(stderr).toContain('MATTERMOST_URL: "chat.example.com"');
    expect(stderr).toContain('--allowed-users (ALLOWED_USERS): "a/b"');
    expect(stderr).toContain('MATTERMOST_CHANNEL_ID: "c" is not a channel id');
    expect(stderr).toContain("SKIP_PERMISSIONS");
    expect(stderr).toContain('MAX_SESSIONS: "-1" is not positive. Use a whole number from 1 up');
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test("--token works, with a warning that ps shows it, and is not repeated", () => {
    const { code, lines } = run(["--token", "s3cret", "--url", "nonsense"]);
    expect(code).toBe(2);
    expect(lines[0]).toMatch(/^warning: .*--token.*ps/);
    expect(lines.join("\n")).not.toContain("s3cret");
  });

  test("an unreadable settings file is one of the problems", () => {
    const places = emptyPlaces();
    mkdirSync(join(places.cwd, ".env"));
    const { code, stderr } = run([], { places });
    expect(code).toBe(2);
    expect(stderr).toContain("the file can't be read");
  });

  test("a misspelled setting stops the start, beside all else that is wrong", () => {
    const places = emptyPlaces();
    places.write(places.userFile, "ALLOWED_USER=alice\nMAX_SESIONS=3\n");
    const { code, lines } = run([], { places, env: { MATTERMOST_URL: "https://chat.example.com" } });
    expect(code).toBe(2);
    expect(lines.map((line) => line.trim().split(" ")[0])).toEqual([
      "mm-claude",
      "MATTERMOST_TOKEN:",
      "MATTERMOST_CHANNEL_ID:",
      "ALLOWED_USER",
      "MAX_SESIONS",
    ]);
  });

  test("a directory that was deleted is one sentence", () => {
    const { cwd, home } = emptyPlaces();
    const script = `rmdir "${cwd}"; exec "${process.execPath}" "${PROGRAM}"`;
    const { status, stderr } = spawnSync("/bin/sh", ["-c", script], {
      cwd,
      env: { PATH: process.env["PATH"] ?? "", HOME: home },
      encoding: "utf8",
    });
    expect(stderr).toMatch(
      /^mm-claude can't start: The directory it is started in does not exist any more\. [^\n]+\n$/,
    );
    expect(status).toBe(2);
  });

  test("a program that is not Claude Code is named as what it is", async () => {
    const world = await setupWorld();
    const { code, stderr } = await runAsync([], settings(world, { CLAUDE_PATH: process.execPath }));
    expect(stderr).toMatch(
      /^mm-claude can't start: "[^"]+" is not Claude Code: its --version says "v\d+[^\n]+\n$/m,
    );
    expect(code).toBe(2);
  });

  test("setup without a terminal is refused", () => {
    expect(run(["setup"])).toMatchObject({ code: 1, stderr: expect.stringContaining("needs a terminal") });
  });
});

describe("what it prints", () => {
  const shell = (command: string, { home, cwd } = emptyPlaces()) =>
    spawnSync("/bin/sh", ["-c", command.replaceAll("mm-claude", `"${process.execPath}" "${PROGRAM}"`)], {
      cwd,
      env: { PATH: process.env["PATH"] ?? "", HOME: home },
      encoding: "utf8",
      timeout: 60_000,
    });

  test("reaches a slow reader whole, however much it is", () => {
    const places = emptyPlaces();
    const folder = stateDirectory(
      { stateHome: undefined, home: places.home },
      "https://chat.example.com",
      "bot",
    );
    mkdirSync(folder, { recursive: true });
    const log = createLog({ debug: false, secrets: [], write: () => {} });
    const trail = new AuditTrail({ folder, channelId: "chan", now: Date.now, log, redact: (line) => line });
    const by = { id: "u1", name: "alice" };
    for (let at = 0; at < 300; at++) {
      trail.append({ action: "started", by, threadId: "t1", what: { message: "x".repeat(2000) } });
    }
    const { stdout } = shell("mm-claude audit --json | { sleep 1; wc -l; }", places);
    expect(Number(stdout)).toBe(300);
  });

  test("may be read in part, or not at all", () => {
    const { stdout, stderr } = shell("mm-claude --help | head -n 1");
    expect([stdout.slice(0, 6), stderr]).toEqual(["Usage:", ""]);
    expect(shell("mm-claude --bogus >&- 2>&-").status).toBe(2);
  });

  test.skipIf(!existsSync("/dev/full"))("has failed when the disk has no room for it", () => {
    const { status, stderr } = shell("mm-claude --help > /dev/full");
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: mm-claude ended: ENOSPC[^\n]*\n$/);
  });
});

describe("with a server", () => {
  test("what the server says against the settings is told at once, exit 2", async () => {
    const world = await setupWorld();
    const places = emptyPlaces();
    const over = {
      MATTERMOST_CHANNEL_ID: "nowherenowherenowherenowhe",
      ALLOWED_USERS: "nobody",
      CLAUDE_PATH: "/no/claude",
    };
    const { code, stderr } = await runAsync([], settings(world, over), places);
    expect(code).toBe(2);
    // No setting is wrong as such.
    expect(stderr).toMatch(/^mm-claude can't start:$/m);
    for (const word of ["no channel with the id nowherenowherenowherenowhe", "@nobody", '"/no/claude"'])
      expect(stderr).toContain(word);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test("a wrong token is told without being shown", async () => {
    const world = await setupWorld();
    const places = emptyPlaces();
    const over = { MATTERMOST_TOKEN: "wr0ngwr0ng", CLAUDE_PATH: fakeClaude(places) };
    const { code, stderr } = await runAsync([], settings(world, over), places);
    expect(code).toBe(2);
    expect(stderr).toContain("MATTERMOST_TOKEN");
    expect(stderr).not.toContain("wr0ng");
  });

  test("what has no effect in mm-claude's own file is told at the start", async () => {
    const world = await setupWorld();
    const places = emptyPlaces();
    places.write(places.userFile, "COLOUR=red\n");
    const { stderr } = await runAsync([], settings(world, { CLAUDE_PATH: "/no/claude" }), places);
    expect(stderr).toMatch(/^warning: COLOUR in \S+ has no effect: mm-claude has no such setting\.$/m);
  });

  test("doctor finds all well, and says what isn't", async () => {
    const world = await setupWorld();
    const places = emptyPlaces();
    const env = settings(world, { CLAUDE_PATH: fakeClaude(places) });
    const well = await runAsync(["doctor"], env, places);
    expect(well.stdout).toContain("All is well.");
    expect([well.code, well.stderr]).toEqual([0, ""]);
    const ill = await runAsync(["doctor", "--channel", world.other.id], env, places);
    expect(ill.stdout).toMatch(/✗ .*\/invite @claude-code/);
    expect(ill.code).toBe(1);
    const json = await runAsync(["doctor", "--json"], env, places);
    expect(JSON.parse(json.stdout)).toMatchObject({ version, verdict: "well" });
    expect(json.code).toBe(0);
  });
});
