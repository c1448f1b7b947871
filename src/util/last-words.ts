// What a program has said, to be shown in a sentence about it.

const MOST = 300;

/** On one line, and of what is long the end, from a word on: the last lines are the reason as a rule. */
export function lastWords(said: string, most = MOST): string {
  const line = said.replace(/[\s\p{Cc}]+/gu, " ").trim();
  if (line.length <= most) {
    return line;
  }
  const end = line.slice(1 - most);
  const at = end.indexOf(" ");
  const isFarOn = at < 0 || at > most / 2;
  return `…${isFarOn ? end.replace(/^[\uDC00-\uDFFF]/, "") : end.slice(at)}`;
}
