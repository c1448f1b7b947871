// A session's signals, one after the other, and the boundary at which whatever throws ends.

import type { Signal } from "./signals.ts";

export interface MailboxOptions {
  /** Told of each as it comes, before its turn. */
  readonly hear: (signal: Signal) => void;
  readonly take: (signal: Signal) => void;
  /** What threw, and while doing what. */
  readonly fail: (what: string, error: unknown) => void;
}

export class Mailbox {
  readonly #options: MailboxOptions;
  readonly #signals: Signal[] = [];
  #isTaking = false;
  #isClosed = false;
  #handOn: ((signal: Signal) => void) | undefined;

  constructor(options: MailboxOptions) {
    this.#options = options;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Signals that come while one is being taken wait their turn. Never throws. */
  deliver(signal: Signal): void {
    if (this.#handOn) {
      this.#handOn(signal);
      return;
    }
    this.#signals.push(signal);
    this.#options.hear(signal);
    if (this.#isTaking || this.#isClosed) {
      return;
    }
    this.#isTaking = true;
    for (let next = this.#signals.shift(); next; next = this.#signals.shift()) {
      try {
        this.#options.take(next);
      } catch (error) {
        this.#options.fail(`taking "${next.type}"`, error);
      }
    }
    this.#isTaking = false;
  }

  /** Does what is no signal within the same boundary. */
  within(what: string, perform: () => void): void {
    try {
      perform();
    } catch (error) {
      // In the middle of a signal its own boundary is the one that ends it.
      if (this.#isTaking) {
        throw error;
      }
      this.#options.fail(what, error);
    }
  }

  /** Nothing is taken any more. `handOn`: who gets what still comes. */
  close(handOn?: (signal: Signal) => void): void {
    this.#isClosed = true;
    this.#handOn = handOn;
  }
}
