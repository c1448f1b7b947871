// As `mkdir -p`. Not Node's own `recursive`: where a place says ENOENT to a new directory, as /proc does, that tries
// again for ever and no signal ends it (seen with 20.20).

import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

type MakeOne = (path: string, options: { readonly mode: number }) => unknown;

/** Parents as well, with the same mode. One that is there stays as it is. Throws what the system says. */
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
    // Another process may have been quicker.
    if (!isDirectory(path)) {
      throw error;
    }
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
