// A form with one file (RFC 7578). Node's own is not used because it loads all of `fetch`.

import { randomUUID } from "node:crypto";
import { inWords, storable } from "../util/storable.ts";

export class Form {
  readonly contentType: string;
  readonly bytes: Uint8Array;

  constructor(
    fields: Readonly<Record<string, string>>,
    file: { readonly field: string; readonly name: string; readonly bytes: Uint8Array },
  ) {
    const boundary = `mm-claude-${randomUUID()}`;
    const part = (name: string, more: string): string =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${quotable(name)}"${more}\r\n\r\n`;
    const head = Object.entries(fields).map(([name, value]) => `${part(name, "")}${value}\r\n`);
    const type = "\r\nContent-Type: application/octet-stream";
    this.contentType = `multipart/form-data; boundary=${boundary}`;
    this.bytes = Buffer.concat([
      Buffer.from(head.join("") + part(file.field, `; filename="${quotable(file.name)}"${type}`)),
      file.bytes,
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ]);
  }
}

/** A single line of storable text, with quotes escaped as browsers do. */
function quotable(name: string): string {
  return storable(name)
    .replaceAll(/[\n\t]/g, inWords)
    .replaceAll('"', "%22");
}
