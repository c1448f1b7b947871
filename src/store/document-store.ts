// A folder of small JSON documents that survive a restart and a loss of power: each is written completely or not at all,
// and readable by its owner only. Knows nothing of what is in them.

import * as nodeFs from "node:fs";
import { join } from "node:path";
import type { Clock } from "../util/clock.ts";
import type { Log } from "../util/log.ts";
import { makeDirectory } from "../util/make-directory.ts";
import { mostOpenFiles } from "../util/open-files.ts";
import { startMark } from "../util/processes.ts";
import type { Redact } from "../util/redact.ts";
import { readRegularFile } from "../util/regular-file.ts";
import type { DurableFiles } from "./durable-file.ts";
import { newestIn } from "./growing-file.ts";
import { PendingDocuments } from "./pending-documents.ts";

/** The functions that tests replace to act a disk that fails. */
export type Files = Pick<
  typeof nodeFs,
  "chmodSync" | "lstatSync" | "mkdirSync" | "readdirSync" | "renameSync" | "rmSync"
> & { readonly promises: DurableFiles };

/** What can be said of a document while the daemon runs. */
export interface ChangingDocuments {
  /** From now on it says what `json` gives when it is written: soon, or once somebody waits for it. */
  change(name: string, json: () => string): void;
  /**
   * Resolves when the changes made so far are on the disk; undefined when they are. A failure, such as a full disk, is
   * logged once and keeps nobody waiting: the document is tried again. `isPatient`: after those that are waited for.
   */
  saved(name: string, how?: { readonly isPatient: boolean }): Promise<void> | undefined;
  remove(name: string): void;
}

export interface DocumentStore extends ChangingDocuments {
  readonly path: string;
  /** Names of the documents there are. */
  names(): string[];
  /**
   * Undefined when there is none, or when it can't be read: then it is quarantined, with a warning. `whatFollows`: the
   * consequence for people, as the end of the sentence "It can't be used, so …".
   */
  read(name: string, whatFollows: string): unknown;
  /** Resolves when all is on the disk that somebody waits for. */
  allSaved(): Promise<void>;
  /** Writes what is left to write. */
  close(): Promise<void>;
  /** For a document whose content can't be used: keeps it under another name. */
  quarantine(name: string, why: string, whatFollows: string): void;
}

const EXTENSION = ".json";
/** How the names of documents end that can't be used. */
export const QUARANTINED = `${EXTENSION}.unreadable`;
/** Or a quarter of what may be: the connections and what Claudes are started with need the others. */
const MOST_OPEN = 512;
const FOLDER_OF_OWNER = 0o700;
const FILE_OF_OWNER = 0o600;

export interface DocumentFolderOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Removes secrets from all that is written. */
  readonly redact: Redact;
  readonly files?: Files | undefined;
}

export class DocumentFolder implements DocumentStore {
  readonly path: string;
  readonly #log: Log;
  readonly #redact: Redact;
  readonly #files: Files;
  readonly #pending: PendingDocuments;
  #isFailing = false;

