// Where tests, the campaign and the bench put what is temporary: below one directory a run, which is gone with the run,
// however that ends. So nothing that is made there is removed one by one.

import { spawn } from "node:child_process";
import { mkdtempSync, realpathSync } from "node:fs";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Removes a directory once the run that holds its standard input is over; for a while also what is written after that. */
const REMOVE_AT_END = `cat
# 2.0.76 puts what runs in the background there, whatever its environment says.
rm -rf "/tmp/claude/$(printf %s- "$0" | tr -c A-Za-z0-9 -)"*
for second in $(seq 60); do
  chmod -R u+rwX "$0"
  rm -rf "$0"
  sleep 1
  test -e "$0" || exit
done`;

/** From now on this process, and those it starts, have a directory of the run's own for what is temporary. */
export function useOwnTemporaryDirectory(): void {
  const directory = temporaryDirectory();
  const remover = spawn("/bin/sh", ["-c", REMOVE_AT_END, directory], {
    // What ends the run's process group leaves it alone.
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  remover.unref();
  if (remover.stdin instanceof Socket) {
    remover.stdin.unref();
  }
  process.env["TMPDIR"] = directory;
}

/** A new one; by its real name, which is another one on macOS. */
export function temporaryDirectory(): string {
  return mkdtempSync(join(realpathSync(tmpdir()), "mm-tests-"));
}

/** What vitest calls once, before any worker is started. */
export const setup = useOwnTemporaryDirectory;
