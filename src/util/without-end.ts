// Removes characters at the end of a text. Not by a pattern such as `/[.!]+$/`, which takes quadratic time: it starts
// again at each character of a run.

/** `text` without those characters at its end that are in `characters`. */
export function withoutEnd(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text.charAt(end - 1))) {
    end--;
  }
  return text.slice(0, end);
}
