// The parts of a Markdown text that are code for every reader, however it parses lists, quotes and tables. What is code
// for only some readers counts as text, because a mention or a picture in it would work for the others. Where it is not
// certain, it is text. Pure.

import { addTo, fenceAfter, inlineSpans, type OpenFence, type Span } from "./code-spans.ts";

/** A fence that may be open. One that is indented may belong to a list, and end with it. */
interface MaybeOpen {
  readonly fence: OpenFence;
  readonly isIndented: boolean;
}

/** More than so many things that may be open: nothing is certain any more. */
const MAX_READINGS = 8;
/** A longer one can't be opened again in the next post: what goes on there would be text. */
const MAX_FENCE = 60;

/** Splits Markdown into certain code and the rest; the texts joined again give the input. */
export function unambiguousCode(markdown: string): Span[] {
  const spans: Span[] = [];
  let readings: readonly (MaybeOpen | undefined)[] = [undefined];
  let prose = "";
  for (const line of markdown.split(/(?<=\n)/)) {
    const text = line.replace(/\r?\n$/, "");
    const before = readings;
    if (before.length === 1 && before[0] === undefined && !/^ {0,3}(?:```|~~~)/.test(text)) {
      prose += line;
      continue;
    }
    if (before.length <= MAX_READINGS) {
      readings = unique(before.flatMap((reading) => readingsAfter(reading, text)));
    }
    const isCertain = [before, readings].every((all) => all.length <= MAX_READINGS);
    const isWithin = before.every(isOpen);
    const isOpening = before.every((reading) => reading === undefined) && readings.every(isOpen);
    if (isCertain && (isWithin || isOpening)) {
      addTo(spans, certainInline(prose));
      spans.push({ code: true, text: line });
      prose = "";
    } else {
      prose += line;
    }
  }
  addTo(spans, certainInline(prose));
  return spans;
}

function isOpen(reading: MaybeOpen | undefined): boolean {
  return reading !== undefined && reading.fence.marker.length <= MAX_FENCE;
}

/** All that may be open after `line`, given one thing that may have been open before it. */
function readingsAfter(open: MaybeOpen | undefined, line: string): (MaybeOpen | undefined)[] {
  const isIndented = /^ /.test(line);
  if (open === undefined) {
    const fence = fenceAfter(undefined, line);
    if (fence === undefined) {
      return [undefined];
    }
    // More than a language may make the line a table's first.
    const isPlain = /^[\w+#.-]*$/.test(fence.info);
    return isIndented || !isPlain ? [undefined, { fence, isIndented }] : [{ fence, isIndented }];
  }
  const fence = fenceAfter(open.fence, line);
  const goesOn = fence === undefined ? undefined : open;
  // A list ends with a line that is not indented, and the fence in it as well.
  const mayHaveEnded = open.isIndented && !isIndented && line.trim() !== "";
  return mayHaveEnded ? [goesOn, ...readingsAfter(undefined, line)] : [goesOn];
}

function unique(readings: readonly (MaybeOpen | undefined)[]): readonly (MaybeOpen | undefined)[] {
  const byWords = new Map(
    readings.map((reading) => [reading && `${reading.isIndented} ${reading.fence.marker}`, reading]),
  );
  return [...byWords.values()];
}

/**
 * Inline code is certain if its own line shows it and no text before it, in this line or in the lines since the last
 * empty one, could pair with one of its backticks. So no backtick may be without a pair, and no code may contain a
 * pipe, where a table would cut it.
 */
function certainInline(prose: string): Span[] {
  const spans: Span[] = [];
  let plain = "";
  let isSure = true;
  for (const line of prose.split(/(?<=\n)/)) {
    isSure ||= /^\r?\n$/.test(line);
    if (!line.includes("`")) {
      plain += line;
      continue;
    }
    for (const { code, text } of inlineSpans(line)) {
      isSure &&= code ? !text.includes("|") : !text.includes("`");
      if (code && isSure) {
        spans.push({ code: false, text: plain }, { code, text });
        plain = "";
      } else {
        plain += text;
      }
    }
  }
  spans.push({ code: false, text: plain });
  return spans.filter((span) => span.text !== "");
}
