// The end of what a stream has said, for an error message.

export class OutputTail {
  readonly #limitBytes: number;
  #tail: Buffer = Buffer.alloc(0);

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  push(chunk: Buffer): void {
    this.#tail = Buffer.concat([this.#tail, chunk]).subarray(-this.#limitBytes);
  }

  get text(): string {
    // A cut inside a character leaves up to three replacement characters at the front.
    return this.#tail
      .toString("utf8")
      .replace(/^\uFFFD{1,3}/, "")
      .trim();
  }
}
