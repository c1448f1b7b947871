// Where one session's attached files lie: made when it is needed, gone with the session.

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Log } from "../util/log.ts";

export class FilesDirectory {
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

  /** Undefined when there is no room for it: that keeps files from Claude, and nothing else. */
  make(): string | undefined {
    if (this.#path === undefined || !existsSync(this.#path)) {
      try {
        this.#path = mkdtempSync(join(tmpdir(), "mm-claude-"));
      } catch (error) {
        this.#path = undefined;
        this.#log.warn("There is no place for attached files", error);
      }
    }
    return this.#path;
  }

  remove(): void {
    if (this.#path !== undefined) {
      rmSync(this.#path, { recursive: true, force: true });
      this.#path = undefined;
    }
  }
}
