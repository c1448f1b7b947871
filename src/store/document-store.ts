// A folder of small JSON documents that survive a restart: written whole or not at all, readable by their owner only.
// Knows nothing of what is in them.

import * as nodeFs from "node:fs";
import { join } from "node:path";
import type { Log } from "../util/log.ts";
import { makeDirectory } from "../util/make-directory.ts";
import { startMark } from "../util/processes.ts";
import { readRegularFile } from "../util/regular-file.ts";

/** What a disk that fails is played with. */
export type Files = Pick<
  typeof nodeFs,
  "chmodSync" | "lstatSync" | "mkdirSync" | "readdirSync" | "renameSync" | "rmSync" | "writeFileSync"
>;

export interface DocumentStore {
  readonly path: string;
  /** Names of the documents there are. */
  names(): string[];
  /**
   * Undefined when there is none, or when it can't be read: then it is quarantined, with a warning. `whatFollows`: what it
   * means to people that it can't, part of a sentence.
   */
  read(name: string, whatFollows: string): unknown;
  /** A disk that is full is told once; what could not be written is tried again with the next change. */
  write(name: string, json: string): void;
  remove(name: string): void;
  /** For a document whose content makes no sense: keeps it under another name. */
  quarantine(name: string, why: string, whatFollows: string): void;
}

const EXTENSION = ".json";
const OWNER_ONLY = 0o700;

/** The same folder, with all that is written passed through `redact`. */
export function redacted(folder: DocumentStore, redact: (text: string) => string): DocumentStore {
  return { ...folder, write: (name, json) => folder.write(name, redact(json)) };
}

/** Throws when there can be no such folder. */
export function openDocumentStore(path: string, log: Log, files: Files = nodeFs): DocumentStore {
  const { chmodSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } = files;
  makeDirectory(path, OWNER_ONLY, mkdirSync);
  // An older one may have been made with other rights.
  chmodSync(path, OWNER_ONLY);
  for (const file of readdirSync(path).filter(isAbandoned)) {
    rmSync(join(path, file), { force: true });
  }
  closeToOthers(path, log, files);
  const fileOf = (name: string): string => join(path, `${name}${EXTENSION}`);
  let isFailing = false;

  const quarantine = (name: string, why: string, whatFollows: string): void => {
    const aside = `${fileOf(name)}.unreadable`;
    log.warn(`${fileOf(name)} can't be used (${why}), so ${whatFollows}. It is kept as ${aside}.`);
    try {
      renameSync(fileOf(name), aside);
    } catch (error) {
      log.warn(`${fileOf(name)} could not be set aside`, error);
    }
  };

  const removeFile = (file: string): void => {
    try {
      rmSync(file, { force: true });
    } catch (error) {
      log.warn(`${file} could not be removed`, error);
    }
  };

  return {
    path,
    names: () =>
      readdirSync(path)
        .filter((file) => file.endsWith(EXTENSION))
        .map((file) => file.slice(0, -EXTENSION.length)),
    read(name, whatFollows) {
      let text: string;
      try {
        text = readRegularFile(fileOf(name));
      } catch (error) {
        if (!isMissing(error)) {
          quarantine(name, error instanceof Error ? error.message : String(error), whatFollows);
        }
        return undefined;
      }
      try {
        return JSON.parse(text) as unknown;
      } catch {
        quarantine(name, "it is not JSON", whatFollows);
        return undefined;
      }
    },
    write(name, json) {
      const temporary = `${fileOf(name)}.${process.pid}.tmp`;
      try {
        if (lstatSync(path, { throwIfNoEntry: false }) === undefined) {
          log.warn(
            `${path} was taken away and is made again: sessions that rest would not survive a restart`,
          );
          makeDirectory(path, OWNER_ONLY, mkdirSync);
        }
        writeFileSync(temporary, json, { mode: 0o600 });
        renameSync(temporary, fileOf(name));
        if (isFailing) {
          isFailing = false;
          log.info(`${path} can be written again.`);
        }
      } catch (error) {
        if (!isFailing) {
          isFailing = true;
          log.error(
            `${path} can't be written: sessions would not survive a restart. Make room or mend its rights`,
            error,
          );
        }
        removeFile(temporary);
      }
    },
    remove: (name) => removeFile(fileOf(name)),
    quarantine,
  };
}

/** Whoever copied or restored the folder may have left its files open to all. */
function closeToOthers(path: string, log: Log, { chmodSync, lstatSync, readdirSync }: Files): void {
  const open = readdirSync(path).filter((file) => {
    // Another daemon of this bot, for another channel, may be writing here: its drafts come and go.
    const stat = lstatSync(join(path, file), { throwIfNoEntry: false });
    return stat?.isFile() === true && (stat.mode & 0o077) !== 0;
  });
  for (const file of open) {
    chmodSync(join(path, file), 0o600);
  }
  if (open.length > 0) {
    log.warn(`${open.length} files in ${path} could be read by other users of this machine; now they can't.`);
  }
}

/** Half a document of a process that died while it wrote. */
function isAbandoned(file: string): boolean {
  const pid = /\.(\d+)\.tmp$/.exec(file)?.[1];
  return pid !== undefined && startMark(Number(pid)) === undefined;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
