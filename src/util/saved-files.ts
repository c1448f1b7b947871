// The files of others that are saved in a directory of our own: how many there may be, and how one more gets in. Nothing
// is written, or counted, through what has taken the directory's place, such as a link.

import { constants, lstatSync } from "node:fs";
import { lstat, open, opendir, rm } from "node:fs/promises";
import { join } from "node:path";
import { safeFileName } from "./file-names.ts";
import { nameByType, typeOf } from "./file-type.ts";

const MEGABYTE = 1024 * 1024;

export const MAX_SAVED_BYTES = 50 * MEGABYTE;
/** What one directory holds. */
export const MAX_DIRECTORY_BYTES = 200 * MEGABYTE;
export const MAX_DIRECTORY_FILES = 100;

/** The limits as people are told them. */
export const TOO_LARGE_TO_SAVE = `it is larger than ${MAX_SAVED_BYTES / MEGABYTE} MB`;
export const DIRECTORY_LIMIT = `${MAX_DIRECTORY_FILES} files and ${MAX_DIRECTORY_BYTES / MEGABYTE} MB`;

/** Where files are saved for Claude, on the machine where it can read them. */
export interface SavedFiles {
  /** Whether there is room for a file of this name and size, whatever had the name before. */
  hasRoomFor(name: string, bytes: number): Promise<boolean>;
  /** A new file, whatever had its name before; its path. Undefined when there is no room for it. */
  save(name: string, bytes: Uint8Array): Promise<string | undefined>;
}

/** Those in a directory of this machine. */
export function filesIn(directory: string): SavedFiles {
  const hasRoomFor: SavedFiles["hasRoomFor"] = async (name, bytes) =>
    isRoom(await usageOf(directory, name, MAX_DIRECTORY_FILES), bytes);
  return {
    hasRoomFor,
    save: async (name, bytes) =>
      (await hasRoomFor(name, bytes.byteLength)) ? saveFile(directory, name, bytes) : undefined,
  };
}

/** For one more file, of that many bytes. */
export const isRoom = (usage: Usage, bytes: number): boolean =>
  usage.files < MAX_DIRECTORY_FILES && usage.bytes + bytes <= MAX_DIRECTORY_BYTES;

/**
 * Claude judges a file by its name, and a text that it takes for an image would be refused with everything after it.
 * `source` makes the name this file's alone.
 */
export function nameToSave(name: string, source: string, bytes: Uint8Array): string {
  return safeFileName(nameByType(safeFileName(name, ""), typeOf(bytes)), source);
}

/** A real directory, no link to one, and this user's. */
export function isOwnDirectory(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isDirectory() === true && (!process.getuid || found.uid === process.getuid());
}

interface Usage {
  readonly files: number;
  readonly bytes: number;
}

/**
 * What is in a directory and below it, without the file named `except`. Directories count as files. Stops counting
 * after `maxFiles`, because somebody may have put a tree of any size there.
 */
export async function usageOf(directory: string, except: string, maxFiles: number): Promise<Usage> {
  let files = 0;
  let bytes = 0;
  const left = [directory];
  for (let at = left.pop(); at !== undefined; at = left.pop()) {
    // What may not be looked into, or went in the meantime, holds nothing that could be counted.
    const entries = await opendir(at).catch(() => []);
    for await (const entry of entries) {
      const path = join(at, entry.name);
      if (path === join(directory, except)) {
        continue;
      }
      files++;
      if (files > maxFiles) {
        return { files, bytes };
      }
      if (entry.isDirectory()) {
        left.push(path);
      } else {
        bytes += await lstat(path).then(
          ({ size }) => size,
          () => 0,
        );
      }
    }
  }
  return { files, bytes };
}

/** A new file, whatever had its name before; its path. Nothing of it is left when it can't be written whole. */
export async function saveFile(directory: string, name: string, bytes: Uint8Array): Promise<string> {
  if (!isOwnDirectory(directory)) {
    throw new Error("the directory for it is no longer there");
  }
  const path = join(directory, name);
  await rm(path, { force: true });
  const file = await open(
    path,
    // Windows knows no O_NOFOLLOW; a link is no new file either.
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0),
    0o600,
  );
  try {
    await file.writeFile(bytes);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  return path;
}
