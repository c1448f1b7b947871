// The end of a growing text that can't be shown yet because it is incomplete: half a word, half an emoji, half a fence.
// Pure.

const MAX_HELD = 120;
/** A word, or half an emoji, that is not whole yet. */
const HALF_WORD = /(?:[\w@\u200b\ufeff.\\-]{1,60}|[\ud800-\udbff])$/;
const FIRST_WORD = /^\p{L}[\p{L}\p{N}'’-]{0,60}$/u;
/** The signs a line begins with, which could still become any of several things. */
const HALF_LINE = /(?<![^\n])[ \t\r>*+#=:|~`\\\d.)(-]{1,60}$/;
/** Items of a list that hold nothing yet. */
const HALF_ITEM = /(?<![^\n])(?:(?:[ >]*(?:[-*+]|\d{1,9}[.)]))+[ \t\r]*\n)+$/;
/** A fence's line, or the opening of a block that holds nothing yet. */
const HALF_FENCE =
  /(?<![^\n])(?:[ >]|[-*+] |\d{1,9}[.)] )*(?:`{1,2}|~{1,2}|(?:`{3,}|~{3,})[^`\n]{0,40}(?:\n[ >\r]*)*)$/;

/** A row of a table, in whatever it stands. */
const ROW = /^(?:[ \t>]|[-*+] |\d{1,9}[.)] )*\|/;
const ITEM = /^[ \t>]*(?:[-*+]|\d{1,9}[.)]) /;
/** In UTF-16 units. Longer ones are shown as they come. */
const MAX_ROW = 2000;

/** How much of `text` is whole, in UTF-16 units. */
export function wholeLength(text: string): number {
  // Behind a half fence there may be the line that opened its block, behind either the marker of the item it is in.
  const begun = without(text, text.length, HALF_WORD, HALF_LINE, HALF_FENCE, HALF_FENCE);
  return without(text, wholeRows(text, begun), HALF_ITEM);
}

/** Whether `text` is the beginning of a word and nothing else, so that nothing that follows can give it another meaning. */
export function isFirstWord(text: string): boolean {
  return text.length <= MAX_HELD && FIRST_WORD.test(text);
}

function without(text: string, length: number, ...patterns: readonly RegExp[]): number {
  return patterns.reduce((whole, unfinished) => {
    const end = text.slice(Math.max(0, whole - MAX_HELD), whole);
    return whole - (unfinished.exec(end)?.[0].length ?? 0);
  }, length);
}

/** Without a row at its end that is not whole, and without a table that has no such row yet. */
function wholeRows(text: string, length: number): number {
  const start = lineStart(text, length);
  const isWithinRow = isRowOf(text, start, length);
  if (!isWithinRow && start < length) {
    return length;
  }
  let first = start;
  let rows = 0;
  let isFirst = ITEM.test(text.slice(start, start + MAX_HELD));
  while (!isFirst && rows < 3 && first > 0 && isRowOf(text, lineStart(text, first - 1), first)) {
    first = lineStart(text, first - 1);
    rows++;
    isFirst = ITEM.test(text.slice(first, first + MAX_HELD));
  }
  return rows === 1 || rows === 2 ? first : isWithinRow ? start : length;
}

function lineStart(text: string, at: number): number {
  return at === 0 ? 0 : text.lastIndexOf("\n", at - 1) + 1;
}

function isRowOf(text: string, from: number, to: number): boolean {
  return from < to && to - from <= MAX_ROW && ROW.test(text.slice(from, to));
}
