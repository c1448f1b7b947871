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
  /** That place, or the next one before it that is in no secret. */
  const placeToCut = (text: string, place: number): number => {
    const from = Math.max(0, place - longest);
    const around = text.slice(from, place + longest);
    const whole = redact(around);
    let at = place - from;
    while (at > 0 && redact(around.slice(0, at)) + redact(around.slice(at)) !== whole) {
      at--;
    }
    return from + at;
  };
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
        // A long word: what has begun of a secret is among its last characters.
        const cut = placeToCut(held, held.length - longest);
        pass(redact(held.slice(0, cut)));
        held = held.slice(cut);
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
