// The files around a repository on another machine: a script each.

import { homeIn } from "../remote/script.ts";
import type { RemoteShell } from "../remote/types.ts";
import { named } from "../util/named.ts";
import { type Files, lineOf } from "./git.ts";
import { Refusal } from "./refusal.ts";

const TEXT_BYTES = 1024 * 1024;

export function filesThere({ remote, run }: RemoteShell): Files {
  const done = async (script: string, path: string, maxBytes?: number): Promise<string> => {
    const outcome = await run(`${AT_HOME}\n${script}`, [path], { maxBytes });
    if (outcome.code !== 0 && !outcome.isCut) {
      throw new Refusal(
        `Files could not be read or written on ${named(remote.name)}: ${named(outcome.said || path)}`,
      );
    }
    return lineOf(outcome);
  };
  return {
    exists: async (path) => (await done('if [ -e "$1" ]; then echo yes; fi', path)) === "yes",
    realPath: (directory) => done('unset CDPATH; cd -- "$1" && pwd -P', directory),
    text: (path) => done('cat "$1" 2>/dev/null || :', path, TEXT_BYTES),
    kind: async (path) => {
      const kind = await done(KIND, path);
      return kind === "directory" || kind === "other" ? kind : undefined;
    },
    makeDirectory: async (path) => void (await done('mkdir -- "$1"', path)),
    makePrivate: (path) => done('umask 077; mkdir -p -- "$1" && cd -- "$1" && pwd -P', path),
    remove: async (path) => void (await done('rm -rf -- "$1"', path)),
  };
}

/** The project's own directory may be written so. */
const AT_HOME = `path=$1\n${homeIn("path")}\nset -- "$path"`;

const KIND = `
if [ -d "$1" ] && [ ! -L "$1" ]; then echo directory; elif [ -e "$1" ] || [ -L "$1" ]; then echo other; fi
`;
