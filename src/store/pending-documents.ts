// Documents that are not on the disk yet. Writing never blocks the event loop. What changes again before it is written
// is written once. All that somebody waits for at the same time is committed together, so that many sessions share one
// sync of the disk; of what nobody waits for, a few go along with each commit.

import { join } from "node:path";
import type { Clock, Timer } from "../util/clock.ts";
import { type DurableFiles, syncFolder } from "./durable-file.ts";
import { GrowingFile } from "./growing-file.ts";

/**
 * For changes that nobody waits for, such as words that grow. After a crash these are found again elsewhere, and to
 * write each of them at once would take more time than all else that is done for Claude's words.
 */
const LAZY_MS = 5000;
/** So many don't make a commit noticeably longer for those that wait for it. */
const ALONG = 8;
/** Node has four threads for files (UV_THREADPOOL_SIZE). They find the next step waiting: to wake one costs more than it. */
const AT_ONCE = 16;
/** Files that are added to are closed at the next write after this: a document that rests needs no descriptor. Posts grow each two seconds. */
const OPEN_MS = 10_000;

export interface PendingOptions {
  readonly folder: string;
  readonly clock: Clock;
  readonly files: DurableFiles;
  readonly mode: number;
  /** So many files are kept open, to be added to. */
  readonly mostOpen: number;
  /** Of the file that has this path now; undefined when none has. */
  readonly inodeOf: (path: string) => number | undefined;
  /** The document in that file. */
  readonly read: (path: string) => string;
  /** The folder may have been taken away while the daemon runs. */
  readonly makeFolder: () => void;
  readonly onWritten: () => void;
  readonly onFailed: (error: unknown) => void;
}

interface Change {
  /** Called when it is written; undefined: the document is to go. */
  text: (() => string) | undefined;
  isDue: boolean;
  /** It is committed before all that nobody waits for. */
  isAwaited: boolean;
  timer: Timer | undefined;
  readonly written: Promise<void>;
  readonly settle: () => void;
}

