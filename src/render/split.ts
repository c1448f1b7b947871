// Where to cut a text that is too long for one post: between two blocks, at a line, at a word, in that order, and not in a
// table's row, a link, emphasis or inline code where there is another place. What is cut goes on as `go-on.ts` says. Pure.

import { pipesOf, proseEnd, readLine, TOP } from "./blocks.ts";
import { inlineSpans, MAX_SPAN } from "./code-spans.ts";
import { type Gap, lastGap } from "./gaps.ts";
import { afterLine, type CutPlace, closing, goOn } from "./go-on.ts";
import { codePoints, firstCodePoints, isLonger } from "./markdown.ts";

export interface Cut {
  /** Complete by itself. */
  readonly head: string;
  /** As it was written. */
  readonly rest: string;
  /** How `rest` goes on; undefined where it is to be read by itself. */
  readonly after: CutPlace | undefined;
}

/** Room kept for the line that closes a fence. */
export const FENCE_ROOM = 64;

/** Splits `text` into pieces of at most `limit` code points each. */
export function pieces(text: string, limit: number): string[] {
  const parts: string[] = [];
  let left = text;
  while (isLonger(left, limit)) {
    const { head, rest, after } = cut(left, limit);
    parts.push(head);
    left = after ? goOn(after, rest) : rest;
  }
  return left === "" && parts.length > 0 ? parts : [...parts, left];
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
      const opened = found.after ? goOn(found.after, found.rest).length - found.rest.length : 0;
      return opened > (gap.at * 3) / 4 ? plainCut(text, limit, keep) : found;
    }
    room = codePoints(text.slice(0, gap.end).trimEnd()) - excess;
  }
  return plainCut(text, limit, keep);
}

/** Cuts `text` after `at` UTF-16 units, in the middle of whatever is there. */
export function cutAt(text: string, at: number): Cut {
  return cutBetween(text, { end: at, at });
}

function plainCut(text: string, limit: number, keep: number): Cut {
  const fitting = firstCodePoints(text, Math.max(1, limit));
  const head = fitting.length < keep ? text.slice(0, keep) : fitting;
  return { head, rest: text.slice(head.length), after: undefined };
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
  const ticks = ticksAround(prose, at - from);
  const cells = open.leaf?.kind === "table" ? pipesOf(begun.content.trim().replace(/^\|/, "")) : 0;
  return {
    head: `${text.slice(0, end).trimEnd()}${ticks}${closing(open)}`,
    rest: text.slice(isWithinLine ? at : start),
    after: { place: open, isWithinLine, ticks, cells },
  };
}

/** The backticks of the inline code that `at` is in; "" when it is in none. */
function ticksAround(paragraph: string, at: number): string {
  let from = 0;
  for (const { code, text } of inlineSpans(paragraph)) {
    const ticks = code ? (/^`+/.exec(text)?.[0] ?? "") : "";
    if (from + ticks.length < at && at < from + text.length - ticks.length) {
      return ticks;
    }
    from += text.length;
  }
  return "";
}
