// Which files a person was shown when they were asked about a call: the decision holds for these and for nothing that
// the same path leads to later.

import { BoundedMap } from "../util/bounded-map.ts";

interface Shown {
  /** Undefined once the same call led to different files. */
  realPaths: string | undefined;
  /** How often somebody was asked and no call has followed yet. */
  open: number;
}

/** Far more than can be waiting for a decision. */
const MOST_KEPT = 10_000;

export class ShownFiles {
  readonly #shown = new BoundedMap<string, Shown>(MOST_KEPT);

  /** Somebody is asked about these files. `call`: what makes it the same call. */
  show(call: string, realPaths: readonly string[]): void {
    const paths = JSON.stringify(realPaths);
    const known = this.#shown.get(call);
    const isSame = known === undefined || known.realPaths === paths;
    this.#shown.set(call, { realPaths: isSame ? paths : undefined, open: (known?.open ?? 0) + 1 });
  }

  /**
   * Whether an allowed call may send these files. Where nobody was asked (all tools run unasked) there is nothing that it
   * could differ from.
   */
  take(call: string, realPaths: readonly string[]): boolean {
    const known = this.#shown.get(call);
    if (!known) {
      return true;
    }
    known.open--;
    if (known.open === 0) {
      this.#shown.delete(call);
    }
    return known.realPaths === JSON.stringify(realPaths);
  }
}
