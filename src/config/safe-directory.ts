// Directories in which Claude could read the bot's token, change who may do what, or reach all of a person's files.
// Judged by where they really are.

import { lstatSync, readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, join, posix, resolve } from "node:path";
import { type Places, settingsFolders } from "./files.ts";

export interface OwnPlaces {
  readonly places: Places;
  /** The folder with mm-claude's state of all servers and bots. */
  readonly stateRoot: string;
}

/** Tells why Claude should not work in a directory, in a clause about it; undefined when it may. */
export function dangerJudge({ places, stateRoot }: OwnPlaces): (directory: string) => string | undefined {
  const home = realPlace(places.home);
  const owned = [...settingsFolders(places), stateRoot].map((own) => ({ own, real: realPlace(own) }));
  return (directory) => {
    const real = realPlace(directory);
    if (real === "/") return "it is all of this machine";
    if (real === home) return "it is your home directory, with all your files";
    const held = owned.find((one) => isWithin(one.real, real));
    if (held !== undefined) return `it holds mm-claude's own files (${held.own})`;
    const around = owned.find((one) => isWithin(real, one.real));
    return around && `it is inside of mm-claude's own files (${around.own})`;
  };
}

/** As the judge of this machine does, of a directory on another one, which nothing is known of but its name. */
export function dangerElsewhere(directory: string): string | undefined {
  const home = "/home/of-somebody";
  const plain = posix.join(directory.replace(/^~(?=\/|$)/, home), "/");
  if (plain === "/") return "it is all of that machine";
  return `${home}/`.startsWith(plain) && directory.startsWith("~")
    ? "it is the home directory there, with all files in it"
    : undefined;
}

/** Also where they are the same. */
function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === "/" ? folder : `${folder}/`);
}

/** As many as Linux follows. */
const MOST_LINKS = 40;

/** Without links, also as far as a path exists that does not exist as a whole. */
export function realPlace(path: string, links = MOST_LINKS): string {
  try {
    return realpathSync.native(path);
  } catch {
    const folder = dirname(path);
    if (folder === path) return path;
    const target = linkTarget(path);
    return target === undefined || links === 0
      ? join(realPlace(folder, links), basename(path))
      : realPlace(resolve(realPlace(folder, links), target), links - 1);
  }
}

/** Of a link that leads nowhere yet. */
function linkTarget(path: string): string | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch {
    return undefined;
  }
}
