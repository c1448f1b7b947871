// Where a text may be cut: between its blocks, its lines and its words, and which of these places is the best. Pure.

import { isProse, type Line, type Place, readLine, TOP } from "./blocks.ts";
import { MAX_SPAN } from "./code-spans.ts";
import { inlineMask } from "./inline.ts";
import { firstCodePoints } from "./markdown.ts";

/** A place to cut at, in UTF-16 units: `end` ends the one part, `at` begins the other. */
export interface Gap {
  readonly end: number;
  readonly at: number;
}

interface ProseGap extends Gap {
  /** What it is in, if that is of words: from where to where. */
  readonly prose?: Prose | undefined;
}

interface Prose {
  readonly from: number;
  end: number;
}

interface LineGap extends ProseGap {
  /** Between blocks, between blocks of one list or quote, between lines of a block. */
  readonly rank: "block" | "inner" | "line";
}

/** The last line that begins within a window. */
interface LastLine {
  /** Where its words begin. */
  readonly words: number;
  readonly start: number;
  readonly end: number;
  readonly prose: Prose | undefined;
  /** Whether its words may be parted. */
  readonly isParted: "freely" | "at last" | "never";
}

/**
 * The best place to cut `text` at, so that no more than `limit` code points and no less than `keep` UTF-16 units are
 * before it.
 */
export function lastGap(text: string, limit: number, keep: number): Gap {
  const most = Math.max(keep, firstCodePoints(text, Math.max(1, limit)).length);
  const least = Math.max(keep, Math.floor(most / 2), 1);
  const { gaps, last } = linesUntil(text, most);
  const isWhole = wholeness(text);
  // What was shown may end with blank lines, or with the signs of a quote.
  const possible = gaps
    .filter(({ at }) => at >= keep)
    .map((gap) => (gap.end < keep ? { ...gap, end: keep } : gap));
  const late = possible.filter(({ end }) => end >= least);
  const between =
    late.findLast(({ rank }) => rank === "block") ??
    late.findLast(({ rank }) => rank === "inner") ??
    late.findLast(isWhole) ??
    (last.isParted === "freely" ? undefined : (possible.findLast(isWhole) ?? possible.at(-1))) ??
    (last.isParted === "never" && last.start > keep ? { end: last.start, at: last.start } : undefined);
  if (between) {
    return between;
  }
  const early = Math.max(keep, Math.floor(most / 8), 1);
  const words = last.isParted === "never" ? [] : wordsOf(text, last, early, most);
  const lateWords = words.filter(({ end }) => end >= least);
  return (
    lateWords.findLast(isWhole) ??
    words.findLast(isWhole) ??
    possible.findLast((gap) => gap.end >= early && isWhole(gap)) ??
    lateWords.at(-1) ??
    late.at(-1) ?? { end: most, at: most }
  );
}

/** Whether a gap parts no link, emphasis or inline code, nor a line from the sign that breaks it. */
function wholeness(text: string): (gap: ProseGap) => boolean {
  const masks = new Map<number, readonly boolean[]>();
  return ({ end, at, prose }) => {
    if (prose === undefined) {
      return true;
    }
    const mask = masks.get(prose.from) ?? inlineMask(text.slice(prose.from, prose.end));
    masks.set(prose.from, mask);
    return !mask[at - prose.from] && !mask[end - prose.from] && !/\\\r?$/.test(text.slice(end - 2, end));
  };
}

function linesUntil(text: string, most: number): { readonly gaps: LineGap[]; readonly last: LastLine } {
  const gaps: LineGap[] = [];
  let last: LastLine = { words: 0, start: 0, end: text.length, prose: undefined, isParted: "never" };
  let place = TOP;
  let before: Line | undefined;
  let end = 0;
  let prose: Prose | undefined;
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf("\n", at);
    const lineEnd = newline < 0 ? text.length : newline;
    const line = readLine(place, text.slice(at, lineEnd));
    const isMore = line.kind === "more" && prose !== undefined;
    if (isMore && prose) {
      prose.end = Math.min(lineEnd, most + MAX_SPAN);
    }
    const rank = before && rankOf(line, place, before);
    if (rank && end > 0 && end <= most) {
      gaps.push({ end, at, rank, prose: isMore ? prose : undefined });
    }
    if (at > most && line.kind !== "blank" && !(isMore && at < most + MAX_SPAN)) {
      return { gaps, last: line.kind === "tableRule" ? { ...last, isParted: "at last" } : last };
    }
    const words = lineEnd - line.content.length;
    if (!isMore) {
      prose = isProse(line) ? { from: words, end: Math.min(lineEnd, most + MAX_SPAN) } : undefined;
    }
    if (line.kind !== "blank") {
      end = lineEnd;
      last = at > most ? last : { words, start: at, end, prose, isParted: partingOf(line) };
    }
    place = line.place;
    before = line;
    at = lineEnd + 1;
  }
  return { gaps, last };
}

function partingOf(line: Line): LastLine["isParted"] {
  const isCode = line.kind === "code" || (line.kind === "other" && line.place.leaf?.kind === "code");
  return line.kind === "row" ? "at last" : isProse(line) || isCode ? "freely" : "never";
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

function wordsOf(text: string, { words, end, prose }: LastLine, least: number, most: number): ProseGap[] {
  const found: ProseGap[] = [];
  const first = words + (/^\s*/.exec(text.slice(words, words + most))?.[0].length ?? 0);
  for (let at = Math.max(least, first + 1); at <= Math.min(most, end); at++) {
    if (/[ \t]/.test(text.charAt(at - 1)) && /[^ \t\r\n]/.test(text.charAt(at))) {
      found.push({ end: at, at, prose });
    }
  }
  return found;
}
