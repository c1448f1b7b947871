// A form with one file, as servers read it (RFC 7578). Written here because Node's own comes with all of `fetch`.

import { randomUUID } from "node:crypto";

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

/** As browsers escape names. */
function quotable(name: string): string {
  return name.replaceAll('"', "%22").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}
