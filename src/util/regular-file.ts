// Files that must be regular ones. A pipe in the place of one would hold up for ever who opens it, a device who reads it.

import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";

/** Never waits for the other end of a pipe, nor makes a terminal its own; Windows knows neither. */
const AT_ONCE = (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/** The flags say what for. Throws what the system says, or with words for people when it is no regular file. */
export function openRegularFile(path: string, flags: number, mode?: number): number {
  const fd = openSync(path, flags | AT_ONCE, mode);
  if (fstatSync(fd).isFile()) {
    return fd;
  }
  closeSync(fd);
  throw new Error("it is no regular file");
}

/** All of it. Links are followed. */
export function readRegularFile(path: string): string {
  const fd = openRegularFile(path, constants.O_RDONLY);
  try {
    return readFileSync(fd, "utf8");
  } finally {
    closeSync(fd);
  }
}
