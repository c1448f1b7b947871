// What a path is, asked without an exception.

import { accessSync, constants, realpathSync, statSync } from "node:fs";

export function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** Whether files can be read and made in it. */
export function isUsableDirectory(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return isDirectory(path);
  } catch {
    return false;
  }
}

/** Without links, as far as that can be told. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** 0 when there is nothing. */
export function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}
