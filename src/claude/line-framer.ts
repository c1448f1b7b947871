// Bytes → lines. Owns the bytes of the line that is still incomplete; knows nothing of JSON.
// A newline byte never occurs inside a UTF-8 sequence, so a line is decoded whole or not at all.

const newline = 0x0a;

export interface LineListener {
  line(line: string): void;
  /** A line passed the limit; it is dropped up to its newline, all but its `head`. Called once a line. */
  tooLong(limitBytes: number, head: string): void;
  /** A line that is dropped goes on and on: no newline is to be expected. Called once a line. */
  endless(bytes: number): void;
}

export interface LineFramer {
  push(chunk: Buffer): void;
  /** The stream ended: what stands without a newline is a line too. */
  end(): void;
}

/** A line may hold a document that was read, in base64 and twice (2.1.330); what is longer is no frame of Claude's. */
const MAX_LINE_BYTES = 32 * 1024 * 1024;
const HEAD_BYTES = 256;
/** As often the limit. */
const ENDLESS = 8;

export function createLineFramer(listener: LineListener, limitBytes = MAX_LINE_BYTES): LineFramer {
  let parts: Buffer[] = [];
  let size = 0;
  let dropping = false;

  function add(part: Buffer): void {
    if (part.length === 0) return;
    const before = size;
    size += part.length;
    if (!dropping && size > limitBytes) {
      dropping = true;
      const [head = part] = parts;
      parts = [];
      listener.tooLong(limitBytes, head.subarray(0, HEAD_BYTES).toString("utf8"));
    }
    if (!dropping) parts.push(part);
    else if (before <= limitBytes * ENDLESS && size > limitBytes * ENDLESS) listener.endless(size);
  }

  function finish(): void {
    const [first] = parts;
    const line = parts.length > 1 ? Buffer.concat(parts, size).toString("utf8") : first?.toString("utf8");
    parts = [];
    size = 0;
    dropping = false;
    if (line !== undefined && line.trim() !== "") listener.line(line);
  }

  return {
    push(chunk) {
      let from = 0;
      for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, from)) {
        add(chunk.subarray(from, at));
        finish();
        from = at + 1;
      }
      add(chunk.subarray(from));
    },
    end: finish,
  };
}
