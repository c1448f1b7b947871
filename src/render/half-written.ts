// What at the end of a growing text waits for its rest: half a word, half an emoji, half a fence. Pure.

const MAX_HELD_WORD = 60;
/** A word, or half an emoji, that is not whole yet. */
const HALF_WORD = /(?:[\w@\u200b\ufeff.-]{1,60}|[\ud800-\udbff])$/;
/** A fence's line, or the opening of a block that holds nothing yet. */
const HALF_FENCE = /(?<![^\n]) {0,3}(?:`{1,2}|~{1,2}|(?:`{3,}|~{3,})[^`\n]{0,40}\s*)$/;

/** How much of `text` is whole, in UTF-16 units. */
export function wholeLength(text: string): number {
  // Behind a half fence there may be the line that opened its block.
  return [HALF_WORD, HALF_FENCE, HALF_FENCE].reduce((length, unfinished) => {
    const end = text.slice(Math.max(0, length - MAX_HELD_WORD * 2), length);
    return length - (unfinished.exec(end)?.[0].length ?? 0);
  }, text.length);
}
