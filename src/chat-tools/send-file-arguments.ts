// What Claude has asked to send, read leniently: models write one path or several, in many ways. Touches no disk.

import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

export interface AskedFile {
  /** As Claude wrote it. */
  readonly asked: string;
  /** Absolute, links not followed. */
  readonly path: string;
}

export interface SendFileArguments {
  readonly files: readonly AskedFile[];
  /** Empty when there is none. */
  readonly caption: string;
}

export const MOST_FILES = 5;

const PATH_FIELDS = ["path", "paths", "file", "files", "file_path", "file_paths", "filename"];
const CAPTION_FIELDS = ["caption", "message", "text"];

/** A sentence for Claude when nothing can be made of it. */
export function readArguments(
  input: Readonly<Record<string, unknown>>,
  { directory, home }: { readonly directory: string; readonly home: string },
): SendFileArguments | string {
  const asked = PATH_FIELDS.flatMap((field) => listed(input[field]));
  const texts = asked.filter((one) => typeof one === "string").map(unquoted);
  if (texts.length < asked.length || texts.includes("")) {
    return "Each path has to be a text that is not empty.";
  }
  if (texts.length === 0) {
    return "Name the file to send in `path`, or several in `paths`.";
  }
  if (texts.some((text) => text.includes("\0"))) {
    return "No path holds a NUL character.";
  }
  const files = texts.map((text) => {
    const path = pathOf(text, home);
    return path === undefined ? undefined : { asked: text, path: resolve(directory, path) };
  });
  const found = new Map(files.filter((file) => file !== undefined).map((file) => [file.path, file]));
  if (files.includes(undefined)) {
    return "A `file://` address has to name a file of this machine.";
  }
  if (found.size > MOST_FILES) {
    return `A call sends ${MOST_FILES} files at most: send the others with further calls, or all in one archive.`;
  }
  const caption = CAPTION_FIELDS.map((field) => input[field]).find((value) => typeof value === "string");
  return { files: [...found.values()], caption: typeof caption === "string" ? caption.trim() : "" };
}

/** Whether what is asked for begins at the home directory, which has to be known then. */
export function namesHome(input: Readonly<Record<string, unknown>>): boolean {
  return PATH_FIELDS.flatMap((field) => listed(input[field])).some(
    (one) => typeof one === "string" && isOfHome(unquoted(one)),
  );
}

const isOfHome = (text: string): boolean => text === "~" || text.startsWith("~/");

/** One or several; also as the text of a JSON list. */
function listed(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) {
    return value;
  }
  if (typeof value === "string" && /^\s*\[\s*["\]]/.test(value)) {
    try {
      const list: unknown = JSON.parse(value);
      return Array.isArray(list) ? list : [value];
    } catch {
      return [value];
    }
  }
  return value === undefined || value === null ? [] : [value];
}

function unquoted(text: string): string {
  const trimmed = text.trim();
  const [first = ""] = trimmed;
  return trimmed.length > 2 && `"'\``.includes(first) && trimmed.endsWith(first)
    ? trimmed.slice(1, -1)
    : trimmed;
}

/** Undefined for an address of something else. */
function pathOf(text: string, home: string): string | undefined {
  if (/^file:/i.test(text)) {
    try {
      return fileURLToPath(text);
    } catch {
      return undefined;
    }
  }
  return isOfHome(text) ? `${home}${text.slice(1)}` : text;
}
