// Why the system may not run a program: its own rights, or those of a directory on the way to it. Changes nothing.

import { accessSync, constants } from "node:fs";
import { delimiter, dirname, isAbsolute, join, resolve } from "node:path";

/** As accessSync: throws the system's error. */
export type Access = (path: string, mode: number) => void;

export type Denial =
  | { readonly what: "program"; readonly path: string }
  /** That this user may not enter, so that nobody knows what is in them. */
  | { readonly what: "directories"; readonly paths: readonly string[] };

/** `program`: a path, or a name to be looked for in `searchPath`. Call it once the system has refused to run it. */
export function denialOf(program: string, searchPath: string, access: Access = accessSync): Denial {
  const candidates = program.includes("/")
    ? [resolve(program)]
    : searchPath.split(delimiter).flatMap((folder) => (isAbsolute(folder) ? [join(folder, program)] : []));
  const found = candidates.find((path) => isAllowed(path, constants.F_OK, access));
  if (found !== undefined) {
    return { what: "program", path: found };
  }
  const closed = candidates.flatMap((path) => closedAbove(path, access) ?? []);
  return closed.length === 0
    ? { what: "program", path: program }
    : { what: "directories", paths: [...new Set(closed)] };
}

/** The topmost directory on the way that can't be entered. */
function closedAbove(path: string, access: Access): string | undefined {
  const above = dirname(path);
  if (above === path) {
    return undefined;
  }
  return closedAbove(above, access) ?? (isClosed(above, access) ? above : undefined);
}

function isAllowed(path: string, mode: number, access: Access): boolean {
  try {
    access(path, mode);
    return true;
  } catch {
    return false;
  }
}

function isClosed(path: string, access: Access): boolean {
  try {
    access(path, constants.X_OK);
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EACCES";
  }
}
