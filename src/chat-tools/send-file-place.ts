// Where a file lies: inside the session's directory, or in a place that is nobody's to see. Places are compared by
// identity (device and inode) and not by name, because a file system may spell a name in many ways.

import type { BigIntStats } from "node:fs";
import type * as nodeFs from "node:fs/promises";
import { dirname, join } from "node:path";

export type Disk = Pick<typeof nodeFs, "lstat" | "open" | "opendir" | "readlink" | "realpath" | "stat">;

export interface Place {
  /** Where Claude works. */
  readonly directory: string;
  /** Files, and directories with all in them. */
  readonly deniedPaths: readonly string[];
}

/** A file or directory, whatever it is called. */
export type Identity = string;

export const identityOf = ({ dev, ino }: Pick<BigIntStats, "dev" | "ino">): Identity => `${dev}:${ino}`;

export interface Whereabouts {
  readonly isDenied: boolean;
  /** The names of those it is in, below the session's directory; all of them when it lies outside. */
  readonly directories: readonly string[];
  readonly isInside: boolean;
}

/** `realPath`: without links. `denied`: from `deniedIdentities`. Throws the system's errors. */
export async function whereaboutsOf(
  realPath: string,
  { directory }: Place,
  denied: ReadonlySet<Identity>,
  disk: Disk,
): Promise<Whereabouts> {
  const chain = [realPath, ...parents(realPath)];
  const stats = await Promise.all(chain.map((path) => disk.lstat(path, { bigint: true })));
  const identities = stats.map(identityOf);
  const depth = identities.indexOf(identityOf(await disk.stat(directory, { bigint: true })));
  const directories = dirname(realPath)
    .split("/")
    .filter((name) => name !== "");
  return {
    isDenied: identities.some((one) => denied.has(one)),
    isInside: depth > 0,
    directories: depth > 0 ? directories.slice(directories.length - depth + 1) : directories,
  };
}

/** Of those that are there. */
export async function deniedIdentities({ deniedPaths }: Place, disk: Disk): Promise<Set<Identity>> {
  const found = await Promise.all(
    deniedPaths.map((path) => disk.stat(path, { bigint: true }).then(identityOf, () => undefined)),
  );
  return new Set(found.filter((one) => one !== undefined));
}

/** What mm-claude keeps in its folders is far less. */
const MOST_ENTRIES = 20_000;

/**
 * Whether a file with several names (hard links) has one of them in a denied directory. True also where that can't be
 * found out.
 */
export async function isNamedInDenied(identity: Identity, place: Place, disk: Disk): Promise<boolean> {
  const left = [...place.deniedPaths];
  let entries = 0;
  for (let at = left.pop(); at !== undefined; at = left.pop()) {
    try {
      for await (const entry of await disk.opendir(at)) {
        const path = join(at, entry.name);
        if (++entries > MOST_ENTRIES || identityOf(await disk.lstat(path, { bigint: true })) === identity) {
          return true;
        }
        if (entry.isDirectory()) {
          left.push(path);
        }
      }
    } catch (error) {
      // A file, which is compared by its own identity, or nothing at all.
      if (!["ENOTDIR", "ENOENT"].includes(codeOf(error))) {
        return true;
      }
    }
  }
  return false;
}

/** Of the system's errors; empty for any other. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && "syscall" in error ? String(error.code) : "";
}

function parents(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [parent, ...parents(parent)];
}
