// Who can read the bot's token besides mm-claude: other accounts of the machine, and Claude itself. And the paths that
// are kept from Claude's tools. Changes nothing.

import { statSync } from "node:fs";
import { join } from "node:path";
import { parse } from "dotenv";
import { type Places, settingsFiles, settingsFolders, userFileName } from "../config/files.ts";
import { SETTINGS } from "../config/settings.ts";
import { readRegularFile } from "../util/regular-file.ts";

const OPEN_TO_OTHERS = 0o077;

/** A sentence each, with the mend. `file`: the settings file that was read. */
export function secrecyWarnings(places: Places, file: string | undefined): string[] {
  const warnings: string[] = [];
  const mode = file === undefined ? 0 : modeOf(file);
  if ((mode & OPEN_TO_OTHERS) !== 0) {
    warnings.push(
      `${file} can be read by other users of this machine (mode ${mode.toString(8)}). Run: chmod 600 ${file}`,
    );
  }
  const here = join(places.cwd, ".env");
  if (holdsToken(here)) {
    warnings.push(
      `${here} holds the bot's token in the directory where Claude works. Better keep it where Claude does not look: ` +
        `run mm-claude setup, which writes ${userFileName(places)}, and take the mm-claude settings out of ${here}.`,
    );
  }
  return warnings;
}

/** mm-claude's own settings and state: files, and directories with all that is in them. Absolute. */
export function ownPaths(places: Places, stateRoot: string): string[] {
  const [here = "", ...elsewhere] = settingsFiles(places);
  // The project may have a file of that name that is not ours.
  const files = holdsToken(here) ? [here, ...elsewhere] : elsewhere;
  return [...files, ...settingsFolders(places), stateRoot];
}

function holdsToken(path: string): boolean {
  try {
    return (parse(readRegularFile(path))[SETTINGS.token.variable] ?? "") !== "";
  } catch {
    return false;
  }
}

export const isOpenToOthers = (path: string): boolean => (modeOf(path) & OPEN_TO_OTHERS) !== 0;

/** Of what a link leads to; 0 when there is nothing. */
function modeOf(path: string): number {
  try {
    return statSync(path).mode & 0o777;
  } catch {
    return 0;
  }
}
