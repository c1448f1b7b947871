// What a file of somebody else's is called on this machine, whatever they have called it.

import { createHash } from "node:crypto";
import { withoutEnd } from "./without-end.ts";

/** File systems take 255, encrypted ones 143. */
const MAX_NAME_BYTES = 140;

/** Devices to Windows, whatever extension follows. */
const RESERVED = /^(?:con|prn|aux|nul|(?:com|lpt)[0-9¹²³])(?:\.|$)/i;

/** What was space, and the full stops that Windows drops. */
const UNWANTED_END = "._";

/**
 * A file name that stays in its directory and is what it looks like. `source` makes it unique: two files of one name
 * do not overwrite each other. A name that is safe already stays as it is without one.
 */
export function safeFileName(name: string, source: string): string {
  const whole = name
    .replace(/\p{Default_Ignorable_Code_Point}+/gu, "")
    .normalize("NFC")
    .replace(/[\p{C}\p{Z}\u2800/\\:*?"<>|`'$&;()[\]{}!#~^]+/gu, "_")
    .replace(/^[.\-_\p{M}]+/u, "");
  const clean = withoutEnd(whole, UNWANTED_END);
  const safe = RESERVED.test(clean) ? `file-${clean}` : clean;
  const extension = /\.[A-Za-z0-9]{1,10}$/.exec(safe)?.[0] ?? "";
  const mark = source === "" ? "" : `-${createHash("sha256").update(source).digest("hex").slice(0, 6)}`;
  const room = MAX_NAME_BYTES - mark.length - extension.length;
  const stem = startOf(safe.slice(0, safe.length - extension.length), room) || "file";
  return withoutEnd(`${stem}${mark}${extension}`, UNWANTED_END);
}

/** As many whole characters as go into so many bytes. */
function startOf(text: string, maxBytes: number): string {
  let bytes = 0;
  let start = "";
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxBytes) {
      break;
    }
    start += character;
  }
  return start;
}
