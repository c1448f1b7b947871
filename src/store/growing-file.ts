// The file of a document that changes again and again: what it says by now is added below what it said, which asks far
// less of the disk than another file does. Once in a while it is replaced. The newest whole line is the document.

import { type DurableFiles, type OpenFile, replaceFile } from "./durable-file.ts";

/** In UTF-16 units. A longer file is replaced. */
const MOST_LENGTH = 256 * 1024;

export interface GrowingFileOptions {
  readonly path: string;
  readonly mode: number;
  readonly files: DurableFiles;
  /** Of the file that has this name now; undefined when none has. */
  readonly inodeOf: (path: string) => number | undefined;
}

export class GrowingFile {
  readonly #options: GrowingFileOptions;
  readonly #file: OpenFile;
  readonly #inode: number | undefined;
  #length: number;

  private constructor(options: GrowingFileOptions, file: OpenFile, length: number) {
    this.#options = options;
    this.#file = file;
    this.#inode = options.inodeOf(options.path);
    this.#length = length;
  }

  /** The name is safe only after `syncFolder`. */
  static async replace(text: string, options: GrowingFileOptions): Promise<GrowingFile> {
    const { path, mode, files } = options;
    const file = await replaceFile(path, text, mode, files);
    try {
      return new GrowingFile(options, file, text.length);
    } catch (error) {
      await file.close().catch(() => {});
      throw error;
    }
  }

  /** False when it has to be replaced, also because somebody took it away. Closed when it throws. */
  async add(text: string): Promise<boolean> {
    const { path, inodeOf } = this.#options;
    try {
      const isIn = this.#inode !== undefined && inodeOf(path) === this.#inode;
      if (isIn && this.#length + text.length <= MOST_LENGTH && !text.includes("\n")) {
        this.#length += text.length;
        await this.#file.writeFile(`\n${text}\n`);
        await this.#file.sync();
        return true;
      }
    } catch (error) {
      // Half of it may stand there.
      await this.close();
      throw error;
    }
    return false;
  }

  async close(): Promise<void> {
    await this.#file.close().catch(() => {});
  }
}

/** The document in a file's text. Throws when there is none. */
export function newestIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    const lines = text.split("\n");
    // One without an end was being added when the power went.
    const whole = lines.slice(0, -1).filter((line) => line !== "");
    return (
      whole
        .reverse()
        .map(parsed)
        .find((json) => json !== undefined) ?? JSON.parse(text)
    );
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
