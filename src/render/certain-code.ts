// What of a Markdown text is code for every reader, however it takes lists, quotes and tables apart. What is code for some
// readers only is text here: a mention or a picture in it could be one for the others. Errs towards text. Pure.

import { addTo, fenceAfter, inlineSpans, type OpenFence, type Span } from "./code-spans.ts";

/** A fence that may be open. One that is indented may belong to a list, and end with it. */
interface MaybeOpen {
  readonly fence: OpenFence;
  readonly isIndented: boolean;
}

/** Splits Markdown into certain code and the rest; the texts joined again give the input. */
export function certainCode(markdown: string): Span[] {
  const spans: Span[] = [];
  let readings: readonly (MaybeOpen | undefined)[] = [undefined];
  let prose = "";
  for (const line of markdown.split(/(?<=\n)/)) {
    const text = line.replace(/\n$/, "");
    const before = readings;
    readings = unique(readings.flatMap((reading) => readingsAfter(reading, text)));
    const isWithin = before.every((reading) => reading !== undefined);
    const isOpening =
      before.every((reading) => reading === undefined) && readings.every((reading) => reading !== undefined);
    if (isWithin || isOpening) {
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

/** Inline code is certain where its line alone says so as well as its paragraph, and where no table can cut it. */
function certainInline(prose: string): Span[] {
  if (!prose.includes("`")) {
    return prose === "" ? [] : [{ code: false, text: prose }];
  }
  const byLine = new Set<string>();
  let at = 0;
  for (const line of prose.split(/(?<=\n)/)) {
    for (const { from, text } of codeIn(line)) {
      byLine.add(`${at + from} ${text}`);
    }
    at += line.length;
  }
  const spans: Span[] = [];
  let done = 0;
  for (const { from, text } of codeIn(prose)) {
    if (byLine.has(`${from} ${text}`) && !text.includes("|")) {
      spans.push({ code: false, text: prose.slice(done, from) }, { code: true, text });
      done = from + text.length;
    }
  }
  spans.push({ code: false, text: prose.slice(done) });
  return spans.filter((span) => span.text !== "");
}

function codeIn(prose: string): { readonly from: number; readonly text: string }[] {
  const found: { from: number; text: string }[] = [];
  let at = 0;
  for (const { code, text } of inlineSpans(prose)) {
    if (code) {
      found.push({ from: at, text });
    }
    at += text.length;
  }
  return found;
}
