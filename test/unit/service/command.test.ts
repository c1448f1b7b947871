import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { runService, type ServiceCommandOptions, type ServiceRequest } from "../../../src/service/command.ts";
import type { CommandResult } from "../../../src/util/run-command.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

interface World {
  readonly platform?: NodeJS.Platform;
  readonly environment?: NodeJS.ProcessEnv;
  readonly onlyHere?: readonly string[];
  readonly directory?: string;
  /** What a command whose line begins so answers; others succeed and say nothing. */
  readonly answers?: Readonly<Record<string, CommandResult>>;
}

function setUp({
  platform = "linux",
  environment = {},
  onlyHere = [],
  directory = "/srv/shop",
  answers = {},
}: World = {}) {
  const home = temporaryDirectory();
  const ran: string[] = [];
  const printed: string[] = [];
  const options: ServiceCommandOptions = {
    machine: {
      platform,
      home,
      uid: 501,
      userName: "dev",
      environment: { PATH: "/opt/tools:/usr/bin", ...environment },
      run: async (command, args) => {
        const line = [command, ...args].join(" ");
        ran.push(line);
        const known = Object.entries(answers).find(([start]) => line.startsWith(start));
        return known?.[1] ?? { code: 0, output: "" };
      },
    },
    script: "/opt/mm claude/bin/mm-claude.js",
    directory,
    configFolder: join(home, ".config/mm-claude"),
    onlyHere,
    print: (line) => void printed.push(line),
    printError: (line) => void printed.push(line),
  };
  return {
    home,
    ran,
    printed,
    unit: join(home, ".config/systemd/user/mm-claude.service"),
    plist: join(home, "Library/LaunchAgents/mm-claude.plist"),
    run: (request: ServiceRequest) => runService(request, options),
  };
}

const NO_BUS: CommandResult = { code: 1, output: "Failed to connect to bus: No medium found\n" };

