// A text that comes in pieces, without secrets: of what may be the beginning of one, the rest is waited for.

import { createRedact } from "./redact.ts";

export interface Pieces {
  readonly take: (piece: string) => void;
  /** What was waited for does not come. */
  readonly flush: () => void;
}

/** No secret has a blank in it: the last word of a piece waits for its end. */
export function redactedPieces(secrets: readonly string[], tell: (text: string) => void): Pieces {
  const redact = createRedact(secrets);
  // In each form a secret may have, every character of it can be an escape sequence.
  const longest = 12 * Math.max(1, ...secrets.map((secret) => secret.length));
  let held = "";
  const pass = (text: string): void => {
    if (text !== "") {
      tell(text);
    }
  };
  return {
    take(piece) {
      const text = held + piece;
      const end = lastBlank(piece);
      if (end >= 0) {
        const at = held.length + end + 1;
        held = text.slice(at);
        pass(redact(text.slice(0, at)));
      } else {
        held = text;
      }
      if (held.length > 2 * longest) {
        // A long word: where a whole secret was in it, it is gone now, and the beginning of one is among its last
        // characters.
        const clean = redact(held);
        const at = Math.max(0, clean.length - longest);
        held = clean.slice(at);
        pass(clean.slice(0, at));
      }
    },
    flush() {
      const last = held;
      held = "";
      pass(redact(last));
    },
  };
}

function lastBlank(text: string): number {
  for (let at = text.length - 1; at >= 0; at--) {
    if (/\s/.test(text.charAt(at))) {
      return at;
    }
  }
  return -1;
}
