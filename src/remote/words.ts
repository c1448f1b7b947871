// A runner as it is written in the settings: words as a shell would take them apart, without anything that a shell would
// do with them.

/** `problem`: a clause about the text. */
export type Words = { readonly value: readonly string[] } | { readonly problem: string };

const PLAIN = /[^\s'"\\]/;

export function shellWords(text: string): Words {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let at = 0; at < text.length; at++) {
    const sign = text.charAt(at);
    const next = text.charAt(at + 1);
    if (quote === "'") {
      quote = sign === "'" ? undefined : quote;
      word = sign === "'" ? word : `${word}${sign}`;
    } else if (sign === "\\" && (quote === undefined || '"\\$`'.includes(next))) {
      if (next === "") {
        return { problem: "it ends with a backslash" };
      }
      word = `${word ?? ""}${next}`;
      at++;
    } else if (quote === '"') {
      quote = sign === '"' ? undefined : quote;
      word = sign === '"' ? word : `${word}${sign}`;
    } else if (sign === "'" || sign === '"') {
      quote = sign;
      word ??= "";
    } else if (PLAIN.test(sign)) {
      word = `${word ?? ""}${sign}`;
    } else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  if (quote !== undefined) {
    return { problem: `a ${quote} in it is never closed` };
  }
  return { value: word === undefined ? words : [...words, word] };
}
