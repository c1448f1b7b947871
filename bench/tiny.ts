// The least CLI there is, as an executable: two `cat`s between the daemon and the one process that speaks for all of
// them.

import { execFileSync } from "node:child_process";
import { chmodSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryDirectory } from "../test/support/temporary.ts";
import { start, TINY_CLAUDE } from "./programs.ts";

const cli = (directory: string): string => `#!/bin/sh
case " $* " in *" --version "*) echo "2.1.330 (Claude Code)"; exit ;; esac
session=none
while [ $# -gt 0 ]; do
  [ "$1" = --session-id ] && session=$2
  shift
done
pipes="${directory}/$$"
mkfifo "$pipes.in" "$pipes.out"
exec 3<&0
cat <&3 > "$pipes.in" 3<&- &
echo "$session $pipes.in $pipes.out" > "${directory}/begun"
exec cat < "$pipes.out" 3<&-
`;

let path: string | undefined;

/** Its speaker is nice: those who wait for it are what is measured. */
export function tinyClaude(): string {
  if (path !== undefined) return path;
  const directory = temporaryDirectory();
  const begun = join(directory, "begun");
  execFileSync("mkfifo", [begun]);
  // Open for writing too: it has no end while nobody else writes.
  start("nice", ["-n", "5", process.execPath, TINY_CLAUDE], {
    stdio: [openSync(begun, "r+"), "ignore", "inherit"],
  });
  path = join(directory, "claude");
  writeFileSync(path, cli(directory));
  chmodSync(path, 0o755);
  return path;
}
