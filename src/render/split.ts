// Where to cut a text that is too long for one post: between two blocks, at a line, at a word, in that order. Not in a
// table's row, a link, emphasis or inline code, if there is another place. The rest goes on as `continuation.ts` says.
// Pure.

import { pipesOf, proseEnd, readLine, TOP } from "./blocks.ts";
import { type Gap, lastGap } from "./break-points.ts";
import { inlineSpans, MAX_SPAN } from "./code-spans.ts";
import { afterLine, type Continuation, closing, goOn } from "./continuation.ts";
import { codePoints, firstCodePoints, isLonger, quietEverywhere } from "./markdown.ts";

export interface Cut {
  /** Complete by itself. */
  readonly head: string;
  /** As it was written. */
  readonly rest: string;
  /** How `rest` goes on; undefined where it is to be read by itself. */
  readonly after: Continuation | undefined;
}

/** Room kept for the line that closes a fence. */
export const FENCE_ROOM = 64;

/** Splits `text` into pieces of at most `limit` code points each. */
export function pieces(text: string, limit: number): string[] {
  const parts: string[] = [];
  // As much of it at a time as a cut looks at: the work is the same for each piece.
  const most = 2 * limit + 2 * MAX_SPAN;
  let left = text.slice(0, most);
  let waiting = text;
  let at = left.length;
  let isPlain = false;
  while (isLonger(left, limit)) {
    const { head, rest, after } = cut(left, limit);
    if (head.trim() !== "") {
      parts.push(head);
    }
    if (!after && !isPlain) {
      // From here on what was code may be none, and the other way round.
      waiting = quietEverywhere(text.slice(at));
      at = 0;
      isPlain = true;
    }
    let behind = rest;
    for (let more = Math.max(1, most - rest.length); ; more = behind.length) {
      behind += waiting.slice(at, at + more);
      at = Math.min(waiting.length, at + more);
      left = after ? goOn(after, behind) : behind;
      if (left !== "" || at === waiting.length) {
        break;
      }
    }
  }
  return left.trim() === "" && parts.length > 0 ? parts : [...parts, left];
}

/**
 * Cuts `text` so that `head` has at most `limit` code points. `keep` is the number of UTF-16 units at the start
 * that must stay in `head`, whatever the limit (people have read them already).
 */
export function cut(text: string, limit: number, keep = 0): Cut {
  let room = limit;
  for (let tries = 0; tries < 4 && room > 0; tries++) {
    const gap = lastGap(text, room, keep);
    const found = cutBetween(text, gap);
    const excess = gap.end <= keep ? 0 : codePoints(found.head) - limit;
    if (excess <= 0) {
      // Where what is opened again takes the room of what was written, the cut is a plain one.
      const left = found.after ? goOn(found.after, found.rest).length : found.rest.length;
      const opened = left - found.rest.length;
      // A line that begins with more blanks than a post holds would be behind its cut for ever.
      return left >= text.length || opened > (gap.at * 3) / 4 ? plainCut(text, limit, keep) : found;
    }
    room = codePoints(text.slice(0, gap.end).trimEnd()) - excess;
  }
  return plainCut(text, limit, keep);
}

/** Cuts `text` after `at` UTF-16 units, in the middle of whatever is there. */
export function cutAt(text: string, at: number): Cut {
  return cutBetween(text, { end: at, at });
}

/** What is code in the whole text may not be code in its parts, so every mention in it is made quiet. */
function plainCut(text: string, limit: number, keep: number): Cut {
  const shown = quietEverywhere(text.slice(0, keep));
  const quiet = shown + quietEverywhere(text.slice(keep));
  const fitting = firstCodePoints(quiet, Math.max(1, limit));
  const head = fitting.length < shown.length ? shown : fitting;
  return { head, rest: restOfWord(quiet, head.length), after: undefined };
}

/** What is behind `at`: where that is within a word, an `@` that called nobody there calls nobody at the start either. */
function restOfWord(text: string, at: number): string {
  const isWithin = at > 0 && /\S/.test(text.charAt(at - 1));
  return isWithin ? quietEverywhere(text.slice(at, at + 2)) + text.slice(at + 2) : text.slice(at);
}

function cutBetween(text: string, { end, at }: Gap): Cut {
  let place = TOP;
  let start = 0;
  let paragraph = 0;
  for (;;) {
    const lineEnd = text.indexOf("\n", start);
    if (lineEnd < 0 || lineEnd >= at) {
      break;
    }
    const line = readLine(place, text.slice(start, lineEnd));
    paragraph = line.kind === "more" ? paragraph : start;
    place = afterLine(line.place);
    start = lineEnd + 1;
  }
  const begun = readLine(place, text.slice(start, at));
  // Of a line that holds no more than its signs all stands behind the cut.
  const isWithinLine = begun.content.trim() !== "";
  const open = isWithinLine ? begun.place : place;
  const from = isWithinLine && begun.kind !== "more" ? start : paragraph;
  const prose = text.slice(from, proseEnd(text, place, start, at + MAX_SPAN, isWithinLine));
  const { ticks, closed, rest } = codeAround(prose, at - from);
  const cells = open.leaf?.kind === "table" ? pipesOf(begun.content.trim().replace(/^\|/, "")) : 0;
  return {
    head: `${text.slice(0, end).trimEnd()}${closed}${closing(open)}`,
    rest: isWithinLine ? restOfWord(text, at + rest) : text.slice(start),
    after: { place: open, isWithinLine, ticks, cells },
  };
}

/**
 * The inline code that `at` is in: `ticks` that open it again, what closes it (`closed`), and where to go on from,
 * counted from `at`. A run of backticks is never cut.
 */
function codeAround(
  paragraph: string,
  at: number,
): { readonly ticks: string; readonly closed: string; readonly rest: number } {
  let from = 0;
  for (const { code, text } of inlineSpans(paragraph)) {
    const ticks = code ? (/^`+/.exec(text)?.[0] ?? "") : "";
    const end = from + text.length;
    if (ticks !== "" && from < at && at < end) {
      return at <= from + ticks.length
        ? { ticks: "", closed: "", rest: from - at }
        : at >= end - ticks.length
          ? { ticks: "", closed: paragraph.slice(at, end), rest: end - at }
          : { ticks, closed: ticks, rest: 0 };
    }
    from = end;
  }
  return { ticks: "", closed: "", rest: 0 };
}
