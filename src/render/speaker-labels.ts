// The labels by which Claude reads who says what: `[@name]: words`. The words can't contain anything that could be read
// as somebody else's label, whatever characters spell it. Pure.

/** Where some reader begins a new line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: separators of files, groups and records are among them.
const LINE_BREAK = /\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]/g;

/** Square brackets, and what passes for them. */
const OPENING = "[\\[［﹇⁅❲〔〖〘〚【⟦⟬⦋⦍⦏⦗「『｢⌈⌊⎡⎣]";
const CLOSING = "[\\]］﹈⁆❳〕〗〙〛】⟧⟭⦌⦎⦐⦘」』｣⌉⌋⎤⎦]";
const AT = "[@＠﹫]";
const COLON = "[:：﹕︓∶ː꞉]";
/** What hides between them, or makes them bold. */
const HIDDEN = "[\\p{Z}\\p{C}\\p{M}\\p{Default_Ignorable_Code_Point}\\u2800*_`~\\\\]*";
/** Marks that may stand before a label at the beginning of a line: those of lists and quotes, and all that is no word. */
const MARKS = "[\\p{P}\\p{S}\\p{Z}\\p{M}\\p{C}\\p{Default_Ignorable_Code_Point}]*?";

const BEGINNING = new RegExp(`${OPENING}(?=${HIDDEN}${AT})`, "gu");
const BEGINNING_OF_LINE = new RegExp(`^${MARKS}(?=${OPENING}${HIDDEN}${AT})`, "u");
/** One that may hold a label. */
const LINE = new RegExp(`^.*${AT}.*$`, "gmu");
const END = new RegExp(`${CLOSING}${HIDDEN}${COLON}`, "gu");

/** `text` with every line that looks as if somebody else had said it told for what it is. */
export function withoutLabels(text: string): string {
  return text.replace(LINE_BREAK, "\n").replace(LINE, (line) => lineWithoutLabels(line));
}

function lineWithoutLabels(line: string): string {
  const atStart = BEGINNING_OF_LINE.exec(line)?.[0].length;
  const lastEnd = [...line.matchAll(END)].at(-1)?.index ?? -1;
  return line.replace(BEGINNING, (bracket, at: number) => {
    const isLabel = at === atStart || at < lastEnd;
    return isLabel && line[at - 1] !== "\\" ? `\\${bracket}` : bracket;
  });
}

/** `words` as that person's, or that account's where no person wrote them; `name` undefined: nobody knows whose. */
export function spokenBy(name: string | undefined, words: string, { isAutomatic = false } = {}): string {
  const who =
    name === undefined ? "somebody" : `@${name.normalize("NFKC").replace(/[^\p{L}\p{N}._-]+/gu, "_")}`;
  return `[${who}${isAutomatic ? ", automatic" : ""}]: ${withoutLabels(words)}`;
}
