// A program's options as it takes them from its arguments itself: which they are, and where the first other word stands.

export interface OptionRules {
  /** Letters whose value is the rest of the word, or the next one. */
  readonly valued: string;
  /** `undefined`: every long one but those in `plain`. */
  readonly valuedLong: readonly string[] | undefined;
  readonly plainLong: readonly string[];
}

export interface Options {
  /** Letters and long names, each without its dashes; `--tty=false` is none. */
  readonly names: ReadonlySet<string>;
  /** Of the first word that is no option nor the value of one; their number where there is none. */
  readonly end: number;
}

export function optionsAt(words: readonly string[], from: number, rules: OptionRules): Options {
  const names = new Set<string>();
  for (let at = from; at < words.length; at++) {
    const word = words[at] ?? "";
    if (word === "--") return { names, end: at + 1 };
    if (!word.startsWith("-") || word === "-") return { names, end: at };
    const [name = "", value] = word.replace(/^--?/, "").split(/=(.*)/s);
    if (word.startsWith("--")) {
      if (value !== "false") names.add(name);
      if (value === undefined && takesValue(name, rules)) at++;
      continue;
    }
    // `-p 22` and `-p22`, also behind others: `-Tp 22`.
    const letters = [...word.slice(1)];
    const last = letters.findIndex((letter) => rules.valued.includes(letter));
    const given = last < 0 ? letters : letters.slice(0, last + 1);
    if (value !== "false" || last >= 0) for (const letter of given) names.add(letter);
    if (last === letters.length - 1) at++;
  }
  return { names, end: words.length };
}

const takesValue = (name: string, { valuedLong, plainLong }: OptionRules): boolean =>
  valuedLong ? valuedLong.includes(name) : !plainLong.includes(name);
