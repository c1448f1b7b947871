// Writes the figures for Prometheus into a file, again and again, for a collector that reads files (node_exporter's
// textfile collector). Whole at any time, and gone when the daemon ends in order: old figures would look like new ones.

import { lstatSync, readFileSync, renameSync, rmSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import type { Clock, Timer } from "../util/clock.ts";
import type { Log } from "../util/log.ts";

const EVERY_MS = 15_000;

export interface MetricsFileOptions {
  readonly path: string;
  readonly text: () => string;
  readonly clock: Clock;
  readonly log: Log;
}

export class MetricsFile {
  readonly #options: MetricsFileOptions;
  #timer: Timer | undefined;
  #isClosed = false;
  #isFailing = false;

  private constructor(options: MetricsFileOptions) {
    this.#options = options;
  }

  /**
   * Written at once, and then every 15 s. Where it can't be written, the log says so once; what is somebody else's is left
   * alone, and nothing is written.
   */
  static start(options: MetricsFileOptions): MetricsFile | undefined {
    const { path, log } = options;
    if (isSomethingElse(path)) {
      log.warn(
        `METRICS_FILE: ${path} is something else than mm-claude's figures. Choose a name that nothing has yet.`,
      );
      return undefined;
    }
    const file = new MetricsFile(options);
    void file.#write();
    return file;
  }

  close(): void {
    const { path, clock } = this.#options;
    this.#isClosed = true;
    clock.clearTimeout(this.#timer);
    if (isSomethingElse(path)) {
      return;
    }
    try {
      rmSync(path, { force: true });
    } catch {
      // It could not be written either, and that has been said.
    }
  }

  async #write(): Promise<void> {
    const { path, text, clock, log } = this.#options;
    const draft = `${path}.${process.pid}.tmp`;
    try {
      await writeFile(draft, text());
      if (this.#isClosed) {
        await rm(draft, { force: true });
      } else {
        // At once, so that a close can't come between the look and the deed.
        renameSync(draft, path);
      }
      this.#isFailing = false;
    } catch (error) {
      await rm(draft, { force: true }).catch(() => {});
      if (!this.#isFailing) {
        this.#isFailing = true;
        log.warn(`METRICS_FILE: ${path} can't be written`, error);
      }
    }
    if (!this.#isClosed) {
      this.#timer = clock.setTimeout(() => void this.#write(), EVERY_MS);
    }
  }
}

/** How each of these files begins. */
const BEGINNING = "# HELP mm_claude_";

function isSomethingElse(path: string): boolean {
  try {
    const found = lstatSync(path, { throwIfNoEntry: false });
    // Never opened when it is a FIFO or a device, nor followed when it is a link.
    return found !== undefined && !(found.isFile() && readFileSync(path, "utf8").startsWith(BEGINNING));
  } catch {
    // It can't be looked at; writing says why.
    return false;
  }
}