  private constructor({ path, clock, log, redact, files = nodeFs }: DocumentFolderOptions) {
    this.path = path;
    this.#log = log;
    this.#redact = redact;
    this.#files = files;
    this.#pending = new PendingDocuments({
      folder: path,
      clock,
      files: files.promises,
      mode: FILE_OF_OWNER,
      mostOpen: Math.min(MOST_OPEN, Math.floor(mostOpenFiles() / 4)),
      inodeOf: (file) => this.#inodeOf(file),
      read: (file) => JSON.stringify(newestIn(readRegularFile(file))),
      makeFolder: () => this.#makeAgainIfGone(),
      onWritten: () => this.#onWritten(),
      onFailed: (error) => this.#notWritten(error),
    });
  }

  /** Creates the folder where there is none, and makes it private. Throws when there can be no such folder. */
  static open(options: DocumentFolderOptions): DocumentFolder {
    const folder = new DocumentFolder(options);
    const { path } = folder;
    const { chmodSync, mkdirSync } = folder.#files;
    makeDirectory(path, FOLDER_OF_OWNER, mkdirSync);
    // An older one may have been made with other rights.
    chmodSync(path, FOLDER_OF_OWNER);
    folder.#removeAbandoned();
    folder.#makeFilesPrivate();
    return folder;
  }

  names(): string[] {
    return this.#files
      .readdirSync(this.path)
      .filter((file) => file.endsWith(EXTENSION))
      .map((file) => file.slice(0, -EXTENSION.length));
  }

  read(name: string, whatFollows: string): unknown {
    let text: string;
    try {
      text = readRegularFile(this.#fileOf(name));
    } catch (error) {
      if (!isMissing(error)) {
        this.quarantine(name, error instanceof Error ? error.message : String(error), whatFollows);
      }
      return undefined;
    }
    try {
      const newest = newestIn(text);
      if (text.includes("\n")) {
        this.#pending.noteGrown(`${name}${EXTENSION}`);
      }
      return newest;
    } catch {
      this.quarantine(name, "it is not JSON", whatFollows);
      return undefined;
    }
  }

  change(name: string, json: () => string): void {
    this.#pending.change(`${name}${EXTENSION}`, () => this.#redact(json()));
  }

  saved(name: string, how?: { readonly isPatient: boolean }): Promise<void> | undefined {
    return this.#pending.whenWritten(`${name}${EXTENSION}`, how);
  }

  remove(name: string): void {
    const file = `${name}${EXTENSION}`;
    this.#pending.change(file, undefined);
    void this.#pending.whenWritten(file);
  }

  allSaved(): Promise<void> {
    return this.#pending.whenAllWritten();
  }

  close(): Promise<void> {
    return this.#pending.close();
  }

  quarantine(name: string, why: string, whatFollows: string): void {
    const file = this.#fileOf(name);
    const quarantined = join(this.path, `${name}${QUARANTINED}`);
    this.#log.warn(`${file} can't be used (${why}), so ${whatFollows}. It is kept as ${quarantined}.`);
    this.#pending.forgetGrown(`${name}${EXTENSION}`);
    try {
      this.#files.renameSync(file, quarantined);
    } catch (error) {
      this.#log.warn(`${file} could not be set aside`, error);
    }
  }

  /** Undefined where there is none, and where something else is in the folder's place. */
  #inodeOf(file: string): number | undefined {
    try {
      return this.#files.lstatSync(file, { throwIfNoEntry: false })?.ino;
    } catch {
      return undefined;
    }
  }

  #fileOf(name: string): string {
    return join(this.path, `${name}${EXTENSION}`);
  }

  #removeAbandoned(): void {
    for (const file of this.#files.readdirSync(this.path).filter(isAbandoned)) {
      this.#files.rmSync(join(this.path, file), { force: true });
    }
  }

  /** After it was copied or restored, its files may be readable for all. */
  #makeFilesPrivate(): void {
    const { chmodSync, lstatSync, readdirSync } = this.#files;
    const shared = readdirSync(this.path).filter((file) => {
      // Another daemon of this bot, for another channel, may be writing here: its temporary files come and go.
      const stat = lstatSync(join(this.path, file), { throwIfNoEntry: false });
      return stat?.isFile() === true && (stat.mode & 0o077) !== 0;
    });
    for (const file of shared) {
      chmodSync(join(this.path, file), FILE_OF_OWNER);
    }
    if (shared.length > 0) {
      this.#log.warn(
        `${shared.length} files in ${this.path} could be read by other users of this machine; now they can't.`,
      );
    }
  }

  #makeAgainIfGone(): void {
    const { lstatSync, mkdirSync } = this.#files;
    if (lstatSync(this.path, { throwIfNoEntry: false }) !== undefined) {
      return;
    }
    this.#log.warn(
      `${this.path} was taken away and is made again: sessions that rest would not survive a restart`,
    );
    makeDirectory(this.path, FOLDER_OF_OWNER, mkdirSync);
  }

  #onWritten(): void {
    if (this.#isFailing) {
      this.#isFailing = false;
      this.#log.info(`${this.path} can be written again.`);
    }
  }

  #notWritten(error: unknown): void {
    if (this.#isFailing) {
      return;
    }
    this.#isFailing = true;
    this.#log.error(
      `${this.path} can't be written: sessions would not survive a restart. Make room or mend its rights`,
      error,
    );
  }
}

/** The temporary file of a process that died while it wrote. */
function isAbandoned(file: string): boolean {
  const pid = /\.(\d+)\.tmp$/.exec(file)?.[1];
  return pid !== undefined && startMark(Number(pid)) === undefined;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
