// What runs by itself on this machine: each project's routines, as they are kept, and when the next of them comes.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { BOOK_KIND, decodeBook, type Routine } from "../../routines/book.ts";
import { momentWords, nextRun } from "../../routines/schedule.ts";
import { newestIn } from "../../store/growing-file.ts";
import { readRegularFile } from "../../util/regular-file.ts";
import { type Finding, ok, warning } from "./report.ts";

const PREFIX = `${BOOK_KIND}-`;

export function examineRoutines(root: string, now: number, timeZone: string): Finding[] {
  return foldersIn(root).flatMap((folder) =>
    namesIn(folder)
      .filter((name) => name.startsWith(PREFIX) && name.endsWith(".json"))
      .flatMap((name) => findings(nameOf(name), read(join(folder, name)), now, timeZone)),
  );
}

function findings(of: string, routines: readonly Routine[], now: number, timeZone: string): Finding[] {
  if (routines.length === 0) {
    return [];
  }
  const running = routines.filter(({ paused }) => !paused);
  const next = running.flatMap(
    ({ schedule, handledUntil }) => nextRun(schedule, Math.max(handledUntil, now)) ?? [],
  );
  const when =
    next.length === 0 ? "none of them runs" : `next: ${momentWords(Math.min(...next), timeZone, now)}`;
  const stopped = routines.filter(({ paused }) => paused && !paused.by);
  return [
    ok(`${routines.length} ${routines.length === 1 ? "routine" : "routines"} of ${of}, ${when}`),
    ...stopped.map(({ number, by }) =>
      warning(
        `Routine ${number} of ${of} is stopped, because @${by.name} may start no session there. List them, or take it out with !routines remove ${number}.`,
      ),
    ),
  ];
}

/** As `projectDocument` names them. */
function nameOf(file: string): string {
  const key = file.slice(PREFIX.length, -".json".length);
  const at = key.indexOf("-");
  return at < 0 ? `channel ${key}` : `project ${key.slice(at + 1)}`;
}

function read(path: string): readonly Routine[] {
  try {
    return decodeBook(newestIn(readRegularFile(path)))?.routines ?? [];
  } catch {
    return [];
  }
}

const foldersIn = (root: string): string[] => namesIn(root).map((name) => join(root, name));

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
