// A form with one file (RFC 7578). Node's own is not used because it loads all of `fetch`, and because the length of the
// whole has to be known before a file is read.

import { randomUUID } from "node:crypto";
import { inWords, storable } from "../util/storable.ts";
import type { StreamedFile } from "./types.ts";

type FormFile = { readonly field: string; readonly name: string } & (
  | { readonly bytes: Uint8Array }
  | Pick<StreamedFile, "size" | "open">
);

export class Form {
  readonly contentType: string;
  /** Bytes. */
  readonly length: number;
  /** The whole, or its pieces: anew with each call. */
  readonly body: Uint8Array | (() => AsyncIterable<Uint8Array>);

  constructor(fields: Readonly<Record<string, string>>, file: FormFile) {
    const boundary = `mm-claude-${randomUUID()}`;
    const part = (name: string, more: string): string =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${quotable(name)}"${more}\r\n\r\n`;
    const parts = Object.entries(fields).map(([name, value]) => `${part(name, "")}${value}\r\n`);
    const type = "\r\nContent-Type: application/octet-stream";
    const head = Buffer.from(parts.join("") + part(file.field, `; filename="${quotable(file.name)}"${type}`));
    const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
    this.contentType = `multipart/form-data; boundary=${boundary}`;
    if ("bytes" in file) {
      this.body = Buffer.concat([head, file.bytes, tail]);
      this.length = this.body.length;
    } else {
      this.body = () => whole(head, file, tail);
      this.length = head.length + file.size + tail.length;
    }
  }
}

/** Never more bytes than announced, and an error instead of fewer: no server takes half a file for the whole. */
async function* whole(
  head: Uint8Array,
  { size, open }: Pick<StreamedFile, "size" | "open">,
  tail: Uint8Array,
): AsyncGenerator<Uint8Array> {
  yield head;
  let left = size;
  for await (const piece of open()) {
    left -= piece.length;
    if (left < 0) {
      break;
    }
    yield piece;
  }
  if (left !== 0) {
    throw new Error("the file has another size than it was said to have");
  }
  yield tail;
}

/** A single line of storable text, with quotes escaped as browsers do. */
function quotable(name: string): string {
  return storable(name)
    .replaceAll(/[\n\t]/g, inWords)
    .replaceAll('"', "%22");
}
