// The one writer of a channel's audit trail: appends a line for each decision, chained to the one before. Never throws:
// what can't be written waits, and the person who runs the daemon is told once. Does not check what is already in the
// trail.

import * as nodeFs from "node:fs";
import type { Log } from "../util/log.ts";
import * as files from "./files.ts";
import { type AuditEntry, type ChainLink, decodeRecord, encodeRecord, hashOf, START } from "./record.ts";

export interface AuditTrailOptions {
  /** The state folder; it exists. */
  readonly folder: string;
  readonly channelId: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: Log;
  /** Takes secrets out of a line before it is written. */
  readonly redact: (line: string) => string;
  /** What would make a file larger goes into a new one. */
  readonly maxFileBytes?: number;
  /** What is older than so many files is removed. */
  readonly maxFiles?: number;
  readonly fs?: WritingFs;
}

/** All that changes what is on the disk. */
type WritingFs = Pick<
  typeof nodeFs,
  "ftruncateSync" | "renameSync" | "rmSync" | "writeFileSync" | "writeSync"
>;

/** What waits for a disk to have room again; more is lost, and the next line says how much. */
const MAX_WAITING = 1000;
const HOW_TO_SEE = "To see what is missing: mm-claude audit --verify";

type Waiting = { readonly entry: AuditEntry; readonly at: number; readonly lost: number };

export class AuditTrail {
  readonly #options: Required<AuditTrailOptions>;
  readonly #waiting: Waiting[] = [];
  #lost = 0;
  #isFailing = false;
  #newest = START;
  #dropped = 0;
  /** Of the file that is written. */
  #firstSeq = 1;
  /** How large we have left that file; less than 0 when it must be looked at again. */
  #size = -1;
  /** Its last line has no newline. */
  #isHalf = false;

  constructor(options: AuditTrailOptions) {
    const { folder, channelId, now, log, redact, fs = nodeFs } = options;
    const { maxFileBytes = Infinity, maxFiles = Infinity } = options;
    // Each by name: what is spread takes more memory, and each channel has a trail.
    this.#options = { folder, channelId, now, log, redact, fs, maxFileBytes, maxFiles };
    this.#flush();
  }

  // Made when they are asked for: each channel has a trail, and most of them are seldom written.
  get #trail(): string {
    return files.trailOf(this.#options.folder, this.#options.channelId);
  }

  get #path(): string {
    return files.recordFile(this.#trail, this.#firstSeq);
  }

  append(entry: AuditEntry): void {
    if (this.#waiting.length >= MAX_WAITING) this.#flush();
    if (this.#waiting.length >= MAX_WAITING) {
      this.#lost += 1;
      return;
    }
    this.#waiting.push({ entry, at: this.#options.now(), lost: this.#lost });
    this.#lost = 0;
    this.#flush();
  }

  #flush(): void {
    const { log } = this.#options;
    try {
      if (this.#waiting.length === 0) this.#findEnd();
      for (let next = this.#waiting[0]; next; next = this.#waiting[0]) this.#writeNext(next);
    } catch (error) {
      const words = "can't be written: what people decide is not recorded. Make room or mend its rights";
      if (!this.#isFailing) log.error(`${this.#path} ${words}`, error);
      this.#isFailing = true;
      return;
    }
    const missing = this.#lost === 0 ? "nothing was lost" : `${this.#lost} records were lost`;
    if (this.#isFailing) log.info(`${this.#path} can be written again; ${missing}.`);
    this.#isFailing = false;
  }

  #writeNext({ entry, at, lost }: Waiting): void {
    const { maxFileBytes, redact } = this.#options;
    this.#findEnd();
    const line = Buffer.from(redact(encodeRecord(entry, this.#newest, at, lost)));
    const isFull = this.#size > 0 && this.#size + line.length >= maxFileBytes;
    if (isFull) {
      this.#firstSeq = this.#newest.seq + 1;
      this.#size = files.sizeOf(this.#path);
      this.#isHalf = false;
    }
    this.#append(Buffer.from(`${this.#isHalf ? "\n" : ""}${line}\n`));
    this.#isHalf = false;
    this.#newest = { seq: this.#newest.seq + 1, hash: hashOf(line) };
    this.#waiting.shift();
    this.#writeHead();
    if (isFull) this.#dropOldest();
  }

  #append(bytes: Buffer): void {
    const { fs } = this.#options;
    const fd = files.openToAppend(this.#path);
    const size = this.#size;
    this.#size = -1;
    try {
      for (let done = 0; done < bytes.length; ) done += fs.writeSync(fd, bytes, done, bytes.length - done);
      this.#size = size + bytes.length;
    } finally {
      // A full disk may have taken the start.
      if (this.#size < 0) fs.ftruncateSync(fd, size);
      nodeFs.closeSync(fd);
    }
  }

  #writeHead(): void {
    const { fs } = this.#options;
    const draft = `${files.headFile(this.#trail)}.${process.pid}.tmp`;
    const head = { ...this.#newest, dropped: this.#dropped || undefined };
    fs.rmSync(draft, { force: true });
    try {
      fs.writeFileSync(draft, JSON.stringify(head), { mode: 0o600, flag: "wx" });
      fs.renameSync(draft, files.headFile(this.#trail));
    } catch (error) {
      // A full disk may have taken its start.
      fs.rmSync(draft, { force: true });
      throw error;
    }
  }

  /** The head says what goes before it goes: what else is missing was taken by somebody else. */
  #dropOldest(): void {
    const { fs, maxFiles } = this.#options;
    const all = files.recordFiles(this.#trail);
    const excess = all.slice(0, -maxFiles).map(({ path }) => path);
    const beforeKept = (all[excess.length]?.firstSeq ?? 1) - 1;
    const dropped = Math.min(newestRecord(excess).seq, beforeKept);
    if (dropped > this.#dropped) {
      this.#dropped = dropped;
      this.#writeHead();
    }
    for (const path of excess) fs.rmSync(path, { force: true });
  }

  /** Where to go on from; looked for again when somebody else has moved, cut or written the file. */
  #findEnd(): void {
    const { log } = this.#options;
    if (this.#size === files.sizeOf(this.#path)) return;
    if (this.#size >= 0) log.error(`${this.#path} was changed by another program. ${HOW_TO_SEE}`);
    this.#size = -1;
    const { head, problem } = files.readHead(this.#trail);
    const doubt = `${problem}, so it is not known whether the trail is complete`;
    if (problem && !this.#isFailing) log.warn(doubt);
    this.#dropped = head?.dropped ?? this.#dropped;
    const all = files.recordFiles(this.#trail, this.#dropped);
    const last = newestRecord(all.map(({ path }) => path));
    for (const { seq, hash } of [head ?? START, last]) {
      // Of two lines with one number the one we know ourselves counts: then the change shows.
      if (seq > this.#newest.seq) this.#newest = { seq, hash };
    }
    this.#firstSeq = all.at(-1)?.firstSeq ?? this.#newest.seq + 1;
    nodeFs.closeSync(files.openToAppend(this.#path));
    this.#isHalf = files.endsHalf(this.#path);
    this.#size = files.sizeOf(this.#path);
    if (this.#newest.seq > last.seq) log.error(`${this.#path} lacks its end. ${HOW_TO_SEE}`);
  }
}

/** What is damaged after it is passed over. `paths`: oldest first. */
function newestRecord(paths: readonly string[]): ChainLink {
  for (const path of [...paths].reverse()) {
    for (const line of files.linesOf(path).reverse()) {
      const record = decodeRecord(line);
      if (record) return { seq: record.seq, hash: hashOf(line) };
    }
  }
  return START;
}
