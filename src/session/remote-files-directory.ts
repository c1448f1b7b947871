// The directory for one session's files on another machine. Its path is chosen here; the shell around Claude makes it, and
// so does the first file that is saved. If something else has taken its place, such as a link, nothing is written or
// counted through it.

import { randomInt } from "node:crypto";
import { RemoteError } from "../remote/error.ts";
import { transferMs } from "../remote/transfer.ts";
import type { RemoteShell, RunScript, ScriptOutcome } from "../remote/types.ts";
import { lastWords } from "../util/last-words.ts";
import type { Log } from "../util/log.ts";
import { named } from "../util/named.ts";
import { isRoom, MAX_DIRECTORY_BYTES, MAX_DIRECTORY_FILES, type SavedFiles } from "../util/saved-files.ts";
import type { FilesDirectory } from "./files-directory.ts";

/** That machine's own variables are not known here, and each has this place. */
const START = "/tmp/mm-claude-";
const OURS = /^\/tmp\/mm-claude-[A-Za-z0-9]{12}$/;
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const REMOVED_WITHIN_MS = 15_000;

/** While its machine is away it is tried again, for about a day. */
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 3_600_000;
const MOST_TRIES = 30;

export type RunLater = (run: () => void, ms: number) => void;

/** mm-claude's end waits for none of it. */
const keepingNobody: RunLater = (run, ms) => void setTimeout(run, ms).unref();

export class RemoteFilesDirectory implements FilesDirectory {
  readonly #log: Log;
  readonly #later: RunLater;
  readonly #shell: RemoteShell;
  #files: RemoteFiles | undefined;

  /** `path`: one that an earlier run has chosen; of a project that was on this machine then, it is another's. */
  constructor(log: Log, shell: RemoteShell, path: string | undefined, later: RunLater = keepingNobody) {
    this.#log = log;
    this.#later = later;
    this.#shell = shell;
    this.#files = path !== undefined && OURS.test(path) ? new RemoteFiles(shell, path) : undefined;
  }

  get path(): string | undefined {
    return this.#files?.directory;
  }

  get files(): SavedFiles | undefined {
    return this.#files;
  }

  make(): string {
    this.#files ??= new RemoteFiles(this.#shell, START + twelveLetters());
    return this.#files.directory;
  }

  async remove(): Promise<void> {
    const files = this.#files;
    this.#files = undefined;
    if (files) {
      await this.#remove(files, 0);
    }
  }

  async #remove(files: RemoteFiles, tries: number): Promise<void> {
    try {
      await files.remove();
    } catch (error) {
      const isTriedAgain = error instanceof RemoteError && tries < MOST_TRIES;
      if (isTriedAgain) {
        const ms = Math.min(FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS);
        this.#later(() => void this.#remove(files, tries + 1), ms);
      }
      if (tries === 0 || !isTriedAgain) {
        const what = `${files.directory} on ${this.#shell.remote.name} could not be removed`;
        this.#log.warn(isTriedAgain ? `${what} now, and is tried again` : what, error);
      }
    }
  }
}

const twelveLetters = (): string =>
  Array.from({ length: 12 }, () => LETTERS[randomInt(LETTERS.length)]).join("");

class RemoteFiles implements SavedFiles {
  readonly directory: string;
  readonly #run: RunScript;
  #last: Promise<unknown> = Promise.resolve();
  #isRemoved = false;

  constructor({ run }: RemoteShell, directory: string) {
    this.directory = directory;
    this.#run = run;
  }

  async hasRoomFor(name: string, bytes: number): Promise<boolean> {
    const outcome = await this.#run(COUNT, [this.directory, name, String(MAX_DIRECTORY_FILES)]);
    if (outcome.code === MISSING) {
      return true;
    }
    unlessFailed(outcome);
    const [filesNow = 0, bytesNow = 0] = outcome.output.toString().trim().split(" ").map(Number);
    return isRoom({ files: filesNow, bytes: bytesNow }, bytes);
  }

