// Where the control socket of a daemon is: in a folder that only its user can enter, so that whoever connects is that
// user (or root). Node can't ask a socket who is at its other end.

import { createHash } from "node:crypto";
import { chmodSync, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { makeDirectory } from "../util/make-directory.ts";

const OWNER_ONLY = 0o700;
const EXTENSION = ".sock";

/** `$XDG_RUNTIME_DIR/mm-claude`, or else a folder in /tmp: a path to a socket may have 103 bytes at most (macOS). */
export function controlFolder(environment: NodeJS.ProcessEnv, uid: number): string {
  const runtime = environment["XDG_RUNTIME_DIR"];
  return runtime?.startsWith("/") && runtime.length < 60
    ? join(runtime, "mm-claude")
    : `/tmp/mm-claude-${uid}`;
}

/** Short and the same at each start: by bot and channel. */
export function controlSocket(folder: string, botId: string, channelId: string): string {
  const mark = createHash("sha256").update(`${botId} ${channelId}`).digest("hex").slice(0, 16);
  return join(folder, `${mark}${EXTENSION}`);
}

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
