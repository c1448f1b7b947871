// Where to cut a text that is too long for one post: at a paragraph, a line, a word, in that order, with a code
// fence closed before the cut and opened again after it. Pure.

import { fenceAfter, type OpenFence, openFence } from "./code-spans.ts";
import { codePoints, firstCodePoints } from "./markdown.ts";

interface Cut {
  readonly head: string;
  readonly tail: string;
}

/** Room kept for the line that closes a fence. */
const FENCE_ROOM = 16;

/**
 * Cuts `text` so that `head` has at most `limit` code points. `keep` is the number of UTF-16 units at the start
 * that must stay in `head` (people have read them already).
 */
export function cut(text: string, limit: number, keep = 0): Cut {
  const window = firstCodePoints(text, limit - FENCE_ROOM);
  const at = cutPoint(window, Math.min(keep, window.length));
  const head = text.slice(0, at);
  const fence = openFence(head);
  if (!fence) {
    return { head: head.trimEnd(), tail: text.slice(at).replace(/^[ \t]*\n+/, "") };
  }
  return {
    head: `${head.trimEnd()}\n${fence.marker}`,
    tail: `${fence.marker}${fence.info}\n${text.slice(at).replace(/^\n/, "")}`,
  };
}

/** Splits `text` into pieces of at most `limit` code points each. */
export function pieces(text: string, limit: number): string[] {
  const parts: string[] = [];
  let rest = text;
  while (codePoints(rest) > limit) {
    const { head, tail } = cut(rest, limit);
    // A fence that is reopened makes the tail longer again: with a limit that small a cut would gain nothing.
    if (tail.length >= rest.length) {
      break;
    }
    parts.push(head);
    rest = tail;
  }
  return [...parts, rest];
}

function cutPoint(window: string, keep: number): number {
  const floor = Math.max(keep, Math.floor(window.length / 2));
  const paragraph = lastOutsideFence(window, floor);
  if (paragraph > 0) {
    return paragraph;
  }
  const line = window.lastIndexOf("\n");
  if (line > 0 && line >= floor) {
    return notOnFenceLine(window, line, keep);
  }
  const word = window.lastIndexOf(" ");
  if (word > 0 && word >= floor) {
    return word + 1;
  }
  return Math.max(keep, window.length);
}

/** The last blank line at or after `floor` that is not inside a fence; 0 when there is none. */
function lastOutsideFence(window: string, floor: number): number {
  let last = 0;
  let open: OpenFence | undefined;
  let at = 0;
  for (const line of window.split("\n")) {
    if (line === "" && !open && at > 0 && at - 1 >= floor) {
      last = at - 1;
    }
    open = fenceAfter(open, line);
    at += line.length + 1;
  }
  // The empty rest after a final newline is not a blank line yet.
  return last >= window.length - 1 ? 0 : last;
}

/** A cut right after a fence's opening line would leave an empty block behind: cut before that line instead. */
function notOnFenceLine(window: string, at: number, keep: number): number {
  const lineStart = window.lastIndexOf("\n", at - 1);
  const opensHere = lineStart > 0 && openFence(window.slice(0, at)) && !openFence(window.slice(0, lineStart));
  return opensHere && lineStart >= keep ? lineStart : at;
}