  /** One after the other: what else is there of a file's beginning is left of a connection that broke. */
  save(name: string, bytes: Uint8Array): Promise<string | undefined> {
    const saving = this.#last.then(() => this.#save(name, bytes));
    this.#last = saving.catch(() => {});
    return saving;
  }

  async #save(name: string, bytes: Uint8Array): Promise<string | undefined> {
    if (this.#isRemoved) {
      throw new Error(GONE);
    }
    const numbers = [MAX_DIRECTORY_FILES, MAX_DIRECTORY_BYTES, bytes.byteLength].map(String);
    const outcome = await this.#run(SAVE, [this.directory, name, ...numbers], {
      input: bytes,
      timeoutMs: transferMs(bytes.byteLength),
    });
    if (outcome.code === FULL) {
      return undefined;
    }
    unlessFailed(outcome);
    return `${this.directory}/${name}`;
  }

  /** What is being saved would make it again. */
  async remove(): Promise<void> {
    this.#isRemoved = true;
    await this.#last;
    unlessFailed(await this.#run(REMOVE, [this.directory], { timeoutMs: REMOVED_WITHIN_MS }));
  }
}

const GONE = "the directory for it is no longer there";

function unlessFailed({ code, said }: ScriptOutcome): void {
  if (code !== 0) {
    const words = lastWords(said);
    const why = words === "" ? `the shell there ended with ${code}` : named(words);
    // It goes into the thread.
    throw new Error(code === FOREIGN ? GONE : why);
  }
}

/** How a script ends. */
const MISSING = 20;
const FOREIGN = 21;
const FULL = 22;

/** In `$1`, if it is a directory of this user's and no link: `ls` looks at it once for both. */
const ENTER = `
listed=$(ls -ldn "$1" 2>/dev/null) || exit ${MISSING}
own() { case $1 in d*) [ "$3" = "$(id -u)" ] ;; *) false ;; esac; }
own $listed || exit ${FOREIGN}
cd "$1" || exit
`;

/** What is in it and below, without \`$2\`; stops counting soon after \`$3\` files. */
const USAGE = `
usage() {
  find . -exec sh -c '
    set -f
    name=$1 most=$2 n=0
    shift 2
    size() { echo "$5"; }
    for f; do
      if [ "$f" = . ] || [ "$f" = "./$name" ]; then continue; fi
      n=$((n + 1))
      if [ -d "$f" ] && [ ! -L "$f" ]; then echo 0; else size $(ls -ldn "$f" 2>/dev/null); fi
      if [ $n -gt "$most" ]; then break; fi
    done
  ' sh "$2" "$3" {} + 2>/dev/null | {
    n=0 bytes=0
    while [ $n -le "$3" ] && read -r size; do
      case $size in "" | *[!0-9]*) size=0 ;; esac
      n=$((n + 1)) bytes=$((bytes + size))
    done
    echo "$n $bytes"
  }
}
`;

const COUNT = `${ENTER}${USAGE}usage "$@"`;

/** `$1` directory, `$2` name, `$3` and `$4` the most files and bytes, `$5` the size of what comes. */
const SAVE = `
umask 077
mkdir "$1" 2>/dev/null
${ENTER}${USAGE}
chmod 700 .
rm -f ./.part-*
counted=$(usage "$@")
if [ "\${counted% *}" -ge "$3" ] || [ $((\${counted#* } + $5)) -gt "$4" ]; then exit ${FULL}; fi
part=./.part-$$
trap 'rm -f "$part"' EXIT
trap 'exit 1' HUP INT TERM PIPE
cat >"$part" || exit
[ "$(($(wc -c <"$part")))" -eq "$5" ] || { echo 'not all of it arrived' >&2; exit 1; }
rm -f "./$2" && mv "$part" "./$2"
`;

/** With it those of earlier runs that are empty for a day: if somebody has one after all, it is made again. */
const REMOVE = `
find /tmp/mm-claude-???????????? -prune -type d -user "$(id -u)" -mtime +0 -exec rmdir {} ';' 2>/dev/null
rm -rf "$1"
`;
