// The directory for one session's files on this machine. If something else has taken its place, such as a link, nothing
// is written, counted or removed through it.

import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Log } from "../util/log.ts";
import { filesIn, isOwnDirectory, type SavedFiles } from "../util/saved-files.ts";
import type { FilesDirectory } from "./files-directory.ts";

const OWNER_ONLY = 0o700;
const PREFIX = "mm-claude-";
const MADE = new RegExp(`^${PREFIX}[A-Za-z0-9]{6}$`);
const ABANDONED_AFTER_MS = 24 * 60 * 60_000;

export class LocalFilesDirectory implements FilesDirectory {
  readonly #log: Log;
  #path: string | undefined;

  /** `path`: one that an earlier run has made. */
  constructor(log: Log, path: string | undefined) {
    this.#log = log;
    this.#path = path;
  }

  get path(): string | undefined {
    return this.#path;
  }

  get files(): SavedFiles | undefined {
    return this.#path === undefined ? undefined : filesIn(this.#path);
  }

  /** Looked at each time. */
  make(): string | undefined {
    try {
      this.#path = this.#kept() ?? mkdtempSync(join(tmpdir(), PREFIX));
    } catch (error) {
      this.#path = undefined;
      this.#log.warn("There is no place for attached files", error);
    }
    return this.#path;
  }

  /** The one there was, made again in its place when it was cleaned away: Claude was told that place. */
  #kept(): string | undefined {
    const path = this.#path;
    if (path === undefined) {
      return undefined;
    }
    try {
      mkdirSync(path, { mode: OWNER_ONLY });
      return path;
    } catch {
      // It is there still, or can't be made again.
    }
    try {
      if (isOwnDirectory(path)) {
        // Windows has no such rights, and the mode that Node reports there means nothing.
        if (process.getuid && (lstatSync(path).mode & 0o777) !== OWNER_ONLY) {
          chmodSync(path, OWNER_ONLY);
        }
        return path;
      }
      this.#log.warn(`${path} is no directory of mm-claude's any more: attached files get another one`);
    } catch (error) {
      this.#log.warn(`${path} can't be used any more: attached files get another one`, error);
    }
    return undefined;
  }

  /** A link that has got into its place goes, and what it leads to stays. */
  async remove(): Promise<void> {
    if (this.#path === undefined) {
      return;
    }
    try {
      rmSync(this.#path, { recursive: true, force: true });
    } catch (error) {
      this.#log.warn(`${this.#path} could not be removed`, error);
    }
    this.#path = undefined;
  }
}

/**
 * When mm-claude is killed, it leaves directories that no document names: those of processes that waited for a session.
 * Only empty ones are removed: if a session has one of them after all, it is made again when it is needed.
 */
export function removeAbandoned(log: Log, now: number): void {
  let names: readonly string[] = [];
  try {
    names = readdirSync(tmpdir());
  } catch (error) {
    log.debug(`${tmpdir()} can't be looked into`, error);
  }
  for (const path of names.filter((name) => MADE.test(name)).map((name) => join(tmpdir(), name))) {
    try {
      if (isOwnDirectory(path) && lstatSync(path).mtimeMs < now - ABANDONED_AFTER_MS) {
        rmdirSync(path);
      }
    } catch {
      // Files are in it, or another daemon was faster.
    }
  }
}
