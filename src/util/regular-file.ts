// Files that must be regular ones. To open a pipe instead, or to read a device, might block for ever.

import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";

/** Opening waits for no other end of a pipe, and makes no terminal the controlling one; Windows has neither flag. */
const NEVER_WAIT = (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/** `flags` as for `openSync`. Throws the system's error, or one for people when it is no regular file. */
export function openRegularFile(path: string, flags: number, mode?: number): number {
  const fd = openSync(path, flags | NEVER_WAIT, mode);
  if (fstatSync(fd).isFile()) {
    return fd;
  }
  closeSync(fd);
  throw new Error("it is no regular file");
}

/** The whole text. Links are followed. Throws also when it is larger than that. */
export function readRegularFile(path: string, mostBytes = Number.POSITIVE_INFINITY): string {
  const fd = openRegularFile(path, constants.O_RDONLY);
  try {
    if (fstatSync(fd).size > mostBytes) {
      throw new Error(`it is larger than ${mostBytes / 1_000_000} MB`);
    }
    return readFileSync(fd, "utf8");
  } finally {
    closeSync(fd);
  }
}
