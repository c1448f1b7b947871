// Where the state is kept: under the platform's state directory, one folder for each server and bot.

import { createHash } from "node:crypto";
import { join } from "node:path";

interface Surroundings {
  /** `XDG_STATE_HOME`; the specification says to ignore a relative one. */
  readonly stateHome: string | undefined;
  readonly home: string;
}

/** Of every server and bot. */
export function stateRoot({ stateHome, home }: Surroundings): string {
  return join(stateHome?.startsWith("/") ? stateHome : join(home, ".local", "state"), "mm-claude");
}

export function stateDirectory(surroundings: Surroundings, serverUrl: string, botId: string): string {
  const host = new URL(serverUrl).host.replace(/[^a-z0-9.-]/gi, "_");
  const mark = createHash("sha256").update(serverUrl).digest("hex").slice(0, 8);
  return join(stateRoot(surroundings), `${host}-${mark}-${botId}`);
}
