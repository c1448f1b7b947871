// Writes a file of settings, in a folder of nothing but such files, that is for its owner alone at any time.

import { chmod, open, readlink, realpath, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { makeDirectory } from "./make-directory.ts";

/**
 * Complete, or as it was before. Where a link is in its place, the file that it leads to is replaced, and the link stays:
 * people keep such files together elsewhere.
 */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const folder = dirname(path);
  makeDirectory(folder, 0o700);
  await chmod(folder, 0o700);
  const target = await behindLinks(path);
  const draft = `${target}.${process.pid}.tmp`;
  try {
    // `wx`: never write into a file, or through a link, that somebody else put there.
    const file = await open(draft, "wx", 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** Also where the last one leads to nothing yet. */
async function behindLinks(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const target = await readlink(path).catch(() => undefined);
    return target === undefined ? path : behindLinks(resolve(dirname(path), target));
  }
}
