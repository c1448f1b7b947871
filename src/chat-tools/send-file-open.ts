// Opens a file of this machine for sending, and says what it is: judged is the file that is open, and not what its name led to before or
// leads to later. Refusals are sentences about "it".

import { constants } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { basename } from "node:path";
import type { AskedFile } from "./send-file-arguments.ts";
import type { SizedContent } from "./send-file-content.ts";
import { looksSecret } from "./send-file-names.ts";
import {
  codeOf,
  type Disk,
  deniedIdentities,
  type Identity,
  identityOf,
  isNamedInDenied,
  type Place,
  whereaboutsOf,
} from "./send-file-place.ts";

/** Where a path leads. */
export interface FoundFile {
  readonly asked: AskedFile;
  /** Without links. */
  readonly realPath: string;
  readonly isInside: boolean;
  readonly isSecret: boolean;
}

/** To be closed by whoever has it. */
export interface OpenFile extends FoundFile, SizedContent {
  /** From now on; says then whether it was changed. */
  readonly watch: () => Promise<() => Promise<boolean>>;
  readonly close: () => Promise<void>;
}

const DENIED = "it is never sent, whoever asks: it is one of those that are nobody's to see";
export const CHANGED = "it was moved or replaced in this very moment; call again";

/** Looks at names alone: nothing is opened. */
export async function findFile(asked: AskedFile, place: Place, disk: Disk): Promise<FoundFile | string> {
  try {
    const realPath = await disk.realpath(asked.path);
    const kind = await disk.lstat(realPath, { bigint: true });
    return kind.isFile()
      ? await judged(asked, realPath, place, await deniedIdentities(place, disk), disk)
      : noFile(kind.isDirectory());
  } catch (error) {
    return inWords(error);
  }
}

/**
 * Looked at before it is opened, because to open a device or a pipe may have an effect; what counts is what is found
 * afterwards.
 */
export async function openFile(asked: AskedFile, place: Place, disk: Disk): Promise<OpenFile | string> {
  const before = await deniedIdentities(place, disk);
  const found = await findFile(asked, place, disk);
  if (typeof found === "string") {
    return found;
  }
  let handle: FileHandle | undefined;
  try {
    const { O_NOCTTY = 0, O_NOFOLLOW = 0, O_NONBLOCK = 0, O_RDONLY } = constants;
    handle = await disk.open(found.realPath, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    const opened = await judgeOpen(asked, { handle, path: found.realPath, before }, place, disk);
    if (typeof opened !== "string") {
      handle = undefined;
    }
    return opened;
  } catch (error) {
    return inWords(error);
  } finally {
    await handle?.close();
  }
}

async function judgeOpen(
  asked: AskedFile,
  { handle, path, before }: { handle: FileHandle; path: string; before: ReadonlySet<Identity> },
  place: Place,
  disk: Disk,
): Promise<OpenFile | string> {
  const stat = await handle.stat({ bigint: true });
  if (!stat.isFile()) {
    return noFile(stat.isDirectory());
  }
  const realPath = await pathOfOpen(handle, path, disk);
  const identity = identityOf(stat);
  if (!realPath.startsWith("/") || identityOf(await disk.lstat(realPath, { bigint: true })) !== identity) {
    return CHANGED;
  }
  // Somebody may have moved what is denied, or put something new there.
  const denied = new Set([...before, ...(await deniedIdentities(place, disk))]);
  const found = await judged(asked, realPath, place, denied, disk);
  if (typeof found === "string") {
    return found;
  }
  if (stat.nlink > 1n && (await isNamedInDenied(identity, place, disk))) {
    return DENIED;
  }
  return {
    ...found,
    size: Number(stat.size),
    content: async () => handle,
    watch: async () => {
      const before = await stateOf(handle);
      return async () => before !== (await stateOf(handle));
    },
    close: () => handle.close(),
  };
}

async function stateOf(handle: FileHandle): Promise<string> {
  const { size, mtimeNs } = await handle.stat({ bigint: true });
  return `${size} ${mtimeNs}`;
}

async function judged(
  asked: AskedFile,
  realPath: string,
  place: Place,
  denied: ReadonlySet<Identity>,
  disk: Disk,
): Promise<FoundFile | string> {
  const { isDenied, isInside, directories } = await whereaboutsOf(realPath, place, denied, disk);
  const names = [realPath, asked.path].map((path) => basename(path));
  return isDenied ? DENIED : { asked, realPath, isInside, isSecret: looksSecret(names, directories) };
}

/** Only Linux tells where an open file lies now; elsewhere it is where its name leads now. */
async function pathOfOpen({ fd }: FileHandle, path: string, disk: Disk): Promise<string> {
  try {
    return await disk.readlink(`/proc/self/fd/${fd}`);
  } catch {
    return disk.realpath(path);
  }
}

export const noFile = (isDirectory: boolean): string =>
  isDirectory
    ? "it is a directory; make an archive of it and send that"
    : "it is no regular file but a pipe, a device or the like";

/** By the system's names of errors. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EACCES: "it may not be read",
  EPERM: "it may not be read",
  ENAMETOOLONG: "its name is too long to be that of a file",
  ELOOP: "its links lead in a circle, or it was replaced in this very moment",
  ENXIO: "it is no regular file but a pipe, a device or the like",
};

/** Of the system's errors; any other is thrown on. */
export function inWords(error: unknown): string {
  const code = codeOf(error);
  if (code === "") {
    throw error;
  }
  return reasonOf(code);
}

export const reasonOf = (code: string): string => REASONS[code] ?? `it can't be read (${code})`;
