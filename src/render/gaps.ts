// Where a text may be cut: between its blocks, its lines and its words, and which of these places is the best. Pure.

import { type Line, type Place, readLine, TOP } from "./blocks.ts";
import { MAX_SPAN } from "./code-spans.ts";
import { inlineMask } from "./inline.ts";
import { firstCodePoints } from "./markdown.ts";

/** A place to cut at, in UTF-16 units: `end` ends the one part, `at` begins the other. */
export interface Gap {
  readonly end: number;
  readonly at: number;
}

interface LineGap extends Gap {
  /** Between blocks, between blocks of one list or quote, between lines of a block. */
  readonly rank: "block" | "inner" | "line";
  /** Where the paragraph begins that it is in. */
  readonly paragraph: number | undefined;
}

/** The last line that begins within a window. */
interface LastLine {
  /** Where its words begin. */
  readonly words: number;
  readonly end: number;
  readonly paragraph: number | undefined;
  /** Its words may be parted when nothing else can. */
  readonly isParted: boolean;
}

/**
 * The best place to cut `text` at, so that no more than `limit` code points and no less than `keep` UTF-16 units are
 * before it.
 */
export function lastGap(text: string, limit: number, keep: number): Gap {
  const most = Math.max(keep, firstCodePoints(text, Math.max(1, limit)).length);
  const least = Math.max(keep, Math.floor(most / 2), 1);
  const { gaps, last } = linesUntil(text, most);
  const late = gaps.filter(({ end }) => end >= least);
  const isWhole = wholeness(text);
  const between =
    late.findLast(({ rank }) => rank === "block") ??
    late.findLast(({ rank }) => rank === "inner") ??
    late.findLast((gap) => isWhole(gap));
  if (between) {
    return between;
  }
  const possible = gaps.filter(({ end }) => end >= keep);
  if (!last.isParted && possible.length > 0) {
    return possible.findLast((gap) => isWhole(gap)) ?? possible.at(-1) ?? { end: most, at: most };
  }
  const early = Math.max(keep, Math.floor(most / 8), 1);
  const words = last.isParted ? wordsOf(text, last, early, most) : [];
  const lateWords = words.filter(({ end }) => end >= least);
  return (
    lateWords.findLast((gap) => isWhole(gap)) ??
    words.findLast((gap) => isWhole(gap)) ??
    possible.findLast((gap) => gap.end >= early && isWhole(gap)) ??
    lateWords.at(-1) ??
    late.at(-1) ?? { end: most, at: most }
  );
}

/** Whether a gap parts no link, emphasis or inline code, nor a line from the sign that breaks it. */
function wholeness(text: string): (gap: Gap & { readonly paragraph: number | undefined }) => boolean {
  const masks = new Map<number, readonly boolean[]>();
  return ({ end, at, paragraph }) => {
    if (paragraph === undefined) {
      return true;
    }
    // Long enough for what ends behind the gap.
    const mask = masks.get(paragraph) ?? inlineMask(text.slice(paragraph, at + MAX_SPAN));
    masks.set(paragraph, mask);
    return !mask[at - paragraph] && !mask[end - paragraph] && !/\\\r?$/.test(text.slice(end - 2, end));
  };
}

function linesUntil(text: string, most: number): { readonly gaps: LineGap[]; readonly last: LastLine } {
  const gaps: LineGap[] = [];
  let last: LastLine = { words: 0, end: text.length, paragraph: undefined, isParted: false };
  let place = TOP;
  let before: Line | undefined;
  let end = 0;
  let paragraph: number | undefined;
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf("\n", at);
    const lineEnd = newline < 0 ? text.length : newline;
    const line = readLine(place, text.slice(at, lineEnd));
    const rank = before && rankOf(line, place, before);
    const content = lineEnd - line.content.length;
    paragraph = isProse(line) ? (line.kind === "more" ? paragraph : content) : undefined;
    if (rank && end > 0 && end <= most) {
      gaps.push({ end, at, rank, paragraph: line.kind === "more" ? paragraph : undefined });
    }
    if (at > most && line.kind !== "blank") {
      return { gaps, last: { ...last, isParted: last.isParted && line.kind !== "tableRule" } };
    }
    if (line.kind !== "blank") {
      end = lineEnd;
      last = { words: content, end: lineEnd, paragraph, isParted: isProse(line) || isCode(line) };
    }
    place = line.place;
    before = line;
    at = lineEnd + 1;
  }
  return { gaps, last };
}

function isProse({ kind, place }: Line): boolean {
  return kind === "text" || kind === "more" || place.leaf?.kind === "heading";
}

function isCode({ kind, place }: Line): boolean {
  return kind === "code" || (kind === "other" && place.leaf?.kind === "code");
}

/** What a cut before `line` parts; undefined where there must be none. */
function rankOf(line: Line, place: Place, before: Line): LineGap["rank"] | undefined {
  switch (line.kind) {
    case "blank":
    case "underline":
    case "tableRule":
      return undefined;
    case "code":
    case "fenceEnd":
      return before.kind === "fence" ? undefined : "line";
    case "row":
      return place.leaf?.kind === "table" && place.leaf.isEmpty ? undefined : "line";
    case "more":
      return "line";
    default: {
      const isMoreCode = place.leaf?.kind === "code" && line.place.leaf?.kind === "code";
      return isMoreCode ? "line" : line.kept > 0 ? "inner" : "block";
    }
  }
}

function wordsOf(
  text: string,
  { words, end, paragraph }: LastLine,
  least: number,
  most: number,
): (Gap & { readonly paragraph: number | undefined })[] {
  const found: (Gap & { readonly paragraph: number | undefined })[] = [];
  const first = words + (/^\s*/.exec(text.slice(words, words + most))?.[0].length ?? 0);
  for (let at = Math.max(least, first + 1); at <= Math.min(most, end); at++) {
    if (/[ \t]/.test(text.charAt(at - 1)) && /[^ \t\r\n]/.test(text.charAt(at))) {
      found.push({ end: at, at, paragraph });
    }
  }
  return found;
}
