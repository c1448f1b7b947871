// The shells and tools that another machine may have, each as a machine that scripts are run on.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { remoteOf } from "../../src/remote/runner.ts";
import { remoteShell } from "../../src/remote/shell.ts";
import type { RemoteShell } from "../../src/remote/types.ts";
import { temporaryDirectory } from "./temporary.ts";

const find = (name: string): string | undefined =>
  ["/bin", "/usr/bin", "/usr/local/bin"].map((folder) => join(folder, name)).find(existsSync);

const SHELLS = ["dash", "bash", "busybox"] as const;

/** Those that are here. */
export const shellsHere = SHELLS.filter((name) => find(name) !== undefined);

/** A machine whose `sh` is that one; busybox brings its own tools. `environment`: of a login there. */
export function machineWith(
  shell: (typeof SHELLS)[number],
  environment: Readonly<Record<string, string | undefined>>,
): RemoteShell {
  const folder = join(temporaryDirectory(), "bin");
  mkdirSync(folder);
  const path = find(shell) ?? "";
  if (shell === "busybox") {
    execFileSync(path, ["--install", "-s", folder]);
  } else {
    symlinkSync(path, join(folder, "sh"));
  }
  return remoteShell(remoteOf(["env"]), { ...environment, PATH: `${folder}:${process.env["PATH"]}` });
}
