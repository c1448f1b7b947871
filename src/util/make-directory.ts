// As `mkdir -p`. Not Node's own `recursive`: where a new directory fails with ENOENT, as in /proc, that tries again for
// ever and no signal ends it (seen with 20.20).

import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

type MakeOne = (path: string, options: { readonly mode: number }) => unknown;

/** With its parents, which get the same mode. One that exists stays as it is. Throws the system's error. */
export function makeDirectory(path: string, mode: number, makeOne: MakeOne = mkdirSync): void {
  if (isDirectory(path)) {
    return;
  }
  const parent = dirname(path);
  if (parent !== path) {
    makeDirectory(parent, mode, makeOne);
  }
  try {
    makeOne(path, { mode });
  } catch (error) {
    // Another process may have created it in the meantime.
    if (!isDirectory(path)) {
      throw error;
    }
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
