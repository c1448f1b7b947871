// An unbounded first-in first-out queue from callbacks to one `for await` loop. Refuses a second consumer: of two loops
// each would get only some of the items.

export class AsyncQueue<T> implements AsyncIterable<T> {
  readonly #items: T[] = [];
  #wake: (() => void) | undefined;
  #closed = false;
  #taken = false;

  /** Items pushed after `close` are dropped. */
  push(item: T): void {
    if (this.#closed) {
      return;
    }
    this.#items.push(item);
    this.#wake?.();
  }

  /** The consumer still gets what was pushed before, then its loop ends. */
  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  [Symbol.asyncIterator](): AsyncIterator<T> {
    if (this.#taken) {
      throw new Error("an AsyncQueue has one consumer");
    }
    this.#taken = true;
    return this.#drain();
  }

  async *#drain(): AsyncGenerator<T, void> {
    try {
      for (;;) {
        while (this.#items.length > 0) {
          yield this.#items.shift() as T;
        }
        if (this.#closed) {
          return;
        }
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        this.#wake = undefined;
      }
    } finally {
      // The consumer left its loop: nobody will read what is pushed now.
      this.#closed = true;
      this.#items.length = 0;
    }
  }
}
