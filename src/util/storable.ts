// Text that any program can store and show: characters that databases refuse, half characters and codes that are no
// character are replaced by their names.

/** Control characters except line breaks and tabs, lone surrogates, and what Unicode defines as noncharacters. */
const UNSTORABLE = /\r\n|[\p{Cs}\p{Noncharacter_Code_Point}]|[^\P{Cc}\n\t]/gu;

/**
 * Each of them as `⟨U+0000⟩`, and `\r\n` as `\n`. Applied twice it changes nothing more. PostgreSQL can't
 * store U+0000, so a server answers 500 however often it is tried (10.11).
 */
export function storable(text: string): string {
  return text.replace(UNSTORABLE, (found) => (found === "\r\n" ? "\n" : inWords(found)));
}

/** The name of a character, to show instead of it: `⟨U+202E⟩`. */
export function inWords(char: string): string {
  return `⟨U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`;
}
