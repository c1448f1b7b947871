// Where the state is kept: under the platform's state directory, one folder for each server and bot. And where the
// locks are, which no environment variable can change.

import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";

interface BaseDirectories {
  /** `XDG_STATE_HOME`; the specification says to ignore a relative one. */
  readonly stateHome: string | undefined;
  readonly home: string;
}

/** The folder with those of all servers and bots. */
export function stateRoot({ stateHome, home }: BaseDirectories): string {
  return join(stateHome?.startsWith("/") ? stateHome : join(home, ".local", "state"), "mm-claude");
}

export function stateDirectory(base: BaseDirectories, serverUrl: string, botId: string): string {
  return join(stateRoot(base), `${serverMark(serverUrl)}-${botId}`);
}

/** Whether mm-claude has run with this server before: then the address was right once. */
export function isServerKnown(base: BaseDirectories, serverUrl: string): boolean {
  try {
    return readdirSync(stateRoot(base)).some((name) => name.startsWith(`${serverMark(serverUrl)}-`));
  } catch {
    return false;
  }
}

function serverMark(serverUrl: string): string {
  const host = new URL(serverUrl).host.replace(/[^a-z0-9.-]/gi, "_");
  return `${host}-${createHash("sha256").update(serverUrl).digest("hex").slice(0, 8)}`;
}

/**
 * Directories that are the same for all daemons of one user on this machine, whatever their HOME and XDG variables are:
 * first in the home directory that the system has for the account, where no other user can create or remove anything
 * and nothing is cleaned up; then, for an account that can't write there, a directory of its own in /tmp.
 */
export function machineLockDirectories(account: Account = userInfo): string[] {
  return [...homeOf(account), `/tmp/mm-claude-${process.getuid?.() ?? ""}`];
}

type Account = () => { readonly homedir: string };

function homeOf(account: Account): string[] {
  try {
    return [join(account().homedir, ".local", "state", "mm-claude", "locks")];
  } catch {
    // A user id without an account, as in containers.
    return [];
  }
}
