// Bytes → lines. Owns the bytes of the line that is still incomplete; knows nothing of JSON.
// A newline byte never occurs inside a UTF-8 sequence, so a line is decoded whole or not at all; those that come in one
// piece are decoded at once, which costs a fraction of decoding each.

const NEWLINE = 0x0a;

export interface LineListener {
  /** Those that ended with one piece, in order. */
  lines(lines: readonly string[]): void;
  /** A line is over the limit; it is dropped up to its newline, all but its `head`. Called once a line. */
  tooLong(limitBytes: number, head: string): void;
  /** A line that is dropped is so long that no newline is to be expected. Called once a line. */
  endless(bytes: number): void;
}

/** A line may hold a document that was read, in base64 and twice (2.1.330); what is longer is no frame of Claude's. */
const MAX_LINE_BYTES = 32 * 1024 * 1024;
const HEAD_BYTES = 256;
/** A line of so many times the limit is endless. */
const ENDLESS_FACTOR = 8;

export class LineFramer {
  readonly #listener: LineListener;
  readonly #limitBytes: number;
  #parts: Buffer[] = [];
  #bytes = 0;
  #isDropping = false;

  constructor(listener: LineListener, limitBytes = MAX_LINE_BYTES) {
    this.#listener = listener;
    this.#limitBytes = limitBytes;
  }

  push(chunk: Buffer): void {
    let from = 0;
    // One that has begun before, and those that may be over the limit.
    while (this.#bytes > 0 || chunk.length - from > this.#limitBytes) {
      const at = chunk.indexOf(NEWLINE, from);
      if (at === -1) {
        break;
      }
      this.#add(chunk.subarray(from, at));
      this.end();
      from = at + 1;
    }
    const last = chunk.lastIndexOf(NEWLINE);
    if (last >= from) {
      this.#tell(chunk.toString("utf8", from, last).split("\n"));
      from = last + 1;
    }
    this.#add(chunk.subarray(from));
  }

  /** Ends the line: at its newline, or because the stream has ended, where what has no newline is a line too. */
  end(): void {
    const [first] = this.#parts;
    const whole = this.#parts.length > 1 ? Buffer.concat(this.#parts, this.#bytes) : first;
    const line = whole?.toString("utf8");
    this.#parts = [];
    this.#bytes = 0;
    this.#isDropping = false;
    if (line !== undefined) {
      this.#tell([line]);
    }
  }

  #tell(lines: readonly string[]): void {
    const told = lines.filter((line) => line.trim() !== "");
    if (told.length > 0) {
      this.#listener.lines(told);
    }
  }

  #add(part: Buffer): void {
    if (part.length === 0) {
      return;
    }
    const before = this.#bytes;
    this.#bytes += part.length;
    if (!this.#isDropping && this.#bytes > this.#limitBytes) {
      this.#drop(part);
    }
    const endlessBytes = this.#limitBytes * ENDLESS_FACTOR;
    if (!this.#isDropping) {
      this.#parts.push(part);
    } else if (before <= endlessBytes && this.#bytes > endlessBytes) {
      this.#listener.endless(this.#bytes);
    }
  }

  #drop(part: Buffer): void {
    this.#isDropping = true;
    const [head = part] = this.#parts;
    this.#parts = [];
    this.#listener.tooLong(this.#limitBytes, head.subarray(0, HEAD_BYTES).toString("utf8"));
  }
}
