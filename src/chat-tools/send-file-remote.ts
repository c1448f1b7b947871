// The files of another machine that are to be sent. Where a path leads is found out there, as it is here; what may be sent
// is brought here, into a file that has no name, and is looked at and uploaded from there. A link that is swapped in the
// meantime leads to nothing: what is brought is what was judged.

import { writeSync } from "node:fs";
import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { RemoteError } from "../remote/error.ts";
import { transferMs } from "../remote/transfer.ts";
import type { RemoteShell } from "../remote/types.ts";
import { lastWords } from "../util/last-words.ts";
import type { AskedFile } from "./send-file-arguments.ts";
import { UnfitContent } from "./send-file-content.ts";
import { looksSecret } from "./send-file-names.ts";
import { CHANGED, type FoundFile, noFile, type OpenFile, reasonOf } from "./send-file-open.ts";
import { FETCH, FIND, FIND_FIELDS, HOME, IS_CHANGED, IS_OTHER, IS_UNREADABLE } from "./send-file-scripts.ts";
import type { FileSource } from "./send-file-source.ts";

/** No system takes more of a path. */
const MOST_PATH_BYTES = 4096;

interface ThereFile extends FoundFile {
  readonly size: number;
  readonly isReadable: boolean;
  /** By what it is known again: its inode and its real path. */
  readonly mark: string;
  /** Changes with its content. */
  readonly state: string;
}

export function remoteSource(shell: RemoteShell): FileSource {
  return {
    async home() {
      const { output } = await shell.run(HOME);
      return output.toString();
    },
    find: (files, { directory }) => findThere(shell, files, directory),
    async *open(files, { directory }, signal) {
      const found = await findThere(shell, files, directory, signal);
      for (const [at, file] of files.entries()) {
        const one = found[at] ?? reasonOf("ENOENT");
        const isGiven = typeof one !== "string" && one.isReadable;
        const refusal = typeof one === "string" ? one : reasonOf("EACCES");
        yield [file, isGiven ? opened(shell, one, directory) : refusal];
      }
    },
  };
}

/** One look for all: each takes a way there and back. */
async function findThere(
  { run }: RemoteShell,
  files: readonly AskedFile[],
  directory: string,
  signal?: AbortSignal,
): Promise<readonly (ThereFile | string)[]> {
  const isTooLong = ({ path }: AskedFile): boolean => Buffer.byteLength(path) > MOST_PATH_BYTES;
  const askable = files.filter((file) => !isTooLong(file));
  try {
    const args = [directory, ...askable.map(({ path }) => path)];
    const { output, said } = askable.length > 0 ? await run(FIND, args, { signal }) : NOTHING;
    // A name may hold any byte but this one.
    const fields = output.toString().split("\0");
    return files.map((file) => {
      if (isTooLong(file)) {
        return reasonOf("ENAMETOOLONG");
      }
      const own = fields.splice(0, FIND_FIELDS);
      return own.length < FIND_FIELDS ? `it can't be looked at: ${lastWords(said)}` : judged(file, own);
    });
  } catch (error) {
    if (error instanceof RemoteError) {
      return files.map(() => error.plain);
    }
    throw error;
  }
}

const NOTHING = { output: Buffer.alloc(0), said: "" };

function judged(asked: AskedFile, fields: readonly string[]): ThereFile | string {
  const [
    why = "",
    realPath = "",
    isInside = "",
    top = "",
    isReadable = "",
    size = "",
    mark = "",
    state = "",
  ] = fields;
  if (why !== "") {
    return why === "EISDIR" ? noFile(true) : reasonOf(why);
  }
  const directories = dirname(realPath)
    .slice(isInside ? top.length : 0)
    .split("/")
    .filter((name) => name !== "");
  const names = [realPath, asked.path].map((path) => basename(path));
  return {
    asked,
    realPath,
    isInside: isInside !== "",
    isSecret: looksSecret(names, directories),
    isReadable: isReadable !== "",
    size: Number(size),
    mark,
    state,
  };
}

function opened(shell: RemoteShell, file: ThereFile, directory: string): OpenFile {
  const { asked, realPath, isInside, isSecret, size } = file;
  let fetched: Promise<Fetched> | undefined;
  return {
    ...{ asked, realPath, isInside, isSecret, size },
    async content(signal) {
      fetched ??= fetchFile(shell, file, directory, signal);
      return (await fetched).handle;
    },
    // What is brought here is of one moment, and nothing that is done there later gets into it.
    watch: async () => async () => (await fetched)?.isChanged === true,
    async close() {
      const { handle } = (await fetched?.catch(() => undefined)) ?? {};
      await handle?.close();
    },
  };
}

interface Fetched {
  readonly handle: FileHandle;
  readonly isChanged: boolean;
}

async function fetchFile(
  { run }: RemoteShell,
  { asked, mark, size, state }: ThereFile,
  directory: string,
  signal: AbortSignal,
): Promise<Fetched> {
  const handle = await nameless();
  const full = new AbortController();
  const onOutput = (bytes: Uint8Array): void => {
    try {
      for (let at = 0; at < bytes.length && !full.signal.aborted; ) {
        at += writeSync(handle.fd, bytes, at);
      }
    } catch (error) {
      const why = error instanceof Error ? error.message : error;
      full.abort(new UnfitContent(`it can't be kept on its way to the server (${why})`));
    }
  };
  try {
    // The system's own files have no size, and one byte tells them from empty ones.
    const most = Math.max(1, size);
    const { code, said } = await run(FETCH, [directory, asked.path, mark, state, String(most)], {
      timeoutMs: transferMs(size),
      maxBytes: most,
      onOutput,
      signal: AbortSignal.any([signal, full.signal]),
    });
    if (code !== 0 && code !== IS_CHANGED) {
      throw new UnfitContent(REFUSALS[code] ?? `it can't be read: ${lastWords(said)}`);
    }
    return { handle, isChanged: code === IS_CHANGED };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

const REFUSALS: Readonly<Record<number, string>> = {
  [IS_OTHER]: CHANGED,
  [IS_UNREADABLE]: reasonOf("EACCES"),
};

/** A file of this process alone, which is gone with it. */
async function nameless(): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), "mm-claude-"));
  try {
    return await open(join(folder, "file"), "wx+", 0o600);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