describe("with systemd", () => {
  test("install writes the unit, starts it, has it started at boot, and says what ends it", async () => {
    const world = setUp();
    expect(await world.run({ action: "install" })).toBe(0);
    expect(existsSync(world.unit)).toBe(true);
    expect(world.ran.slice(1, 4)).toEqual([
      "systemctl --user daemon-reload",
      "systemctl --user enable mm-claude.service",
      "systemctl --user restart --no-block mm-claude.service",
    ]);
    expect(world.printed.join("\n")).toContain("sudo loginctl enable-linger dev");
  });

  test.each(["/srv/shop\nExecStartPre=/bin/evil", "/srv/shop\\", "/srv/shop ", "/srv/\u001Bshop"])(
    "a directory that would be another line of the unit is refused: %j",
    async (directory) => {
      const world = setUp({ directory });
      expect(await world.run({ action: "install" })).toBe(1);
      expect(await world.run({ action: "print" })).toBe(1);
      expect(world.printed).toEqual(
        Array(2).fill(expect.stringContaining("can't stand in a service's file")),
      );
      expect(existsSync(world.unit)).toBe(false);
    },
  );

  test("a unit of that name that is somebody else's stays as it is", async () => {
    const world = setUp();
    mkdirSync(join(world.unit, ".."), { recursive: true });
    writeFileSync(world.unit, "[Service]\nExecStart=/bin/other\n");
    for (const action of ["install", "uninstall"] as const) {
      expect(await world.run({ action })).toBe(1);
      expect(world.printed.at(-1)).toMatch(/was not written by mm-claude/);
    }
    expect(readFileSync(world.unit, "utf8")).toBe("[Service]\nExecStart=/bin/other\n");
  });

  test("whose place another directory takes is said", async () => {
    const world = setUp();
    await world.run({ action: "install" });
    const unit = readFileSync(world.unit, "utf8").replace("/srv/shop", "/srv/other");
    writeFileSync(world.unit, unit);
    await world.run({ action: "install" });
    expect(world.printed.join("\n")).toContain("It ran in /srv/other before");
  });

  test("what systemd does not take is not left behind", async () => {
    const world = setUp({ answers: { "systemctl --user enable": { code: 1, output: "no such bus" } } });
    expect(await world.run({ action: "install" })).toBe(1);
    expect(existsSync(world.unit)).toBe(false);
  });

  test("who lingers already is told nothing of it", async () => {
    const world = setUp({ answers: { loginctl: { code: 0, output: "Linger=yes\n" } } });
    await world.run({ action: "install" });
    expect(world.printed.join("\n")).not.toContain("linger");
  });

  test("uninstall leaves nothing, and a second time there is nothing to do", async () => {
    const world = setUp();
    await world.run({ action: "install" });
    expect(await world.run({ action: "uninstall" })).toBe(0);
    expect(world.ran).toContain("systemctl --user disable --now mm-claude.service");
    expect(readdirSync(join(world.home, ".config/systemd/user"))).toEqual([]);
    await world.run({ action: "uninstall" });
    expect(world.printed.at(-1)).toBe("mm-claude was not installed as a service.");
  });

  test.each([
    ["there is no systemd", { code: undefined, output: "spawn systemctl ENOENT" }, /there is no systemctl/],
    ["its own manager is out of reach", NO_BUS, /does not answer for your user \(Failed to connect to bus/],
  ])("where %s one sentence says so, and nothing is written", async (_when, answer, sentence) => {
    const world = setUp({ answers: { systemctl: answer } });
    for (const action of ["install", "uninstall", "status"] as const) {
      expect(await world.run({ action })).toBe(1);
      expect(world.printed.at(-1)).toMatch(sentence);
    }
    expect(existsSync(world.unit)).toBe(false);
  });

  test("status tells whether it runs, and exits as systemctl does", async () => {
    const show = (output: string): World => ({
      answers: { "systemctl --user show mm-claude": { code: 0, output } },
    });
    const world = setUp(
      show("ActiveState=active\nSubState=running\nResult=success\nNRestarts=2\nStatusText=2 sessions\n"),
    );
    expect(await world.run({ action: "status" })).toBe(3);
    expect(world.printed.at(-1)).toContain("is not installed");
    await world.run({ action: "install" });
    expect(await world.run({ action: "status" })).toBe(0);
    expect(world.printed.slice(-3)).toEqual([
      "mm-claude.service is active (running).",
      "2 sessions",
      "Started again 2 times after failures.",
    ]);
    const failed = setUp(
      show(
        "ActiveState=failed\nSubState=failed\nResult=exit-code\nNRestarts=0\nExecMainStatus=2\nStatusText=\n",
      ),
    );
    await failed.run({ action: "install" });
    expect(await failed.run({ action: "status" })).toBe(3);
    expect(failed.printed.slice(-2)).toEqual([
      "mm-claude.service is failed, the last run ended with exit-code.",
      "It needs a change by you first. Look at: mm-claude service logs",
    ]);
  });

  test("logs are the journal's", async () => {
    const world = setUp();
    expect(await world.run({ action: "logs", lines: 50, follow: true })).toBe(0);
    expect(world.ran).toEqual([
      "journalctl --user --unit mm-claude.service --lines 50 --no-hostname --follow",
    ]);
  });
});

describe("the unit", () => {
  const unitOf = async (world: ReturnType<typeof setUp>): Promise<string> => {
    expect(await world.run({ action: "print" })).toBe(0);
    expect(world.ran).toEqual([]);
    return world.printed[0] ?? "";
  };

  test("is shown without a change to anything", async () => {
    const world = setUp();
    expect(await unitOf(world)).toContain("[Service]\n");
    expect(readdirSync(world.home)).toEqual([]);
  });

  test("keeps paths as they are, whatever systemd would make of their characters", async () => {
    const unit = await unitOf(setUp({ directory: '/srv/100% $HOME "x"' }));
    expect(unit).toContain('"/opt/mm claude/bin/mm-claude.js"');
    expect(unit).toContain('WorkingDirectory=/srv/100%% $HOME "x"\n');
  });

  test("holds what belongs to the set-up, and no secret", async () => {
    const environment = {
      XDG_STATE_HOME: "/var/x",
      HTTPS_PROXY: "http://dev:hunter2@proxy:3128",
      http_proxy: "http://proxy:3128",
      ANTHROPIC_API_KEY: "sk-hunter2",
      MATTERMOST_TOKEN: "hunter2",
    };
    const world = setUp({ environment });
    const unit = await unitOf(world);
    expect(unit).toContain('Environment="PATH=/opt/tools:/usr/bin"\nEnvironment="XDG_STATE_HOME=/var/x"\n');
    expect(unit).toContain('Environment="http_proxy=http://proxy:3128"\n');
    expect(unit).not.toContain("hunter2");
    await world.run({ action: "install" });
    expect(world.printed.join("\n")).toMatch(/! HTTPS_PROXY holds a password .*service\.env/);
    expect(world.printed.join("\n")).not.toContain("hunter2");
  });

  test("holds no folder of the XDG specification that is not absolute, which nobody heeds", async () => {
    const environment = { XDG_CONFIG_HOME: "config", XDG_STATE_HOME: "./state", LANG: "C.UTF-8" };
    const unit = await unitOf(setUp({ environment }));
    expect(unit).not.toContain("XDG_");
    expect(unit).toContain('Environment="LANG=C.UTF-8"');
  });

  const hasAnalyze = ((): boolean => {
    try {
      execFileSync("systemd-analyze", ["--version"], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  })();

  test.runIf(hasAnalyze)("is taken by systemd without a complaint", async () => {
    const world = setUp({ directory: tmpdir(), environment: { LANG: 'a "quoted" \\ $word 50%' } });
    const file = join(world.home, "mm-claude.service");
    const unit = await unitOf(world);
    // The script must be there.
    writeFileSync(file, unit.replace('"/opt/mm claude/bin/mm-claude.js"', '"/dev/null"'));
    const runtime = temporaryDirectory();
    const complaints = (): string => {
      const args = ["verify", "--user", "--man=no", file];
      const env = { PATH: process.env["PATH"], HOME: world.home, XDG_RUNTIME_DIR: runtime };
      const { stdout, stderr } = spawnSync("systemd-analyze", args, { encoding: "utf8", env });
      return stdout + stderr;
    };
    expect(complaints()).toBe("");
    writeFileSync(file, unit.replace("Restart=on-failure", "Restart=sometimes"));
    expect(complaints()).toContain("sometimes");
  });
});

test("settings that only this shell has keep the service from being installed", async () => {
  const world = setUp({ onlyHere: ["MATTERMOST_URL", "MATTERMOST_TOKEN"] });
  expect(await world.run({ action: "install" })).toBe(1);
  expect(world.printed).toEqual([
    expect.stringMatching(
      /^error: MATTERMOST_URL, MATTERMOST_TOKEN stand only in this shell.*mm-claude setup/,
    ),
  ]);
  expect(existsSync(world.unit)).toBe(false);
});

test("where neither systemd nor launchd is, one sentence says so", async () => {
  const world = setUp({ platform: "freebsd" });
  expect(await world.run({ action: "install" })).toBe(1);
  expect(world.printed).toEqual([expect.stringContaining("and this is freebsd")]);
});

describe("with launchd", () => {
  /** launchd.plist(5), of what is used. */
  const agent = z.strictObject({
    Label: z.literal("mm-claude"),
    ProgramArguments: z.array(z.string()).min(2),
    WorkingDirectory: z.string(),
    EnvironmentVariables: z.record(z.string(), z.string()),
    RunAtLoad: z.literal(true),
    KeepAlive: z.strictObject({ SuccessfulExit: z.literal(false) }),
    ThrottleInterval: z.int().positive(),
    ExitTimeOut: z.int().positive(),
    ProcessType: z.enum(["Background", "Standard", "Adaptive", "Interactive"]),
    StandardOutPath: z.string(),
    StandardErrorPath: z.string(),
  });

  test("install writes the agent for its owner alone, starts it, and replaces one that is there", async () => {
    const world = setUp({ platform: "darwin" });
    expect(await world.run({ action: "install" })).toBe(0);
    expect(world.ran).toEqual([
      "launchctl bootout gui/501/mm-claude",
      `launchctl bootstrap gui/501 ${world.plist}`,
    ]);
  });

  test("the property list is what launchd knows, and keeps every character", async () => {
    const world = setUp({ platform: "darwin", directory: "/srv/a & b <c>" });
    await world.run({ action: "install" });
    const parsed = agent.parse(parsePlist(readFileSync(world.plist, "utf8")));
    expect(parsed.WorkingDirectory).toBe("/srv/a & b <c>");
    expect(parsed.ProgramArguments).toEqual([process.execPath, "/opt/mm claude/bin/mm-claude.js"]);
  });

  test("a refusal is told in its words", async () => {
    const refusal = { code: 5, output: "Bootstrap failed: 5: Input/output error\n" };
    const world = setUp({ platform: "darwin", answers: { "launchctl bootstrap": refusal } });
    expect(await world.run({ action: "install" })).toBe(1);
    expect(world.printed.at(-1)).toContain("Bootstrap failed: 5");
  });

  test("uninstall leaves nothing", async () => {
    const world = setUp({ platform: "darwin" });
    await world.run({ action: "install" });
    writeFileSync(join(world.home, "Library/Logs/mm-claude.log"), "x");
    expect(await world.run({ action: "uninstall" })).toBe(0);
    expect([existsSync(world.plist), readdirSync(join(world.home, "Library/Logs"))]).toEqual([false, []]);
  });

  test("status tells whether it runs", async () => {
    const running = { code: 0, output: "gui/501/mm-claude = {\n\tstate = running\n}\n" };
    const world = setUp({ platform: "darwin", answers: { "launchctl print": running } });
    expect(await world.run({ action: "status" })).toBe(0);
    expect(world.printed).toEqual(["mm-claude is running."]);
    const absent = setUp({ platform: "darwin", answers: { "launchctl print": { code: 113, output: "" } } });
    expect(await absent.run({ action: "status" })).toBe(3);
  });
});

/** As strict as a property list in XML is: only its own elements, each closed. */
function parsePlist(xml: string): unknown {
  const body =
    /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<!DOCTYPE plist [^>]+>\n<plist version="1\.0">\n([\s\S]*)\n<\/plist>\n$/.exec(
      xml,
    )?.[1];
  const tokens = body?.match(/<[^>]+>|[^<]+/g)?.filter((token) => token.trim() !== "") ?? [];
  const unescaped = (text: string): string =>
    text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
  const take = (expected?: string): string => {
    const token = tokens.shift() ?? "";
    if (expected !== undefined && token.trim() !== expected)
      throw new Error(`${token} instead of ${expected}`);
    return token;
  };
  const textUntil = (end: string): string => {
    const text = tokens[0] === end ? "" : take();
    take(end);
    return unescaped(text);
  };
  const value = (): unknown => {
    const open = take().trim();
    switch (open) {
      case "<string>":
        return textUntil("</string>");
      case "<integer>":
        return Number(textUntil("</integer>"));
      case "<true/>":
        return true;
      case "<false/>":
        return false;
      case "<array>": {
        const list: unknown[] = [];
        while (tokens[0]?.trim() !== "</array>") list.push(value());
        take("</array>");
        return list;
      }
      case "<dict>": {
        const dict: Record<string, unknown> = {};
        while (tokens[0]?.trim() !== "</dict>") {
          take("<key>");
          dict[textUntil("</key>")] = value();
        }
        take("</dict>");
        return dict;
      }
      default:
        throw new Error(`unknown element ${open}`);
    }
  };
  const parsed = value();
  expect(tokens).toEqual([]);
  return parsed;
}
