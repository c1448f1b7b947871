// Where links, emphasis and inline code are in a paragraph, so that a text is cut between them if possible. Pure. This
// is an estimate: where marks have no pair, it may find too many or too few.

import { inlineSpans } from "./code-spans.ts";

const TOKEN = /\\[\s\S]|\*+|_+|~{2,}|\[|\](?:\([^)\n]{0,500}\))?/g;

/** Of every position in `paragraph` whether a cut there would part one of them. */
export function inlineMask(paragraph: string): readonly boolean[] {
  const depths = new Int32Array(paragraph.length + 1);
  for (const [from, to] of inlineStretches(paragraph)) {
    depths[from + 1] = (depths[from + 1] ?? 0) + 1;
    depths[to] = (depths[to] ?? 0) - 1;
  }
  let depth = 0;
  return Array.from(depths, (change) => {
    depth += change;
    return depth > 0;
  });
}

function inlineStretches(paragraph: string): (readonly [from: number, to: number])[] {
  const stretches: (readonly [from: number, to: number])[] = [];
  let words = "";
  for (const { code, text } of inlineSpans(paragraph)) {
    if (code) {
      stretches.push([words.length, words.length + text.length]);
    }
    words += code ? "x".repeat(text.length) : text;
  }
  /** Where those begin that have not ended yet, by their marks. */
  const open = new Map<string, number[]>();
  for (const { 0: token, index } of words.matchAll(TOKEN)) {
    if (token.startsWith("\\")) {
      continue;
    }
    const end = index + token.length;
    const isBracket = token === "[";
    const isEnd = token.startsWith("]");
    const begins = open.get(isEnd ? "[" : token) ?? [];
    open.set(isEnd ? "[" : token, begins);
    const from = isEnd || (!isBracket && !canNotEnd(token, words, index)) ? begins.pop() : undefined;
    if (from !== undefined) {
      stretches.push([from, end]);
    } else if (isBracket || (!isEnd && !canNotBegin(token, words, index))) {
      begins.push(index);
    }
  }
  return stretches;
}

function canNotBegin(marks: string, text: string, at: number): boolean {
  return /^\s?$/.test(text.charAt(at + marks.length)) || (marks.startsWith("_") && isWord(text[at - 1]));
}

function canNotEnd(marks: string, text: string, at: number): boolean {
  return /^\s?$/.test(text.charAt(at - 1)) || (marks.startsWith("_") && isWord(text[at + marks.length]));
}

/** An underscore within a word is part of it. */
function isWord(char = " "): boolean {
  return /[\p{L}\p{N}]/u.test(char);
}
