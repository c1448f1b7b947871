// Where the trails lie and how their bytes are read: never through a link, never a whole file at once.
// Knows nothing of what a line says.

import { closeSync, constants, type Dirent, fstatSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";
import { openRegularFile } from "../util/regular-file.ts";
import { decodeMark, type Mark } from "./record.ts";

const { O_NOFOLLOW, O_RDONLY } = constants;
const NEWLINE = 0x0a;
const BLOCK_BYTES = 64 * 1024;

/** The two files of one channel's trail. */
export interface TrailFiles {
  /** The records, one a line. */
  readonly lines: string;
  /** Which line is the newest, so that an end that was cut off is noticed. */
  readonly head: string;
}

export function trailFiles(folder: string, channelId: string): TrailFiles {
  // The id comes from a server: it must not lead out of the folder.
  const name = `audit-${channelId.replace(/[^A-Za-z0-9_-]/g, "_")}`;
  return { lines: join(folder, `${name}.jsonl`), head: join(folder, `${name}.head.json`) };
}

/** The trails of every server and bot under the state's root; also one of which only the head is left. */
export function findTrails(root: string): TrailFiles[] {
  return entries(root)
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(root, entry.name))
    .flatMap((folder) => {
      const ids = entries(folder).flatMap(
        ({ name }) => /^audit-([A-Za-z0-9_-]+)\.(?:jsonl|head\.json)$/.exec(name)?.[1] ?? [],
      );
      return [...new Set(ids)].sort().map((id) => trailFiles(folder, id));
    });
}

function entries(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** Opens a file that must be one; the flags say what for. Throws with words for people when it is a link or no file. */
export function openRegular(path: string, flags: number, mode?: number): number {
  try {
    return openRegularFile(path, flags | O_NOFOLLOW, mode);
  } catch (error) {
    if (codeOf(error) === "ELOOP") throw new Error("a symbolic link stands in its place", { cause: error });
    throw error;
  }
}

/** Undefined when there is none. Throws when it can't be read or says nothing. */
export function readHead({ head }: TrailFiles): Mark | undefined {
  let fd: number;
  try {
    fd = openRegular(head, O_RDONLY);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  try {
    // Far more than a head ever has.
    const mark = decodeMark(readAt(fd, 0, 1024).toString("utf8"));
    if (mark === undefined) throw new Error("it names no line");
    return mark;
  } finally {
    closeSync(fd);
  }
}

/** The lines there are now, without their newlines; an unfinished last one too. None when there is no file. */
export function* linesOf(path: string): Generator<Buffer, void> {
  let fd: number;
  try {
    fd = openRegular(path, O_RDONLY);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  try {
    const { size } = fstatSync(fd);
    let parts: Buffer[] = [];
    let at = 0;
    while (at < size) {
      const block = readAt(fd, at, Math.min(BLOCK_BYTES, size - at));
      if (block.length === 0) break;
      at += block.length;
      let from = 0;
      for (let end = block.indexOf(NEWLINE); end !== -1; end = block.indexOf(NEWLINE, from)) {
        yield Buffer.concat([...parts, block.subarray(from, end)]);
        parts = [];
        from = end + 1;
      }
      if (from < block.length) parts.push(block.subarray(from));
    }
    if (parts.length > 0) yield Buffer.concat(parts);
  } finally {
    closeSync(fd);
  }
}

/** From the end to the start; first what stands after the last newline, which may be nothing. */
export function* linesBackwards(fd: number, size: number): Generator<Buffer, void> {
  let parts: Buffer[] = [];
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - BLOCK_BYTES);
    const block = readAt(fd, start, end - start);
    let until = block.length;
    while (until > 0) {
      const newline = block.lastIndexOf(NEWLINE, until - 1);
      if (newline === -1) break;
      yield Buffer.concat([block.subarray(newline + 1, until), ...parts]);
      parts = [];
      until = newline;
    }
    parts.unshift(block.subarray(0, until));
    end = start;
  }
  yield Buffer.concat(parts);
}

function readAt(fd: number, position: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, readSync(fd, buffer, 0, length, position));
}

function isMissing(error: unknown): boolean {
  return codeOf(error) === "ENOENT";
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
