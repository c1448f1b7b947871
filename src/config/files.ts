// Where settings files are looked for, and the content of the first one that exists. Reads text and checks no value.
import { dirname, join } from "node:path";
import { parse } from "dotenv";
import { readRegularFile } from "../util/regular-file.ts";

export interface Places {
  readonly cwd: string;
  readonly home: string;
  /** `XDG_CONFIG_HOME`; the specification says to ignore a relative one. */
  readonly configHome: string | undefined;
}

export interface SettingsFile {
  readonly path: string;
  readonly text: string;
  readonly values: Readonly<Record<string, string>>;
}

/** The file the wizard writes. */
export function userFile({ home, configHome }: Places): string {
  return configHome?.startsWith("/") ? join(configHome, "mm-claude", ".env") : userFileBelow(home);
}

export const PROJECTS_NAME = "projects.yaml";

/** The one place it may be: beside the file above. */
export function projectsPath(places: Places): string {
  return join(dirname(userFile(places)), PROJECTS_NAME);
}

/** As people write its name. */
export function userFileName(places: Places): string {
  return shortPath(userFile(places), places);
}

/** As people write it: with `~` for their home. */
export function shortPath(path: string, { home }: Pick<Places, "home">): string {
  return path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}

const userFileBelow = (home: string): string => join(home, ".config", "mm-claude", ".env");

/** Those that nobody but mm-claude has anything to write to. */
function ownFiles(places: Places): string[] {
  const { home } = places;
  // The second as well where XDG_CONFIG_HOME leads elsewhere: it may have been set after the file was written.
  return [...new Set([userFile(places), userFileBelow(home), join(home, ".mm-claude.env")])];
}

/** In the order they are looked for. */
export function settingsFiles(places: Places): string[] {
  return [join(places.cwd, ".env"), ...ownFiles(places)];
}

/** The folders with nothing but mm-claude's settings in them. */
export function settingsFolders(places: Places): string[] {
  return [...new Set([userFile(places), userFileBelow(places.home)].map((path) => dirname(path)))];
}

export function isOwnFile(path: string, places: Places): boolean {
  return ownFiles(places).includes(path);
}

/** A file that is there but can't be read ends the search: a later one must not take its place. */
export function readFirstFile(
  places: Places,
): SettingsFile | { readonly path: string; readonly unreadable: string } | undefined {
  for (const path of settingsFiles(places)) {
    try {
      const text = readRegularFile(path);
      return { path, text, values: parse(text) };
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "";
      // ENOTDIR: a parent of the file is itself a file.
      if (code === "ENOENT" || code === "ENOTDIR") continue;
      return { path, unreadable: code || (error instanceof Error ? error.message : String(error)) };
    }
  }
  return undefined;
}
