// The directory for the attached files of one session, on the machine where Claude works. It is made when it is needed
// and removed with the session. Knows nothing of messages.

import type { RemoteShell } from "../remote/types.ts";
import type { Log } from "../util/log.ts";
import type { SavedFiles } from "../util/saved-files.ts";
import { LocalFilesDirectory } from "./local-files-directory.ts";
import { RemoteFilesDirectory, type RunLater } from "./remote-files-directory.ts";

export interface FilesDirectory {
  readonly path: string | undefined;
  /** What is saved in it; undefined when there is no such place. */
  readonly files: SavedFiles | undefined;
  /** Its path; undefined when there is no room for it: that keeps files from Claude, and nothing else. */
  make(): string | undefined;
  /** With all in it; what can't be removed is told to the log, and tried again when its machine was away. Never rejects. */
  remove(): Promise<void>;
}

interface FilesDirectoryOptions {
  readonly log: Log;
  readonly shell?: RemoteShell | undefined;
  readonly later?: RunLater;
}

/** `path`: one that an earlier run has made. */
export function filesDirectoryOf(
  { log, shell, later }: FilesDirectoryOptions,
  path: string | undefined,
): FilesDirectory {
  return shell ? new RemoteFilesDirectory(log, shell, path, later) : new LocalFilesDirectory(log, path);
}
