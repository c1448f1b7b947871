// Where the files are that are to be sent: on this machine or on another one. What is asked of both.

import type { AskedFile } from "./send-file-arguments.ts";
import { type FoundFile, findFile, type OpenFile, openFile } from "./send-file-open.ts";
import type { Disk, Place } from "./send-file-place.ts";

/** What can't be found or opened is a sentence about "it". */
export interface FileSource {
  /** What `~` means; absolute. */
  readonly home: () => Promise<string>;
  /** Looks at names alone: nothing is opened. */
  readonly find: (files: readonly AskedFile[], place: Place) => Promise<readonly (FoundFile | string)[]>;
  /** In order; each is to be closed by whoever gets it. */
  readonly open: (
    files: readonly AskedFile[],
    place: Place,
    signal: AbortSignal,
  ) => AsyncIterable<readonly [AskedFile, OpenFile | string]>;
}

export function localSource(home: string, disk: Disk): FileSource {
  return {
    home: async () => home,
    find: (files, place) => Promise.all(files.map((file) => findFile(file, place, disk))),
    async *open(files, place) {
      for (const file of files) {
        yield [file, await openFile(file, place, disk)];
      }
    },
  };
}
