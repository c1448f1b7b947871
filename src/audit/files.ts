// Where a trail is stored and how it is read: never through a link. Each file is named after the number of its first
// record, so a new file can be begun without touching the earlier ones. A trail is identified by the beginning that the
// paths of its files share.

import { closeSync, constants, existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { openRegularFile } from "../util/regular-file.ts";
import { decodeHead, type Head } from "./record.ts";

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_RDONLY, O_WRONLY } = constants;
const NEWLINE = 0x0a;

export function trailOf(folder: string, channelId: string): string {
  // The id comes from a server: it must not lead out of the folder.
  return join(folder, `audit-${channelId.replace(/[^A-Za-z0-9_-]/g, "_")}`);
}

/** Says which record is the newest, so that an end that was cut off is noticed. */
export const headFile = (trail: string): string => `${trail}.head.json`;

export function recordFile(trail: string, firstSeq = 1): string {
  return firstSeq === 1 ? `${trail}.jsonl` : `${trail}.${firstSeq}.jsonl`;
}

/** Those of every server and bot under the state's root; also one of which only the head is left. */
export function findTrails(root: string): string[] {
  const folders = pathsIn(root).filter((path) => lstatSync(path).isDirectory());
  const known = /^(.*\/audit-[\w-]+)(?:(?:\.\d+)?\.jsonl|\.head\.json)$/;
  return [...new Set(folders.flatMap(pathsIn).flatMap((path) => known.exec(path)?.[1] ?? []))].sort();
}

/** Oldest first, without those whose records have all been dropped by rotation. */
export function recordFiles(trail: string, dropped = 0): { path: string; firstSeq: number }[] {
  const [folder, name] = [dirname(trail), basename(trail)];
  return namesIn(folder)
    .filter((file) => file.startsWith(`${name}.`))
    .map((file) => ({ path: join(folder, file), firstSeq: firstSeqOf(file.slice(name.length)) }))
    .filter(({ firstSeq }) => firstSeq > dropped)
    .sort((one, other) => one.firstSeq - other.firstSeq);
}

/** 0 when it is no file of records. */
function firstSeqOf(ending: string): number {
  return ending === ".jsonl" ? 1 : Number(/^\.(\d{1,15})\.jsonl$/.exec(ending)?.[1] ?? 0);
}

const pathsIn = (folder: string): string[] => namesIn(folder).map((name) => join(folder, name));

const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);

/** Nothing of it when there is none. The problem says in words why there is one that can't be used. */
export function readHead(trail: string): { head?: Head; problem?: string } {
  const path = headFile(trail);
  try {
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return {};
    const head = decodeHead(readRegular(path));
    return head ? { head } : { problem: `${path} can't be used (it names no record)` };
  } catch (error) {
    return { problem: `${path} can't be used (${wordsOf(error)})` };
  }
}

/** The lines without their newlines; an unfinished last one too. */
export function linesOf(path: string): Buffer[] {
  const bytes = readRegular(path);
  const lines: Buffer[] = [];
  for (let from = 0; from < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, from);
    lines.push(bytes.subarray(from, newline === -1 ? bytes.length : newline));
    from = newline === -1 ? bytes.length : newline + 1;
  }
  return lines;
}

/** Whether the last line has no newline. */
export const endsHalf = (path: string): boolean => (readRegular(path).at(-1) ?? NEWLINE) !== NEWLINE;

export const sizeOf = (path: string): number => lstatSync(path, { throwIfNoEntry: false })?.size ?? 0;

function readRegular(path: string): Buffer {
  const fd = openRegular(path, O_RDONLY);
  try {
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}

export const openToAppend = (path: string): number => openRegular(path, O_WRONLY | O_APPEND | O_CREAT);

function openRegular(path: string, flags: number): number {
  const isFile = lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? true;
  if (!isFile) throw new Error("a link or a folder stands in its place");
  return openRegularFile(path, flags | O_NOFOLLOW, 0o600);
}

export const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
