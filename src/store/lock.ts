// One daemon for one bot and channel on a machine: two would both answer every message.

import { chmodSync, linkSync, lstatSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeDirectory } from "../util/make-directory.ts";
import { isRunning, type KnownProcess, startMark } from "../util/processes.ts";
import { readRegularFile } from "../util/regular-file.ts";

export type Lock = { readonly release: () => void } | { readonly heldBy: number };

export interface DaemonOf {
  readonly botId: string;
  readonly channelId: string;
}

export interface LockOptions {
  readonly removesAbandoned?: boolean;
  readonly onReleased?: ((channelId: string) => void) | undefined;
}

const EXTENSION = ".lock";
const OWNER_ONLY = 0o700;

/**
 * Taken in the state folder, as version 0.1.0 does, and in the first of `machineDirectories` that can be used: two
 * daemons of one bot may have different state folders, because of HOME or of how the server's address is written. Ids
 * are unique over all servers. Throws when the state folder can't be written.
 */
export function lockDaemon(
  { botId, channelId }: DaemonOf,
  stateFolder: string,
  machineDirectories: readonly string[],
  { removesAbandoned = true, onReleased }: LockOptions = {},
): Lock {
  const name = `${botId}-${channelId}`;
  const ofMachine = lockInFirst(machineDirectories, name, removesAbandoned);
  if (ofMachine?.heldBy !== undefined) {
    return { heldBy: ofMachine.heldBy };
  }
  // All that is kept of it while it is held: a daemon may serve hundreds of channels.
  const directory = ofMachine?.directory;
  let heldBy: number | undefined;
  try {
    heldBy = tryTake(stateFolder, channelId);
  } catch (error) {
    releaseIfMine(directory, name);
    throw error;
  }
  if (heldBy !== undefined) {
    releaseIfMine(directory, name);
    return { heldBy };
  }
  return {
    release() {
      onReleased?.(channelId);
      releaseIfMine(stateFolder, channelId);
      releaseIfMine(directory, `${botId}-${channelId}`);
    },
  };
}

/** Undefined where none of them can hold locks. */
function lockInFirst(
  directories: readonly string[],
  name: string,
  removesAbandoned: boolean,
): { readonly directory: string; readonly heldBy: number | undefined } | undefined {
  for (const directory of directories) {
    try {
      makePrivate(directory);
      if (removesAbandoned) {
        removeAbandoned(directory);
      }
      return { directory, heldBy: tryTake(directory, name) };
    } catch {
      // It can't hold locks: the home is read-only or missing, or the directory is somebody else's.
    }
  }
  return undefined;
}

/**
 * A real directory of this user's that nobody else can write to: locks that others can create or remove are worth
 * nothing.
 */
function makePrivate(directory: string): void {
  makeDirectory(directory, OWNER_ONLY);
  const found = lstatSync(directory);
  if (!found.isDirectory() || found.uid !== process.getuid?.()) {
    throw new Error(`${directory} is no directory of this user's`);
  }
  if ((found.mode & 0o777) !== OWNER_ONLY) {
    chmodSync(directory, OWNER_ONLY);
  }
}

/** Killed daemons leave their locks behind, and their bots may never run here again. */
function removeAbandoned(directory: string): void {
  for (const file of readdirSync(directory).filter((name) => name.endsWith(EXTENSION))) {
    const path = join(directory, file);
    const holder = readHolder(path);
    if (!holder || !isRunning(holder)) {
      removeStale(path);
    }
  }
}

let own: KnownProcess | undefined;

/** Found out once: where there is no /proc it takes a program, and a daemon may take hundreds of locks. */
function ownProcess(): KnownProcess {
  own ??= { pid: process.pid, startMark: startMark(process.pid) ?? "" };
  return own;
}

export function takeLock(directory: string, name: string): Lock {
  const heldBy = tryTake(directory, name);
  return heldBy === undefined ? { release: () => releaseIfMine(directory, name) } : { heldBy };
}

/** Gives the process that has it; undefined when it is ours now. */
function tryTake(directory: string, name: string): number | undefined {
  const file = fileOf(directory, name);
  // Written completely before it gets its name, so that nobody reads half a lock.
  const draft = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(draft, JSON.stringify(ownProcess()), { mode: 0o600 });
    for (let tries = 0; tries < 3; tries++) {
      if (linkNew(draft, file)) {
        return undefined;
      }
      const holder = readHolder(file);
      if (holder && isRunning(holder)) {
        return holder.pid;
      }
      removeStale(file);
    }
    return readHolder(file)?.pid ?? 0;
  } finally {
    rmSync(draft, { force: true });
  }
}

const fileOf = (directory: string, name: string): string => join(directory, `${name}${EXTENSION}`);

/** Whether a daemon that runs has it. */
export function isLocked(directory: string, name: string): boolean {
  const holder = readHolder(fileOf(directory, name));
  return holder !== undefined && isRunning(holder);
}

/** False when a file of that name exists. */
function linkNew(draft: string, file: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") {
      return false;
    }
    throw error;
  }
}

/** For a lock whose daemon died without releasing it. */
function removeStale(file: string): void {
  const aside = `${file}.stale.${process.pid}.tmp`;
  try {
    renameSync(file, aside);
  } catch {
    // Another daemon has just removed it.
    return;
  }
  const holder = readHolder(aside);
  if (holder && isRunning(holder)) {
    // Another daemon took the lock after it was read and before it was renamed: it is put back.
    linkNew(aside, file);
  }
  rmSync(aside, { force: true });
}

function readHolder(file: string): KnownProcess | undefined {
  try {
    const { pid, startMark: mark } = JSON.parse(readRegularFile(file)) as Partial<KnownProcess>;
    return typeof pid === "number" && typeof mark === "string" ? { pid, startMark: mark } : undefined;
  } catch {
    return undefined;
  }
}

function releaseIfMine(directory: string | undefined, name: string): void {
  if (directory === undefined) {
    return;
  }
  const file = fileOf(directory, name);
  const mine = ownProcess();
  const holder = readHolder(file);
  if (holder?.pid === mine.pid && holder.startMark === mine.startMark) {
    rmSync(file, { force: true });
  }
}
