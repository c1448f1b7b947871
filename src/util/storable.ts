// Text as any program can keep and show it: what no database takes, what is half a character and what is none stands
// in words that are the same everywhere.

/** Control characters but line breaks and tabs, halves of pairs, and what Unicode has set aside as no character. */
const UNSTORABLE = /\r\n|[\p{Cs}\p{Noncharacter_Code_Point}]|[^\P{Cc}\n\t]/gu;

/**
 * Each of them as `⟨U+0000⟩`; a line break is one, however it is written. Text that has been through it stays as it is.
 * PostgreSQL holds no U+0000, so a server answers it with 500 whenever it is tried (10.11).
 */
export function storable(text: string): string {
  return text.replace(UNSTORABLE, (found) => (found === "\r\n" ? "\n" : inWords(found)));
}

/** The name of a character in the place of it: `⟨U+202E⟩`. */
export function inWords(char: string): string {
  return `⟨U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`;
}
