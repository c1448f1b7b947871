// Where the commands print to.

import type { Print } from "../util/output.ts";

export interface Output {
  readonly print: Print;
  readonly printError: Print;
  /** Kept out of all that is printed; a command adds what it comes to know. */
  readonly secrets: Set<string>;
}

/** 130 is what a shell has for Ctrl-C. */
export const EXIT = { ok: 0, failed: 1, badSettings: 2, cancelled: 130 } as const;
