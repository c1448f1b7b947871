// Where to cut a text that is too long for one post: at a paragraph, a line, a word, in that order, with a code
// fence closed before the cut and opened again after it. Pure.

import { fenceAfter, type OpenFence, openFence } from "./code-spans.ts";
import { codePoints, firstCodePoints } from "./markdown.ts";

interface Cut {
  readonly head: string;
  readonly tail: string;
}

/** Room kept for the line that closes a fence. */
export const FENCE_ROOM = 16;

/**
 * Cuts `text` so that `head` has at most `limit` code points. `keep` is the number of UTF-16 units at the start
 * that must stay in `head`, whatever the limit (people have read them already).
 */
export function cut(text: string, limit: number, keep = 0): Cut {
  const fitting = firstCodePoints(text, Math.max(1, limit - FENCE_ROOM));
  const window = fitting.length < keep ? text.slice(0, keep) : fitting;
  return cutAt(text, cutPoint(window, keep));
}

/**
 * Cuts `text` after `at` UTF-16 units. A fence that is open there is closed and opened again, which leaves an empty
 * one at the start of `tail` when the block ends there.
 */
export function cutAt(text: string, at: number): Cut {
  const head = text.slice(0, at);
  const fence = openFence(head);
  // A marker as long as that is no code block of anybody's: it would fill the posts it is repeated in.
  if (!fence || fence.marker.length >= FENCE_ROOM) {
    return { head: head.trimEnd(), tail: text.slice(at).replace(/^(?:[ \t]*\n+| +)/, "") };
  }
  return {
    head: `${head.trimEnd()}\n${fence.marker}`,
    tail: `${fence.marker}${fence.info}\n${text.slice(at).replace(/^\n/, "")}`,
  };
}

/** `text` without the block it begins with, when that is closed before it holds anything. */
export function withoutEmptyFence(text: string): string {
  const [opening = "", ...lines] = text.split("\n");
  const open = fenceAfter(undefined, opening);
  const first = lines.findIndex((line) => line.trim() !== "");
  if (!open || (first >= 0 && fenceAfter(open, lines[first] ?? ""))) {
    return text;
  }
  return first < 0
    ? ""
    : lines
        .slice(first + 1)
        .join("\n")
        .replace(/^\n+/, "");
}

/** Splits `text` into pieces of at most `limit` code points each. */
export function pieces(text: string, limit: number): string[] {
  const parts: string[] = [];
  let rest = text;
  while (codePoints(rest) > limit) {
    const fenced = cut(rest, limit);
    // A fence that is reopened makes the tail longer again: where that would gain nothing, the cut is a plain one.
    const { head, tail } = fenced.tail.length < rest.length ? fenced : plainCut(rest, limit);
    parts.push(head);
    rest = tail === fenced.tail ? withoutEmptyFence(tail) : tail;
  }
  return [...parts, rest];
}

function plainCut(text: string, limit: number): Cut {
  const head = firstCodePoints(text, Math.max(1, limit));
  return { head, tail: text.slice(head.length) };
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