export class PendingDocuments {
  readonly #options: PendingOptions;
  readonly #files: DurableFiles;
  readonly #changed = new Map<string, Change>();
  readonly #underWay = new Map<string, Change>();
  /** Those that were written last, by their names; the newest is the last. */
  readonly #open = new Map<string, { readonly growing: GrowingFile; readonly at: number }>();
  /** Files with more than one version in them, open or not. */
  readonly #grown = new Set<string>();
  #running: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: PendingOptions) {
    this.#options = options;
    this.#files = { ...options.files, open: (...args) => this.#openFile(...args) };
  }

  /** From now on the file says what `text` gives, or is gone. It is written sooner or later. */
  change(file: string, text: (() => string) | undefined): void {
    const known = this.#changed.get(file);
    if (known) {
      known.text = text;
      return;
    }
    const { clock } = this.#options;
    const change = newChange(text);
    if (!this.#isClosed) {
      change.timer = clock.setTimeout(() => this.#makeDue(change), LAZY_MS);
    }
    this.#changed.set(file, change);
  }

  /**
   * Writes it now, or `isPatient`: as soon as nothing else is waited for. Undefined when the disk has it; resolves when it
   * does, or when that has failed.
   */
  whenWritten(file: string, { isPatient = false } = {}): Promise<void> | undefined {
    const change = this.#changed.get(file);
    if (change) {
      change.isAwaited ||= !isPatient;
      this.#makeDue(change);
    }
    return (change ?? this.#underWay.get(file))?.written;
  }

  /** An earlier run has left more than one version in it. */
  noteGrown(file: string): void {
    this.#grown.add(file);
  }

  /** It is another's now, or gone. */
  forgetGrown(file: string): void {
    this.#grown.delete(file);
  }

  /** Resolves when all is written that is being written now. */
  async whenAllWritten(): Promise<void> {
    const due = [...this.#changed.values()].filter(({ isDue }) => isDue);
    await Promise.all([...due, ...this.#underWay.values()].map(({ written }) => written));
  }

  /** Writes all there is, each file anew, and nothing by itself from then on. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const file of [...this.#changed.keys()]) {
      void this.whenWritten(file);
    }
    await this.whenAllWritten();
    const { folder, inodeOf, read } = this.#options;
    const isThere = (file: string): boolean => inodeOf(join(folder, file)) !== undefined;
    // Other versions know of one document in a file. What could not be written just now is tried once more, and what was
    // taken away is not made again.
    for (const file of [...this.#grown].filter((one) => !this.#changed.has(one) && isThere(one))) {
      this.change(file, () => read(join(folder, file)));
    }
    for (const file of [...this.#changed.keys()]) {
      void this.whenWritten(file);
    }
    await this.whenAllWritten();
    await this.#leaveAll();
  }

  #makeDue(change: Change): void {
    this.#options.clock.clearTimeout(change.timer);
    change.isDue = true;
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    // Not at once: what else changes in this moment goes along.
    await Promise.resolve();
    for (let due = this.#takeDue(); due.length > 0; due = this.#takeDue()) {
      await this.#commit(due);
    }
    // At the same moment as the last look: what changes later starts a run of its own.
    this.#running = undefined;
  }

  #takeDue(): (readonly [string, Change])[] {
    const all = [...this.#changed].filter(([, { isDue }]) => isDue);
    const awaited = all.filter(([, { isAwaited }]) => isAwaited);
    const others = all.filter(([, { isAwaited }]) => !isAwaited);
    const due = [...awaited, ...others.slice(0, ALONG)];
    for (const [file, change] of due) {
      this.#changed.delete(file);
      this.#underWay.set(file, change);
    }
    return due;
  }

  async #commit(due: readonly (readonly [string, Change])[]): Promise<void> {
    const { folder, onFailed, onWritten } = this.#options;
    const failed = new Set<Change>();
    const fail = (change: Change, error: unknown): void => {
      failed.add(change);
      onFailed(error);
    };
    const waiting = [...due];
    const named: (readonly [string, Change])[] = [];
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        try {
          const isNamed = await this.#write(...next);
          named.push(...(isNamed ? [next] : []));
        } catch (error) {
          fail(next[1], error);
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    if (named.length > 0) {
      await syncFolder(folder, this.#files).catch((error: unknown) => {
        for (const [file, change] of named) {
          this.#leave(file);
          fail(change, error);
        }
      });
    }
    if (failed.size === 0) {
      onWritten();
    }
    for (const [file, change] of due) {
      this.#underWay.delete(file);
      if (failed.has(change) && !this.#changed.has(file)) {
        this.change(file, change.text);
      }
      change.settle();
    }
  }

  /** True when its name is new, or gone. */
  async #write(file: string, { text }: Change): Promise<boolean> {
    const { folder, inodeOf, makeFolder, mode } = this.#options;
    const files = this.#files;
    const path = join(folder, file);
    if (text === undefined) {
      this.#leave(file);
      this.#grown.delete(file);
      await files.rm(path, { force: true });
      return true;
    }
    const json = text();
    const known = this.#open.get(file)?.growing;
    this.#open.delete(file);
    if (known && !this.#isClosed && (await known.add(json))) {
      this.#grown.add(file);
      this.#keepOpen(file, known);
      return false;
    }
    await known?.close();
    makeFolder();
    this.#keepOpen(file, await GrowingFile.replace(json, { path, mode, files, inodeOf }));
    this.#grown.delete(file);
    return true;
  }

  #keepOpen(file: string, growing: GrowingFile): void {
    const now = this.#options.clock.now();
    this.#open.set(file, { growing, at: now });
    for (const [oldest, { at }] of this.#open) {
      if (!this.#isClosed && at > now - OPEN_MS && this.#open.size <= this.#options.mostOpen) {
        break;
      }
      this.#leave(oldest);
    }
  }

  /** Files that are open only for what may change next give way to one that is needed. */
  async #openFile(...args: Parameters<DurableFiles["open"]>): ReturnType<DurableFiles["open"]> {
    for (;;) {
      try {
        return await this.#options.files.open(...args);
      } catch (error) {
        if (!isForWantOfFiles(error) || this.#open.size === 0) {
          throw error;
        }
        await this.#leaveAll();
      }
    }
  }

  async #leaveAll(): Promise<void> {
    const all = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(all.map(({ growing }) => growing.close()));
  }

  #leave(file: string): void {
    void this.#open.get(file)?.growing.close();
    this.#open.delete(file);
  }
}

function isForWantOfFiles(error: unknown): boolean {
  return error instanceof Error && "code" in error && ["EMFILE", "ENFILE"].includes(String(error.code));
}

function newChange(text: Change["text"]): Change {
  let settle = (): void => {};
  const written = new Promise<void>((resolve) => {
    settle = resolve;
  });
  return { text, isDue: false, isAwaited: false, timer: undefined, written, settle };
}
