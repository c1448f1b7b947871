// What doctor says of a project on another machine, whose shell and programs are real.

import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Project } from "../../../../src/config/project.ts";
import { remoteOf } from "../../../../src/remote/runner.ts";
import { remoteShell } from "../../../../src/remote/shell.ts";
import { examineFarMachine } from "../../../../src/setup/doctor/far-machine.ts";
import { claudeAnswers, claudeProgram, type FarPlace, farPlace } from "../../../support/far-machine.ts";
import { asNobody } from "../../../support/posix-shells.ts";

const examine = async (
  { shell }: Pick<FarPlace, "shell">,
  more: Partial<Pick<Project, "directory" | "claudePath" | "worktree" | "isUnsafeAllowed">> = {},
) => {
  const project = {
    name: "shop",
    directory: "~/shop",
    claudePath: "claude",
    worktree: "off",
    ...more,
  } as const;
  const found = await examineFarMachine(project, shell, claudeAnswers);
  return found.map(({ status, text }) => `${status}: ${text.replace(/within \d+ ms/, "within N ms")}`);
};

const ANSWERS = "ok: dev@build1 answers within N ms";
const usable = (more?: Record<string, string>, without: readonly string[] = []): FarPlace => {
  const far = farPlace(without, more);
  far.directory("shop");
  far.program("claude", claudeProgram("2.1.330"));
  return far;
};

describe("a machine where all is well", () => {
  test("is told with its time, its directory, its Claude and its login, and keeps nothing of the look", async () => {
    const far = usable();
    const before = readdirSync(join(far.home, ".."));
    expect(await examine(far)).toEqual([
      ANSWERS,
      "ok: ~/shop on dev@build1",
      expect.stringMatching(/^ok: Claude Code 2\.1\.330 \(.*\/bin\/claude on dev@build1\)$/),
      "ok: Claude is logged in there",
    ]);
    expect(readdirSync(join(far.home, ".."))).toEqual(before);
  });

  test("may have a directory and a claude with any name", async () => {
    const far = usable();
    const directory = far.directory("it's\n-a `b` $HOME");
    far.program("my claude", claudeProgram("2.1.330"));
    const found = await examine(far, { directory, claudePath: join(far.home, "../bin/my claude") });
    expect(found.map((line) => line.split(":")[0])).toEqual(["ok", "ok", "ok", "ok"]);
  });

  test("has a Claude in its own home, where only a login looks", async () => {
    const far = farPlace();
    far.directory("shop");
    far.program("../home/.local-claude", claudeProgram("2.1.330"));
    far.directory(".local/bin");
    execFileSync("mv", [join(far.home, ".local-claude"), join(far.home, ".local/bin/claude")]);
    expect((await examine(far)).at(2)).toContain(".local/bin/claude on dev@build1");
  });

  test("is asked for git only where worktrees are wanted", async () => {
    const far = usable();
    expect((await examine(far, { worktree: "ask" })).at(-1)).toMatch(
      /^warning: worktree: ask needs a git repository/,
    );
    execFileSync("git", ["init", "-q", join(far.home, "shop")]);
    expect((await examine(far, { worktree: "ask" })).at(-1)).toBe("ok: it is in a git repository");
    expect((await examine(usable({}, ["git"]), { worktree: "ask" })).at(-1)).toBe(
      "warning: worktree: ask needs git, which is not installed on dev@build1. Install it, or set worktree: off.",
    );
  });
});

