// The one writer of a channel's audit trail: appends a line for each decision, chained to the one before. Never throws:
// what can't be written waits, and the person who runs the daemon is told once. Refuses to judge what it finds there.

import * as nodeFs from "node:fs";
import { closeSync, constants, fchmodSync, fstatSync, lstatSync } from "node:fs";
import type { Log } from "../util/log.ts";
import { linesBackwards, openRegular, readHead, trailFiles } from "./files.ts";
import { type AuditEntry, decodeRecord, encodeRecord, hashOf, type Mark, START } from "./record.ts";

/** What a disk that fails is played with. */
export type TrailDisk = Pick<
  typeof nodeFs,
  "ftruncateSync" | "renameSync" | "rmSync" | "writeFileSync" | "writeSync"
>;

export interface AuditTrail {
  append(entry: AuditEntry): void;
}

export interface AuditTrailOptions {
  /** The state folder; it exists. */
  readonly folder: string;
  /** The channel's id. */
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: Log;
  /** Takes secrets out of a line before it is written. */
  readonly redact: (line: string) => string;
  readonly disk?: TrailDisk;
}

const { O_APPEND, O_CREAT, O_RDWR } = constants;
/** What waits for a disk to have room again; more is lost, and the next line says how much. */
const MAX_WAITING = 1000;

interface Waiting {
  readonly entry: AuditEntry;
  readonly at: number;
  readonly lost: number;
}

interface OpenFile {
  readonly fd: number;
  readonly ino: number;
  size: number;
  /** The last line has no newline. */
  isHalf: boolean;
}

export function openAuditTrail(options: AuditTrailOptions): AuditTrail {
  const { folder, name, now, log, redact, disk = nodeFs } = options;
  const files = trailFiles(folder, name);
  const draft = `${files.head}.${process.pid}.tmp`;
  const waiting: Waiting[] = [];
  let lost = 0;
  let newest: Mark | undefined;
  let file: OpenFile | undefined;
  let isFailing = false;

  /** The file, at its end; opened again when somebody else has moved, cut or written it. */
  const current = (): OpenFile => {
    if (file !== undefined) {
      const there = lstatSync(files.lines, { throwIfNoEntry: false });
      if (there?.ino === file.ino && there.size === file.size) return file;
      log.error(
        `${files.lines} was changed by another program. To see what is missing: mm-claude audit --verify`,
      );
      closeSync(file.fd);
      file = undefined;
    }
    file = openFile();
    return file;
  };

  const openFile = (): OpenFile => {
    const fd = openRegular(files.lines, O_RDWR | O_APPEND | O_CREAT, 0o600);
    try {
      const { ino, size, mode } = fstatSync(fd);
      if ((mode & 0o777) !== 0o600) closeToOthers(fd);
      const tail = readTail(fd, size);
      newest = [newest, knownHead(), tail.newest].reduce<Mark>(
        // Of two lines with one number the one we know ourselves counts: then the change shows.
        (best, mark) => (mark !== undefined && mark.seq > best.seq ? mark : best),
        START,
      );
      if (newest.seq > tail.newest.seq) {
        log.error(`${files.lines} lacks its end. To see what is missing: mm-claude audit --verify`);
      }
      disk.rmSync(draft, { force: true });
      return { fd, ino, size, isHalf: tail.isHalf };
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  };

  const closeToOthers = (fd: number): void => {
    try {
      fchmodSync(fd, 0o600);
    } catch (error) {
      // Also a file that can only be appended to says no: it is the better trail of the two.
      log.warn(`${files.lines} may be read by others`, error);
    }
  };

  const knownHead = (): Mark | undefined => {
    try {
      return readHead(files);
    } catch (error) {
      log.warn(`${files.head} can't be used, so it is not known whether the trail is complete`, error);
      return undefined;
    }
  };

  const writeNext = ({ entry, at, lost: lostBefore }: Waiting): void => {
    const into = current();
    const after = newest ?? START;
    let line: Buffer;
    try {
      line = Buffer.from(redact(encodeRecord(entry, { after, at, lost: lostBefore })));
    } catch (error) {
      waiting.shift();
      lost += 1 + lostBefore;
      log.error(`A decision (${entry.action}) could not be put in words for the audit trail`, error);
      return;
    }
    appendTo(into, Buffer.concat([Buffer.from(into.isHalf ? "\n" : ""), line, Buffer.from("\n")]));
    newest = { seq: after.seq + 1, hash: hashOf(line) };
    waiting.shift();
    writeHead(newest);
  };

  const appendTo = (into: OpenFile, bytes: Buffer): void => {
    let written = 0;
    try {
      while (written < bytes.length) {
        written += disk.writeSync(into.fd, bytes, written, bytes.length - written);
      }
    } catch (error) {
      if (written > 0) takeBack(into, written);
      throw error;
    }
    into.size += bytes.length;
    into.isHalf = false;
  };

  /** A full disk took the start of a line only. */
  const takeBack = (into: OpenFile, written: number): void => {
    try {
      disk.ftruncateSync(into.fd, into.size);
    } catch {
      into.size += written;
      into.isHalf = true;
    }
  };

  const writeHead = (mark: Mark): void => {
    try {
      disk.writeFileSync(draft, JSON.stringify(mark), { mode: 0o600, flag: "wx" });
      disk.renameSync(draft, files.head);
    } catch (error) {
      disk.rmSync(draft, { force: true });
      throw error;
    }
  };

  const flush = (): void => {
    try {
      if (waiting.length === 0) current();
      for (let next = waiting[0]; next !== undefined; next = waiting[0]) writeNext(next);
    } catch (error) {
      if (!isFailing) {
        isFailing = true;
        log.error(
          `${files.lines} can't be written: what people decide is not recorded. Make room or mend its rights`,
          error,
        );
      }
      return;
    }
    if (isFailing) {
      isFailing = false;
      const missing = lost === 0 ? "nothing was lost" : `${lost} records were lost`;
      log.info(`${files.lines} can be written again; ${missing}.`);
    }
  };

  flush();
  return {
    append(entry) {
      if (waiting.length >= MAX_WAITING) flush();
      if (waiting.length >= MAX_WAITING) {
        lost += 1;
        return;
      }
      waiting.push({ entry, at: now(), lost });
      lost = 0;
      flush();
    },
  };
}

/** The newest line that is a record; what is damaged after it is passed over. */
function readTail(fd: number, size: number): { readonly newest: Mark; readonly isHalf: boolean } {
  let isHalf = false;
  let isLast = true;
  for (const line of linesBackwards(fd, size)) {
    if (isLast) isHalf = line.length > 0;
    isLast = false;
    const record = decodeRecord(line);
    if (record) return { newest: { seq: record.seq, hash: hashOf(line) }, isHalf };
  }
  return { newest: START, isHalf };
}
