// The end of a text taken off. Not by a pattern such as `/[.!]+$/`: that begins anew at each sign of each run of them.

/** `text` without the signs it ends with that are among `signs`. */
export function withoutEnd(text: string, signs: string): string {
  let end = text.length;
  while (end > 0 && signs.includes(text.charAt(end - 1))) {
    end--;
  }
  return text.slice(0, end);
}