describe("a machine where something is wrong", () => {
  test("says which directory is missing, and that Claude is", async () => {
    expect(await examine(farPlace())).toEqual([
      ANSWERS,
      "problem: There is no directory ~/shop on dev@build1. Make it there, or correct the project's directory.",
      "problem: Claude Code was not found on dev@build1 (claude). Install it there, or name it with claudePath.",
    ]);
  });

  test("says what is no directory, and which can't be entered", async () => {
    const far = usable();
    writeFileSync(join(far.home, "file"), "");
    expect((await examine(far, { directory: "~/file" }))[1]).toBe(
      "problem: ~/file on dev@build1 is no directory. Name the one where Claude shall work.",
    );
  });

  test.skipIf(asNobody === undefined)(
    "says which directory may not be entered, also one above it",
    async () => {
      if (!asNobody) return;
      const top = mkdtempSync("/tmp/far-");
      chmodSync(top, 0o755);
      mkdirSync(join(top, "closed/inside"), { recursive: true });
      chmodSync(join(top, "closed"), 0o700);
      for (const directory of [join(top, "closed"), join(top, "closed/inside"), join(top, "closed/a/b")]) {
        expect((await examine({ shell: asNobody }, { directory, claudePath: "no-claude" }))[1]).toBe(
          `problem: Claude can't read and write in ${directory} on setpriv. Mend its rights, or choose another directory.`,
        );
      }
      rmSync(top, { recursive: true });
    },
  );

  test("says that the directory is its user's home, or all of it, whatever it is called", async () => {
    const far = usable();
    symlinkSync(far.home, join(far.home, "shop/link"));
    for (const directory of [far.home, "~/shop/link", "~/shop/.."]) {
      const found = await examine(far, { directory });
      expect(found[1]).toBe(
        `problem: ${directory} on dev@build1 is the home directory there, with all files in it. Choose another, or confirm it in projects.yaml with allowUnsafeDirectory: true.`,
      );
      expect(await examine(far, { directory, isUnsafeAllowed: true })).toContain(
        `ok: ${directory} on dev@build1`,
      );
    }
    symlinkSync("/", join(far.home, "all"));
    expect((await examine(far, { directory: "~/all" }))[1]).toMatch(
      /^problem: ~\/all on dev@build1 is all of that machine\. Choose another/,
    );
  });

  test("says what is no Claude Code, with what that says", async () => {
    const far = usable();
    far.program("claude", "echo 'node: bad option' >&2; exit 9");
    expect((await examine(far)).at(1)).toMatch(
      /^problem: .*\/claude on dev@build1 is not Claude Code, or can't run there: its --version says "node: bad option"\./,
    );
  });

  test("says that Claude is not logged in, and asks no version that would take that for a message", async () => {
    const far = usable();
    far.program("claude", claudeProgram("2.1.330", false));
    expect((await examine(far)).at(1)).toMatch(
      /^problem: Claude is not logged in on dev@build1\. Run there: .*claude auth login$/,
    );
    far.program("claude", claudeProgram("2.0.76"));
    expect((await examine(far)).at(-1)).toBe(
      "skipped: whether Claude is logged in can't be checked with version 2.0.76",
    );
    expect(existsSync(join(far.home, "sent"))).toBe(false);
  });

  test("says which programs are missing", async () => {
    expect((await examine(usable({}, ["mkfifo", "dd"])))[1]).toBe(
      "problem: dev@build1 has no dd, mkfifo, which mm-claude needs there. Install what belongs to any POSIX system.",
    );
  });

  test("says that no temporary file can be made", async () => {
    expect((await examine(usable({ TMPDIR: "/nowhere" })))[1]).toMatch(
      /^problem: No files can be made in the directory for temporary files of dev@build1/,
    );
  });

  test.each([
    [300, "5 minutes ahead of"],
    [-61, "1 minute behind"],
    [58, undefined],
  ])("tells a clock that is %d s off", async (seconds, how) => {
    const far = usable({}, ["date"]);
    far.program("date", `echo ${Math.round(Date.now() / 1000) + seconds}`);
    const told = (await examine(far)).filter((line) => line.startsWith("warning"));
    expect(told).toEqual(
      how === undefined ? [] : [expect.stringContaining(`The clock of dev@build1 is ${how} this one.`)],
    );
  });
});

describe("a machine that does not answer", () => {
  test("is one problem, in the runner's own words", async () => {
    const far = farPlace();
    far.program("ssh", 'echo "ssh: connect to host build1 port 22: Connection refused" >&2; exit 255');
    const ssh = remoteOf([join(far.home, "../bin/ssh"), "dev@build1"]);
    expect(await examine({ shell: remoteShell(ssh, { PATH: process.env["PATH"] }) })).toEqual([
      "problem: dev@build1 can't be reached: ssh: connect to host build1 port 22: Connection refused. " +
        "Try the runner of projects.yaml by hand: it must need no password there.",
    ]);
  });

  test("is one problem when the runner is no program", async () => {
    const shell = remoteShell(remoteOf(["/nowhere/ssh", "dev@build1"]), {});
    expect((await examine({ shell }))[0]).toContain(
      "dev@build1 can't be reached: spawn /nowhere/ssh ENOENT.",
    );
  });
});
