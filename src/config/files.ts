// Where settings files are looked for, and the content of the first one that exists. Reads text and checks no value.
import { join } from "node:path";
import { parse } from "dotenv";
import { readRegularFile } from "../util/regular-file.ts";

export interface Places {
  readonly cwd: string;
  readonly home: string;
}

export interface SettingsFile {
  readonly path: string;
  readonly text: string;
  readonly values: Readonly<Record<string, string>>;
}

/** The file the wizard writes. */
export function userFile(home: string): string {
  return join(home, ".config", "mm-claude", ".env");
}

const olderUserFile = (home: string): string => join(home, ".mm-claude.env");

/** In the order they are looked for. */
export function settingsFiles({ cwd, home }: Places): string[] {
  return [join(cwd, ".env"), userFile(home), olderUserFile(home)];
}

/** Whether nobody but mm-claude has anything to write there. */
export function isOwnFile(path: string, { home }: Places): boolean {
  return path === userFile(home) || path === olderUserFile(home);
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
