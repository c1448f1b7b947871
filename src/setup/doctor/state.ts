// What is wrong with the state that is kept, and with its place: who can read it, what of it could not be read, how much
// it is, and how much more there is room for. Changes nothing.

import { existsSync, readdirSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { QUARANTINED } from "../../store/document-store.ts";
import { isOpenToOthers } from "../token-exposure.ts";
import { isUsableDirectory, sizeOf } from "./paths.ts";
import { type Finding, ok, problem, warning } from "./report.ts";

/** How many bytes can still be written where the path is. */
export type FreeBytes = (path: string) => Promise<number>;

export const freeBytesAt: FreeBytes = async (path) => {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
};

const MEGABYTE = 1_000_000;
const LEAST_FREE_BYTES = 500 * MEGABYTE;

export async function examineState(root: string, freeBytes: FreeBytes): Promise<Finding[]> {
  const place = nearest(root);
  if (!isUsableDirectory(place)) {
    return [
      problem(
        `${root} can't be used to keep sessions over a restart: ${place} can't be written. ` +
          "Mend its rights, or set XDG_STATE_HOME to a directory that can be written.",
      ),
    ];
  }
  const free = await freeBytes(place);
  return [
    ok(`${describe(root)}, ${megabytes(free)} free`),
    ...(free < LEAST_FREE_BYTES
      ? [warning(`Only ${megabytes(free)} are free where ${root} is. Make room: sessions are kept there.`)]
      : []),
    ...stateWarnings(root).map(warning),
  ];
}

/** The path itself, or the nearest above it that exists. */
function nearest(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearest(dirname(path));
}

function describe(root: string): string {
  const files = filesUnder(root);
  if (files.length === 0) return `nothing is kept in ${root} yet`;
  const bytes = files.reduce((sum, path) => sum + sizeOf(path), 0);
  return `${root} holds ${megabytes(bytes)}`;
}

function megabytes(bytes: number): string {
  const number = bytes / MEGABYTE;
  return number >= 10_000
    ? `${Math.floor(number / 1000)} GB`
    : `${number < 10 ? number.toFixed(1) : Math.floor(number)} MB`;
}

/** A sentence each, with the mend; none when there is no state. */
export function stateWarnings(stateRoot: string): string[] {
  const files = filesUnder(stateRoot);
  return [
    ...[stateRoot, ...files]
      .filter(isOpenToOthers)
      .slice(0, 3)
      .map((path) => `${path} can be read by other users of this machine. Run: chmod -R go= ${stateRoot}`),
    ...files
      .filter((path) => path.endsWith(QUARANTINED))
      .slice(0, 3)
      .map(
        (path) =>
          `${path} could not be read, and what it says was not taken up. Its thread or the log of that start says what ` +
          "is lost. It goes 30 days after that; delete it if you don't want to report it.",
      ),
  ];
}

function filesUnder(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
      const inside = join(path, entry.name);
      return entry.isDirectory() ? [inside, ...filesUnder(inside)] : entry.isFile() ? [inside] : [];
    });
  } catch {
    return [];
  }
}
