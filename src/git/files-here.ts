// The files around a repository on this machine.

import { existsSync, lstatSync, mkdirSync, readFileSync, realpathSync } from "node:fs";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeDirectory } from "../util/make-directory.ts";
import type { Files } from "./git.ts";

export const filesHere: Files = {
  exists: async (path) => existsSync(path),
  realPath: async (directory) => realpathSync(directory),
  async text(path) {
    try {
      return readFileSync(path, "utf8");
    } catch {
      return "";
    }
  },
  async kind(path) {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    return stat && (stat.isDirectory() ? "directory" : "other");
  },
  makeDirectory: async (path) => mkdirSync(path),
  async makePrivate(path) {
    makeDirectory(path, 0o700);
    return realpathSync(path);
  },
  remove: (path) => rm(path, { recursive: true, force: true }),
};

/** With a copy of that file, for as long as it is in use. */
export async function withCopy<T>(path: string, use: (copy: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "mm-claude-index-"));
  try {
    const copy = join(folder, "index");
    await copyFile(path, copy);
    return await use(copy);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
