// What the commands say that need no server, as a person reads them.

import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { hasScript } from "../support/program.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const PROGRAM = fileURLToPath(new URL("../../bin/mm-claude.js", import.meta.url));

interface Run {
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
}

/** In an empty directory that is also its home; `files` by their path from there. */
function run(args: readonly string[], { env = {}, files = {} }: Run = {}) {
  const home = temporaryDirectory();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(home, name, ".."), { recursive: true });
    writeFileSync(join(home, name), text);
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
    cwd: home,
    env: { PATH: process.env["PATH"], HOME: home, XDG_RUNTIME_DIR: home, NO_COLOR: "1", ...env },
    encoding: "utf8",
    input: "",
    timeout: 60_000,
  });
  return { code: status, stdout: stdout.trimEnd(), stderr: stderr.trimEnd(), home };
}

describe("a command that does not exist", () => {
  test.each([
    [
      ["docter"],
      'error: there is no command "docter". Did you mean doctor? mm-claude --help lists what there is.',
    ],
    [
      ["Status"],
      'error: there is no command "Status". Did you mean status? mm-claude --help lists what there is.',
    ],
    [["frobnicate"], 'error: there is no command "frobnicate". mm-claude --help lists what there is.'],
    [
      ["help", "docter"],
      'error: there is no command "docter". Did you mean doctor? mm-claude --help lists what there is.',
    ],
    [
      ["service", "instal"],
      'error: there is no command "service instal". Did you mean service install? mm-claude service --help lists what there is.',
    ],
    [
      ["service", "foo", "bar"],
      'error: there is no command "service foo". mm-claude service --help lists what there is.',
    ],
    [
      ["help", "service", "stauts"],
      'error: there is no command "service stauts". Did you mean service status? mm-claude service --help lists what there is.',
    ],
    [["service", "--bogus"], expect.stringContaining("unknown option '--bogus'")],
    [["completion", "tcsh"], expect.stringContaining("bash, zsh, fish")],
    [["logs", "--lines", "-1"], expect.stringContaining("Give a number of lines, such as 100.")],
    [["--log-format", "xml"], expect.stringContaining("text, json")],
  ])("%j is told in one line, and the nearest is named", (args, message) => {
    expect(run(args)).toMatchObject({ code: 2, stdout: "", stderr: message });
  });
});

describe("help", () => {
  test("help and --help are the same, with examples, the settings and where more is written", () => {
    const help = run(["help"]);
    expect(help).toMatchObject({ code: 0, stderr: "" });
    expect(run(["--help"]).stdout).toBe(help.stdout);
    for (const part of ["Examples:", "mm-claude service install", "METRICS_FILE", "Documentation:"])
      expect(help.stdout).toContain(part);
    const [, folder = ""] = /Documentation: (.+)/.exec(help.stdout) ?? [];
    expect(readFileSync(join(folder, "usage.md"), "utf8")).toContain("# ");
  });

  test("help doctor and help service install are those of the commands", () => {
    expect(run(["help", "doctor"]).stdout).toMatch(/^Usage: mm-claude doctor /);
    expect(run(["help", "service", "install"]).stdout).toMatch(/^Usage: mm-claude service install /);
  });
});

describe("the help", () => {
  const lines = run(["--help"]).stdout.split("\n");

  test("has 80 columns where no terminal says how many there are, but for a path", () => {
    expect(lines.filter((line) => line.length > 80 && !line.startsWith("Documentation:"))).toEqual([]);
    expect(lines.some((line) => /^ {40,}\S/.test(line))).toBe(true);
  });

  test.skipIf(!hasScript)("is the same in a terminal of 80 columns", () => {
    const command = `stty cols 80; "${process.execPath}" "${PROGRAM}" --help`;
    const { stdout } = spawnSync("script", ["--quiet", "--return", "--command", command, "/dev/null"], {
      env: {
        PATH: process.env["PATH"],
        HOME: temporaryDirectory(),
        NO_COLOR: "1",
        SHELL: "/bin/sh",
        TERM: "xterm",
      },
      encoding: "utf8",
    });
    const words = (text: readonly string[]) => text.filter((line) => !line.startsWith("Documentation:"));
    expect(words(stdout.trimEnd().split("\r\n")).slice(0, lines.length - 1)).toEqual(words(lines));
  });
});

test("a command that has others, alone, says what they are", () => {
  const { code, stdout, stderr } = run(["service"]);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(/^Usage: mm-claude service /);
});

test("where none runs, status and logs say so and how to start one", () => {
  for (const command of ["status", "logs"]) {
    expect(run([command])).toMatchObject({
      code: 3,
      stderr: "mm-claude does not run. Start it with: mm-claude, or mm-claude service install",
    });
  }
});

/** The system's commands, played: each notes how it was called. */
function system(answers: Readonly<Record<string, string>>): {
  readonly path: string;
  readonly calls: () => string[];
} {
  const folder = temporaryDirectory();
  for (const [name, script] of Object.entries(answers)) {
    writeFileSync(join(folder, name), `#!/bin/sh\necho "${name} $*" >> "${folder}/calls"\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return {
    path: `${folder}:${process.env["PATH"]}`,
    calls: () => readFileSync(join(folder, "calls"), "utf8").trim().split("\n"),
  };
}

const SETTINGS =
  "MATTERMOST_URL=https://chat.example.com\nMATTERMOST_TOKEN=t0ken\nMATTERMOST_CHANNEL_ID=abcdefghijklmnopqrstuvwxyz\n";
const SETTINGS_FILE = ".config/mm-claude/.env";

describe.skipIf(process.platform !== "linux")("service", () => {
  test("install writes the unit, starts it, and says what more is needed; uninstall leaves nothing", () => {
    const { path, calls } = system({ systemctl: "echo Version=252", loginctl: "echo Linger=no" });
    const { code, stdout, home } = run(["service", "install"], {
      env: { PATH: path },
      files: { [SETTINGS_FILE]: SETTINGS },
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Installed as .*mm-claude\.service, started/);
    expect(stdout).toContain("sudo loginctl enable-linger");
    expect(calls().filter((call) => call.startsWith("systemctl"))).toEqual([
      "systemctl --user show --property=Version",
      "systemctl --user daemon-reload",
      "systemctl --user enable mm-claude.service",
      "systemctl --user restart --no-block mm-claude.service",
    ]);
    const unit = readFileSync(join(home, ".config/systemd/user/mm-claude.service"), "utf8");
    expect(unit).toContain(`WorkingDirectory=${home}`);
    expect(unit).not.toContain("t0ken");
  });

  test("what stands in this shell alone would not be seen by a service: install says so and does nothing", () => {
    const { path } = system({ systemctl: "echo Version=252" });
    const { code, stderr } = run(["service", "install"], {
      env: { PATH: path, ALLOWED_USERS: "alice" },
      files: { [SETTINGS_FILE]: SETTINGS },
    });
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^error: ALLOWED_USERS stands only in this shell/),
    ]);
  });

  test("without settings it names the command that asks for them", () => {
    expect(run(["service", "install"])).toMatchObject({
      code: 2,
      stderr: "error: settings are missing. Answer the questions of mm-claude setup first.",
    });
  });
});
