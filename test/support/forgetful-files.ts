// A file system in memory that forgets with the power what was not synced: content, and names. As strict as POSIX
// allows one to be; real ones keep more, most of the time.

import { dirname } from "node:path";
import type { DurableFiles } from "../../src/store/durable-file.ts";

interface Inode {
  content: string;
  synced: string;
}

export interface ForgetfulFiles {
  readonly files: DurableFiles;
  /** What is there once the power is back: path to content. */
  afterPowerLoss(): Map<string, string>;
  /** How often content or names were synced. */
  syncs(): number;
}

export function forgetfulFiles(): ForgetfulFiles {
  const names = new Map<string, Inode>();
  const syncedNames = new Map<string, Inode>();
  let syncs = 0;
  const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const syncNames = (folder: string): void => {
    const inFolder = (path: string): boolean => dirname(path) === folder;
    for (const path of [...syncedNames.keys()].filter(inFolder)) {
      syncedNames.delete(path);
    }
    for (const [path, inode] of names) {
      if (inFolder(path)) {
        syncedNames.set(path, inode);
      }
    }
  };
  const openFolder = (path: string) => ({
    async sync() {
      await later();
      syncs++;
      syncNames(path);
    },
    close: later,
  });
  const openFile = (path: string) => {
    const inode = names.get(path) ?? { content: "", synced: "" };
    inode.content = "";
    names.set(path, inode);
    return {
      async writeFile(text: string) {
        const half = text.length / 2;
        inode.content = text.slice(0, half);
        await later();
        inode.content = text;
      },
      async sync() {
        await later();
        syncs++;
        inode.synced = inode.content;
      },
      close: later,
    };
  };
  const files = {
    async open(path: string, flags: string) {
      await later();
      return flags === "r" ? openFolder(path) : openFile(path);
    },
    async rename(from: string, to: string) {
      await later();
      const inode = names.get(from);
      if (!inode) {
        throw Object.assign(new Error(`ENOENT: ${from}`), { code: "ENOENT" });
      }
      names.delete(from);
      names.set(to, inode);
    },
    async rm(path: string) {
      await later();
      names.delete(path);
    },
  };
  return {
    files: files as unknown as DurableFiles,
    afterPowerLoss: () => new Map([...syncedNames].map(([path, { synced }]) => [path, synced])),
    syncs: () => syncs,
  };
}
