// A machine behind a runner that is this one: its shell is real, its home and its programs are the test's.

import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loginIn, tellsLogin } from "../../src/claude/login.ts";
import { versionIn } from "../../src/claude/version.ts";
import { remoteOf } from "../../src/remote/runner.ts";
import { remoteShell } from "../../src/remote/shell.ts";
import type { RemoteShell } from "../../src/remote/types.ts";
import { temporaryDirectory } from "./temporary.ts";

export const claudeAnswers = { versionIn, tellsLogin, loginIn };

const PROGRAMS = [
  ...[
    "sh",
    "env",
    "cat",
    "dd",
    "grep",
    "mkfifo",
    "mktemp",
    "rm",
    "sleep",
    "date",
    "df",
    "head",
    "tr",
    "mkdir",
    "ps",
  ],
  ...["setsid", "git"],
];

export interface FarPlace {
  readonly home: string;
  readonly shell: RemoteShell;
  /** Puts a program there: a script of sh. */
  program(name: string, script: string): void;
  directory(name: string): string;
}

/** `without`: programs that it doesn't have. */
export function farPlace(without: readonly string[] = [], more: Record<string, string> = {}): FarPlace {
  const root = temporaryDirectory();
  const [bin, home] = [join(root, "bin"), join(root, "home")];
  for (const one of [bin, home]) mkdirSync(one);
  for (const name of PROGRAMS.filter((one) => !without.includes(one))) {
    symlinkSync(
      execFileSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim(),
      join(bin, name),
    );
  }
  return {
    home,
    shell: remoteShell(
      { ...remoteOf(["env"]), name: "dev@build1" },
      { PATH: bin, HOME: home, TMPDIR: root, ...more },
    ),
    program(name, script) {
      writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
      chmodSync(join(bin, name), 0o755);
    },
    directory(name) {
      mkdirSync(join(home, name), { recursive: true });
      return join(home, name);
    },
  };
}

/** A claude that is logged in, or not. */
export const claudeProgram = (version: string, isLoggedIn = true): string => `
case "$1 $2" in
  "--version "*) echo "${version} (Claude Code)" ;;
  "auth status") echo '{"loggedIn": ${isLoggedIn}}'; exit ${isLoggedIn ? 0 : 1} ;;
  *) echo "this would be sent to the model" >&2; : >"$HOME/sent"; exit 1 ;;
esac`;
