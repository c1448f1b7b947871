// Words that came in one piece are told at once: what is done for each telling costs more than the words. Pure.

import type { Decoded } from "./decode.ts";

/** The same, with pieces of one text block that follow each other joined. */
export function withJoinedWords(all: readonly Decoded[]): readonly Decoded[] {
  const joined: Decoded[] = [];
  for (const decoded of all) {
    const last = joined.at(-1);
    const goesOn =
      decoded.type === "textDelta" && last?.type === "textDelta" && last.blockIndex === decoded.blockIndex;
    if (goesOn) {
      joined[joined.length - 1] = { ...last, text: last.text + decoded.text };
    } else {
      joined.push(decoded);
    }
  }
  return joined;
}
