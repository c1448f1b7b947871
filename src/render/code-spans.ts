// Where the code is in a Markdown text: fenced blocks and inline spans. Knows nothing of what the text means.

export interface Span {
  readonly code: boolean;
  readonly text: string;
}

/** A fence line: its marker (three or more backticks or tildes) and what follows it (the language). */
const FENCE_LINE = /^ {0,3}(`{3,}|~{3,})([^\n]*)$/;

export interface OpenFence {
  readonly marker: string;
  readonly info: string;
}

/** The fence that is open after `line`, given the one that was open before it. */
export function fenceAfter(open: OpenFence | undefined, line: string): OpenFence | undefined {
  const match = FENCE_LINE.exec(line);
  if (!match?.[1]) {
    return open;
  }
  const [, marker, info = ""] = match;
  if (!open) {
    // CommonMark: the info string of a backtick fence holds no backtick, else it is an inline span.
    return marker.startsWith("`") && info.includes("`") ? undefined : { marker, info: info.trim() };
  }
  const closes = marker[0] === open.marker[0] && marker.length >= open.marker.length && info.trim() === "";
  return closes ? undefined : open;
}

/** In UTF-16 units. What is longer is no inline code: the search for its end would take too long, and no post would fit it. */
export const MAX_SPAN = 1000;

/** Splits Markdown into code and prose; the texts joined again give the input. */
export function codeSpans(markdown: string): Span[] {
  const spans: Span[] = [];
  let open: OpenFence | undefined;
  let prose = "";
  for (const line of markdown.split(/(?<=\n)/)) {
    const before = open;
    open = fenceAfter(open, line.replace(/\n$/, ""));
    if (before || open) {
      addTo(spans, inlineSpans(prose));
      spans.push({ code: true, text: line });
      prose = "";
    } else {
      prose += line;
    }
  }
  addTo(spans, inlineSpans(prose));
  return spans;
}

/** As arguments of a call, a long text's spans would be too many. */
export function addTo(spans: Span[], more: readonly Span[]): void {
  for (const span of more) {
    spans.push(span);
  }
}

export function inlineSpans(prose: string): Span[] {
  const spans: Span[] = [];
  let from = 0;
  let at = 0;
  while (at < prose.length) {
    const start = prose.indexOf("`", at);
    if (start < 0) {
      break;
    }
    if (isEscaped(prose, start)) {
      at = start + 1;
      continue;
    }
    const behind = runEnd(prose, start);
    const end = closingRun(prose, behind, behind - start);
    if (end < 0) {
      at = behind;
      continue;
    }
    spans.push(
      { code: false, text: prose.slice(from, start) },
      { code: true, text: prose.slice(start, end) },
    );
    from = end;
    at = end;
  }
  spans.push({ code: false, text: prose.slice(from) });
  return spans.filter((span) => span.text !== "");
}

/** After an odd number of backslashes a backtick is only a backtick. */
function isEscaped(prose: string, at: number): boolean {
  let backslashes = 0;
  while (prose[at - 1 - backslashes] === "\\") {
    backslashes++;
  }
  return backslashes % 2 === 1;
}

/** The end of the run of backticks of exactly `length` after `from`, or -1; a span never crosses a blank line. */
function closingRun(prose: string, from: number, length: number): number {
  for (let at = from; at < prose.length && at < from + MAX_SPAN; ) {
    if (prose[at] === "\n" && prose[at + 1] === "\n") {
      return -1;
    }
    const end = runEnd(prose, at);
    if (end - at === length) {
      return end;
    }
    at = Math.max(end, at + 1);
  }
  return -1;
}

function runEnd(text: string, from: number): number {
  let end = from;
  while (text[end] === "`") {
    end++;
  }
  return end;
}
