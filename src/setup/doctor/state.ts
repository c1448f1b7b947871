// What is wrong with the state that is kept: who can read it, and what of it could not be read. Changes nothing.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { QUARANTINED } from "../store/document-store.ts";
import { isOpenToOthers } from "./token-exposure.ts";

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
