// Reads a form (RFC 7578) that is in memory already, without copying what it holds: a large file is held once.

export interface FormPart {
  readonly name: string;
  /** Undefined for a field that is no file. */
  readonly fileName: string | undefined;
  readonly bytes: Buffer;
}

/** More than any client writes above a part. */
const MAX_HEAD_BYTES = 8 * 1024;

/** Undefined when it is no form. */
export function partsOf(body: Buffer, contentType: string): FormPart[] | undefined {
  const boundary = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType)?.slice(1).find(Boolean);
  const first = `--${boundary}`;
  if (boundary === undefined || body.indexOf(first) !== 0) return undefined;
  const parts: FormPart[] = [];
  let at = first.length;
  while (body.toString("latin1", at, at + 2) === "\r\n") {
    const headEnd = body.indexOf("\r\n\r\n", at);
    const end = headEnd < 0 ? -1 : body.indexOf(`\r\n${first}`, headEnd + 2);
    if (end < 0 || headEnd - at > MAX_HEAD_BYTES) return undefined;
    const head = body.toString("utf8", at, headEnd);
    const name = parameter(head, "name");
    if (name === undefined) return undefined;
    const bytes = body.subarray(Math.min(headEnd + 4, end), end);
    parts.push({ name, fileName: parameter(head, "filename"), bytes });
    at = end + 2 + first.length;
  }
  return body.toString("latin1", at, at + 2) === "--" ? parts : undefined;
}

/** Of the `Content-Disposition`, with the escapes of browsers undone. */
function parameter(head: string, name: string): string | undefined {
  const [, value] = new RegExp(`^content-disposition:.*;\\s*${name}="([^"\\r\\n]*)"`, "im").exec(head) ?? [];
  return value?.replaceAll("%22", '"').replaceAll(/%0A/gi, "\n").replaceAll(/%0D/gi, "\r");
}
