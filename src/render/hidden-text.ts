// Shows words that somebody has to decide about, completely: clients do not show everything that is in a Markdown text.
// Pure.

import { fence, harmless, inlineCode, oneLine, showEverything, showHidden, truncate } from "./markdown.ts";
import { unambiguousCode } from "./unambiguous-code.ts";

/** What a client may leave out of Markdown it shows: targets' titles, definitions, comments, those of formulas. */
const LEFT_OUT: readonly RegExp[] = [
  /\]\((?:[^)"'(\n]{300}|[^)"'(\n]{0,300}["'(])/,
  /^[ \t>]*\[[^\]\n]{1,999}\]:/m,
  /<!--|<\/?[a-z]/i,
  /\$[^$%\n]*%[^$\n]*\$/,
];

/** Code in a language that some clients draw, in a list or a quote as well. */
const DRAWN_CODE = /^[ \t>*+\d.)-]*(?:`{3,}|~{3,})[ \t]*(?:tex|latex|katex|math|mermaid|plantuml)/im;

function isLeftOut(markdown: string): boolean {
  const prose = unambiguousCode(markdown).map((span) =>
    span.code ? span.text.replace(/^[^\n]*/, "`") : span.text,
  );
  return DRAWN_CODE.test(markdown) || LEFT_OUT.some((pattern) => pattern.test(prose.join("")));
}

/** Claude's Markdown where somebody decides by it: as its source, when some of it would not be seen otherwise. */
export function decidedBy(markdown: string): string {
  return isLeftOut(markdown) ? fence(showEverything(markdown), "markdown") : harmless(showHidden(markdown));
}

/** The same on one line, among other things. */
export function decidedByLine(text: string): string {
  return isLeftOut(text) ? inlineCode(text.trim()) : oneLine(text);
}

/** A person's words on one line, as they wrote them: in code, where Markdown could make something else of them. */
export function asWritten(text: string, width = 300): string {
  const line = truncate(text.trim().replace(/\s+/g, " "), width);
  return /^[\p{L}\p{M}\p{N} ,.;!?'"’“”()…–—-]*$/u.test(line) ? line : inlineCode(line);
}
