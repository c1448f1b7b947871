// Asks the claude program whether it is logged in. Its own answer, which needs no network: nothing here reads or even
// looks for credentials.

import { type OneRun, runOnce } from "./run-once.ts";
import { isAtLeast } from "./version.ts";

/** `unknown`: this version can't tell, or didn't. */
export type ClaudeLogin = "logged-in" | "logged-out" | "unknown";

/** Its release notes name it; 1.0.128 and 2.0.76 take the words for a message to Claude, and send it. */
const KNOWS_AUTH_STATUS = [2, 1, 41] as const;

/** `version`: as `claudeVersion` gives it. */
export async function claudeLogin(path: string, version: string, run: OneRun = {}): Promise<ClaudeLogin> {
  if (!tellsLogin(version)) {
    return "unknown";
  }
  const { stdout } = await runOnce(path, ["auth", "status"], run);
  switch (loginIn(stdout)) {
    case true:
      return "logged-in";
    case false:
      return "logged-out";
    default:
      return "unknown";
  }
}

/** Whether that version has the words. */
export const tellsLogin = (version: string): boolean => isAtLeast(version, KNOWS_AUTH_STATUS);

/** Seen on 2.1.330: an object, with exit code 0 when `loggedIn` is true and 1 when it is false. */
export function loginIn(stdout: string): boolean | undefined {
  try {
    const status: unknown = JSON.parse(stdout);
    const isLoggedIn =
      typeof status === "object" && status !== null && "loggedIn" in status ? status.loggedIn : undefined;
    return typeof isLoggedIn === "boolean" ? isLoggedIn : undefined;
  } catch {
    return undefined;
  }
}
