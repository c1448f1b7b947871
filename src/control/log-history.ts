// The newest lines of the daemon's log, for who asks later what happened, and for who follows.

import type { LogLine } from "./protocol.ts";

const KEPT = 2000;

export class LogHistory {
  readonly #lines: LogLine[] = [];
  readonly #followers = new Set<(line: LogLine) => void>();

  add(line: LogLine): void {
    this.#lines.push(line);
    if (this.#lines.length > KEPT) {
      this.#lines.splice(0, this.#lines.length - KEPT);
    }
    for (const follow of this.#followers) {
      follow(line);
    }
  }

  newest(count: number): readonly LogLine[] {
    return count === 0 ? [] : this.#lines.slice(-count);
  }

  /** Until the returned function is called. */
  follow(follower: (line: LogLine) => void): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }
}
