// "Another machine" of tests: a real shell of this one behind the runner `env`, with each of the shells that are here.

import { execFileSync } from "node:child_process";
import { existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { remoteOf } from "../../src/remote/runner.ts";
import { SHELL_WORDS } from "../../src/remote/script.ts";
import { remoteShell } from "../../src/remote/shell.ts";
import type { RemoteShell } from "../../src/remote/types.ts";
import { temporaryDirectory } from "./temporary.ts";

export interface PosixShell {
  readonly name: string;
  /** `home`: what `~` is there. */
  readonly there: (home?: string) => RemoteShell;
}

/** Those that are not here leave themselves out. */
export const POSIX_SHELLS: readonly PosixShell[] = ["dash", "bash", "busybox"].flatMap((name) => {
  const program = ["/usr/bin", "/bin", "/usr/local/bin", "/opt/homebrew/bin"]
    .map((folder) => join(folder, name))
    .find(existsSync);
  if (program === undefined) return [];
  const hasAll = name === "busybox";
  const folder = toolsOf(program, hasAll);
  const path = hasAll ? folder : `${folder}:${process.env["PATH"]}`;
  return [{ name, there: (home) => remoteShell(remoteOf(["env"]), { PATH: path, HOME: home }) }];
});

/** A folder where it is `sh`; `hasAll`: it is all of the tools as well. */
function toolsOf(program: string, hasAll: boolean): string {
  const folder = temporaryDirectory();
  const tools = hasAll
    ? execFileSync(program, ["--list"], { encoding: "utf8" }).split("\n").filter(Boolean)
    : ["sh"];
  for (const tool of tools) symlinkSync(program, join(folder, tool));
  return folder;
}

/** Somebody else's, who may do less than whoever runs the tests; only root can start one. */
export const asNobody: RemoteShell | undefined =
  process.getuid?.() === 0 && existsSync("/usr/bin/setpriv")
    ? remoteShell(
        remoteOf(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env"]),
        process.env,
      )
    : undefined;

/** The connection to it breaks after so many bytes. */
export const cutAfter = (bytes: number): RemoteShell =>
  remoteShell(
    { name: "build1", path: "sh", arguments: ["-c", `head -c ${bytes} | "$0" "$@"`, ...SHELL_WORDS] },
    process.env,
  );

/** A machine that can't be reached. */
export const unreached: RemoteShell = remoteShell(
  { ...remoteOf(["sh"]), name: "build1", arguments: ["-c", "echo 'ssh: no route to host' >&2; exit 255"] },
  process.env,
);
