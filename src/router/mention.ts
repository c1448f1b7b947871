// Recognises mentions as Mattermost does: any case, at a word's edge, never in code, never as part of another name.
// Names may hold letters, digits, `.`, `-` and `_`. Pure.

import { codeSpans } from "../render/code-spans.ts";

const NAME = "[\\p{L}\\p{N}][\\p{L}\\p{N}._-]*";
/**
 * What may not stand before an `@` that begins a mention: the rest of a word, a mail address, a path. Emphasis may
 * (`_@name_`, 10.11).
 */
const NOT_AFTER = "(?<![\\p{L}\\p{N}@/+][_.-]{0,8})";

/** What behind a name makes it another one. */
const LONGER_NAME = "[\\p{L}\\p{N}_.-]*[\\p{L}\\p{N}]";
const GOES_ON = new RegExp(`^${LONGER_NAME}`, "u");

function escaped(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function mentionPattern(name: string): RegExp {
  return new RegExp(`${NOT_AFTER}@${escaped(name)}(?!${LONGER_NAME})`, "iu");
}

export function mentions(text: string, name: string): boolean {
  // Such a pattern takes milliseconds to make ready, and most texts have nothing for it.
  if (!text.toLowerCase().includes(`@${name.toLowerCase()}`)) {
    return false;
  }
  const pattern = mentionPattern(name);
  return codeSpans(text).some((span) => !span.code && pattern.test(span.text));
}

/**
 * Punctuation that belongs to the mention: right behind it, or a dash or colon on its own. Not a `!` that begins a
 * command, nor what begins the next word (`.env`, `--help`).
 */
const AFTER_MENTION = /^(?:[,:;.?)-]|!(?!\p{L}))*\s*(?:[,:–—-]+(?:\s+|$))?/u;

/** The text without the mention of `name` it begins with, and without the punctuation after that. */
export function withoutLeadingMention(text: string, name: string): string {
  const trimmed = text.trim();
  const mention = `@${name}`;
  const rest = trimmed.slice(mention.length);
  const begins = trimmed.slice(0, mention.length).toLowerCase() === mention.toLowerCase();
  return begins && !GOES_ON.test(rest) ? rest.replace(AFTER_MENTION, "") : trimmed;
}

const LEADING_NAME = new RegExp(`^\\s*@(${NAME})(?![/\\p{L}\\p{N}@._-])`, "u");

/**
 * The names `text` may begin by mentioning, most likely first: a final dot may end the name or the sentence. Empty when
 * it begins with something else, such as `@types/node`.
 */
export function leadingNames(text: string): string[] {
  const match = LEADING_NAME.exec(text);
  return match?.[1] ? nameCandidates(match[1]) : [];
}

/** A name as written, and without the punctuation that may belong to the sentence. */
export function nameCandidates(written: string): string[] {
  const name = written.toLowerCase();
  const bare = /^.*[\p{L}\p{N}]/su.exec(name)?.[0] ?? name;
  return bare === name ? [name] : [name, bare];
}
