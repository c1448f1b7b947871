// The home directory that a demo has for as long as it runs. Its name says whose it is, so that the next demo can clear
// away what a killed one has left.

import { lstatSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PREFIX = "mm-claude-demo-";
const MADE = new RegExp(`^${PREFIX}(\\d{1,10})-[A-Za-z0-9]{6}$`);

/** A new one, for its user alone. */
export function makeHome(): string {
  return mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
}

export function removeHome(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 5 });
}

/** A Claude that is left over goes on writing there for a moment. */
const AGAIN_AFTER_MS = 2000;

/** Those of this user's demos whose process is gone; what can't be removed now is tried once more, later. */
export function clearAbandonedHomes(): void {
  removeAbandonedHomes();
  setTimeout(removeAbandonedHomes, AGAIN_AFTER_MS).unref();
}

function removeAbandonedHomes(): void {
  for (const name of namesIn(tmpdir())) {
    const pid = MADE.exec(name)?.[1];
    const path = join(tmpdir(), name);
    if (pid !== undefined && isOwnDirectory(path) && !isRunning(Number(pid))) {
      try {
        removeHome(path);
      } catch {
        // Another demo was faster, or something in it can't be removed now: it is no matter for this one.
      }
    }
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** A real directory, no link to one, and this user's. */
function isOwnDirectory(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isDirectory() === true && found.uid === process.getuid?.();
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
