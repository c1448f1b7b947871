// Where the control socket of a daemon is: in a folder that only its user can enter, so that whoever connects is that
// user (or root). Node can't ask a socket who is at its other end.

import { chmodSync, lstatSync, readdirSync, unlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { makeDirectory } from "../util/make-directory.ts";

const OWNER_ONLY = 0o700;
const EXTENSION = ".sock";

/** `$XDG_RUNTIME_DIR/mm-claude`, or else a folder in /tmp: a path to a socket may have 103 bytes at most (macOS). */
export function controlFolder(environment: NodeJS.ProcessEnv, uid: number): string {
  const runtime = environment["XDG_RUNTIME_DIR"];
  return runtime?.startsWith("/") && runtime.length < 80
    ? join(runtime, "mm-claude")
    : `/tmp/mm-claude-${uid}`;
}

/** Where daemons of this user are looked for: a job of cron's lacks the variable that systemd gives them. */
export function foldersToAsk(environment: NodeJS.ProcessEnv, uid: number): string[] {
  const folder = controlFolder(environment, uid);
  return environment["XDG_RUNTIME_DIR"] ? [folder] : [folder, `/run/user/${uid}/mm-claude`];
}

/** Of the daemon that is this process. */
export function controlSocket(folder: string, pid: number): string {
  return join(folder, `${pid}${EXTENSION}`);
}

export const pidOf = (socket: string): number => Number.parseInt(basename(socket), 10);

/** The sockets of this user's daemons, also of those that were killed. */
export function controlSockets(folder: string): string[] {
  try {
    return isPrivate(folder)
      ? readdirSync(folder)
          .filter((name) => name.endsWith(EXTENSION))
          .map((name) => join(folder, name))
      : [];
  } catch {
    return [];
  }
}

/** Why nothing that is there is asked; undefined when there is nothing, or all of it is this user's own. */
export function folderProblem(folder: string): string | undefined {
  try {
    return isPrivate(folder)
      ? undefined
      : `${folder} is not a directory of this user's alone, so no mm-claude can be asked there. Remove it, or set XDG_RUNTIME_DIR to a directory of your own.`;
  } catch {
    return undefined;
  }
}

/** Those of daemons that were killed: a socket's file does not go with its process. */
export function removeAbandonedSockets(folder: string): void {
  for (const path of controlSockets(folder)) {
    if (!isRunning(pidOf(path))) {
      removeSocket(path);
    }
  }
}

/**
 * Without looking at it first, as `rmSync` does: where what was looked at last is a socket, Node 20.20 takes links in the
 * place of packages (pnpm, `npm link`) for the packages, and what those export for nothing.
 */
export function removeSocket(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) {
      throw error;
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Throws when somebody else could put sockets there. */
export function makeControlFolder(folder: string): void {
  makeDirectory(folder, OWNER_ONLY);
  if (lstatSync(folder).uid === process.getuid?.()) {
    chmodSync(folder, OWNER_ONLY);
  }
  if (!isPrivate(folder)) {
    throw new Error(`${folder} is not a directory of this user's alone`);
  }
}

function isPrivate(folder: string): boolean {
  const found = lstatSync(folder);
  return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o077) === 0;
}
