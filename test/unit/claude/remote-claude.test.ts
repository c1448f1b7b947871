// What is found out about a Claude on another machine, by each kind of shell: what it has read, whether it runs commands,
// and why it could not be started.

import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { runsCommandsThere } from "../../../src/claude/running-commands.ts";
import { fingerprintThere } from "../../../src/claude/startup-inputs-there.ts";
import { remoteOf } from "../../../src/remote/runner.ts";
import { remoteShell } from "../../../src/remote/shell.ts";
import { machineWith, shellsHere } from "../../support/shells.ts";
import { temporaryDirectory } from "../../support/temporary.ts";
import { watchClaude } from "../../support/watch-claude.ts";

const GIT = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" };

describe.each(shellsHere)("%s", (shell) => {
  test("what a Claude there has read at its start is told apart by its settings and its repository", async () => {
    const home = join(temporaryDirectory(), "a home");
    const directory = join(home, "it's\na project/sub");
    mkdirSync(join(home, ".claude"), { recursive: true });
    mkdirSync(join(directory, ".claude"), { recursive: true });
    execFileSync("git", ["init", "-q"], { cwd: directory, env: GIT });
    const { run } = machineWith(shell, { ...GIT, HOME: home });
    const fingerprint = () => fingerprintThere(run, directory);
    const seen = new Set([await fingerprint()]);
    expect(await fingerprint()).toBe([...seen][0]);
    const settings = join(home, ".claude/settings.json");
    const changes = [
      () => writeFileSync(settings, "{}"),
      () => utimesSync(settings, 1, 1),
      () => writeFileSync(join(home, "CLAUDE.md"), "read me"),
      () => writeFileSync(join(directory, ".claude/settings.local.json"), "{}"),
      () => writeFileSync(join(directory, "new.txt"), "of git"),
    ];
    for (const change of changes) {
      change();
      const one = await fingerprint();
      expect([...seen]).not.toContain(one);
      seen.add(one);
    }
  });

  test("a command is what has a group of its own below Claude, and not what a command has left behind", async () => {
    const run = "3f0b1c1e-0000-4000-8000-000000000000.11111111";
    const start = (script: string) => {
      // The shell around it is none of the run, as Claude's own is not.
      const outer = 'MM_CLAUDE_RUN="$0" setsid sh -c "$1"; :';
      spawn("sh", ["-c", outer, run, script], { detached: true, stdio: "ignore" });
      onTestFinished(() => {
        const found = execFileSync("sh", ["-c", `grep -ls "MM_CLAUDE_RUN=${run}" /proc/[0-9]*/environ || :`]);
        for (const [, left] of found.toString().matchAll(/^\/proc\/(\d+)/gm)) {
          process.kill(Number(left), "SIGKILL");
        }
      });
    };
    const machine = machineWith(shell, {});
    const asks = () => runsCommandsThere(machine.run, run);
    expect(await asks()).toBe(false);
    const end = join(temporaryDirectory(), "end");
    const command = `setsid sh -c 'while [ ! -e ${end} ]; do sleep 0.1; done'`;
    start(`(setsid sleep 63 &) ; sleep 64 & ${command} & wait`);
    await expect.poll(asks, { timeout: 10_000 }).toBe(true);
    writeFileSync(end, "");
    await expect.poll(asks, { timeout: 10_000 }).toBe(false);
  });
});

test("nobody knows what is read on a machine that is away", async () => {
  const { run } = remoteShell(remoteOf(["false"]), { PATH: process.env["PATH"] });
  expect(await fingerprintThere(run, "/")).toBeUndefined();
});

test.each([
  [
    { directory: "/" },
    "/ on env is all of that machine. Choose another, or confirm it in projects.yaml with",
  ],
  [{ directory: "/usr/bin/.." }, "/usr/bin/.. on env is the home directory there, with all files in it."],
  [{ directory: "/", isUnsafeAllowed: true, claudePath: "no-claude" }, "Claude Code was not found on env"],
  [{ directory: "/no/where" }, "The directory /no/where can't be entered on env."],
  [{ claudePath: "no-claude" }, 'Claude Code was not found on env at "no-claude".'],
  [{ claudePath: "/etc/passwd" }, '"/etc/passwd" may not be executed on env.'],
])("%j: it is told what is missing, and on which machine", async (more, words) => {
  const claude = watchClaude(
    { claudePath: "sh", directory: "/tmp", remote: remoteOf(["env"]), ...more },
    { environment: { PATH: process.env["PATH"], HOME: "/usr" } },
  );
  const end = await claude.next("exited");
  expect(end.stderr.split("\n")[0]).toContain(words);
  expect(end.lost).toBeUndefined();
});
