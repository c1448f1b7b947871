// Estimates the time on the server from its posts: our clock, and how far the server's is ahead of it. One post that is
// dated in the future proves nothing; when every post is, the server's clock is ahead.

const TOLD_BY = 5;

export class ServerClock {
  readonly #now: () => number;
  /** How far the last posts were dated ahead of our clock when they were told. */
  #leads: readonly number[];

  /** `leadMs`: what was last known. */
  constructor(now: () => number, leadMs: number) {
    this.#now = now;
    this.#leads = [leadMs];
  }

  /** A post was made just now, and has this date. */
  note(createdAt: number): void {
    this.#leads = [...this.#leads, createdAt - this.#now()].slice(-TOLD_BY);
  }

  get leadMs(): number {
    return Math.max(0, Math.min(...this.#leads));
  }

  get now(): number {
    return this.#now() + this.leadMs;
  }
}
