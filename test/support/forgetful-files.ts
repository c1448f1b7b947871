// A file system in memory that forgets with the power what was not synced: content, and names. As strict as POSIX
// allows one to be; real ones keep more, most of the time.

import { dirname } from "node:path";
import type { DurableFiles } from "../../src/store/durable-file.ts";

interface Inode {
  content: string;
  synced: string;
  readonly number: number;
}

export interface ForgetfulFiles {
  readonly files: DurableFiles;
  inodeOf(path: string): number | undefined;
  contentOf(path: string): string;
  /** What is there once the power is back: path to content. */
  afterPowerLoss(): Map<string, string>;
  /** How often content or names were synced. */
  syncs(): number;
}

/** Of what was added and not synced, half. */
function keptOf({ content, synced }: Inode): string {
  const added = content.startsWith(synced) ? content.slice(synced.length) : "";
  return synced + added.slice(0, added.length / 2);
}

export function forgetfulFiles(): ForgetfulFiles {
  const names = new Map<string, Inode>();
  const syncedNames = new Map<string, Inode>();
  let syncs = 0;
  let inodes = 0;
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
    const inode = names.get(path) ?? { content: "", synced: "", number: ++inodes };
    inode.content = "";
    names.set(path, inode);
    return {
      async writeFile(text: string) {
        const before = inode.content;
        inode.content += text.slice(0, text.length / 2);
        await later();
        inode.content = before + text;
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
    inodeOf: (path) => names.get(path)?.number,
    contentOf: (path) => names.get(path)?.content ?? "",
    afterPowerLoss: () => new Map([...syncedNames].map(([path, inode]) => [path, keptOf(inode)])),
    syncs: () => syncs,
  };
}
