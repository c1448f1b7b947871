// Whether a reply consents, denies, or says something else. If it contains a word that is not listed here, it says
// something else: only a reply that can mean nothing else decides. Knows nothing of what is decided about. Pure.

import { canonicalEmoji, EMOJI, type EmojiName } from "../mattermost/emoji.ts";

export type WordsDecision =
  | { readonly kind: "consent" }
  /** `reason`: what follows the denial, as written; "" when nothing does. */
  | { readonly kind: "denial"; readonly reason: string }
  | { readonly kind: "undecided" };

/** `polite` goes along with either, and alone it consents. */
type Meaning = "consent" | "denial" | "polite";

const PHRASES: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ...meaning("consent", "yes y yep yeah ok o.k okay sure go lgtm allow approve approved"),
  ["go ahead", "consent"],
  ["do it", "consent"],
  ["looks good", "consent"],
  ...meaning("denial", "no nope deny denied reject"),
  ["stop it", "denial"],
  ...meaning("polite", "please thanks"),
]);

function meaning(what: Meaning, words: string): [string, Meaning][] {
  return words.split(" ").map((word) => [word, what]);
}

const DECIDING_EMOJI: Readonly<Partial<Record<EmojiName, Meaning>>> = {
  "+1": "consent",
  white_check_mark: "consent",
  "-1": "denial",
};

/** Beside a word of consent they say the opposite, or ask; every other emoji is decoration. */
const DOUBTS = new Set([
  ..."⛔ 🚫 🙅 🤷 ❓ ❔ ⁉ 🤔 ✋ ✖ ❎".split(" "),
  ..."no_entry no_entry_sign no_good shrug question grey_question interrobang thinking thinking_face".split(
    " ",
  ),
  ..."raised_hand hand heavy_multiplication_x negative_squared_cross_mark".split(" "),
]);

const NAME_OF_EMOJI: ReadonlyMap<string, EmojiName> = new Map(
  Object.entries(EMOJI).map(([name, emoji]) => [bare(emoji), name as EmojiName]),
);

/** Without its skin tone and its way of being shown. */
function bare(emoji: string): string {
  return emoji.replace(/[\ufe0f\p{Emoji_Modifier}]/gu, "");
}

/** What stands at one place of the text. `other`: anything that no list knows. */
interface Token {
  readonly kind: Meaning | "separator" | "noise" | "other";
  readonly end: number;
}

export function decisionIn(text: string): WordsDecision {
  const seen = { consent: 0, denial: 0, polite: 0 };
  let reasonAt: number | undefined;
  for (let at = 0; at < text.length; ) {
    const { kind, end } = tokenAt(text, at);
    if (kind === "other") {
      return reasonAt === undefined ? { kind: "undecided" } : denial(text.slice(reasonAt));
    }
    if (kind === "separator") {
      // The reason begins where the words that deny end.
      reasonAt = seen.denial > 0 && seen.consent === 0 ? end : reasonAt;
    } else if (kind !== "noise") {
      seen[kind]++;
    }
    at = end;
  }
  if (seen.denial > 0) {
    return seen.consent > 0 ? { kind: "undecided" } : denial("");
  }
  return seen.consent + seen.polite > 0 ? { kind: "consent" } : { kind: "undecided" };
}

function denial(reason: string): WordsDecision {
  return { kind: "denial", reason: reason.trim() };
}

/** With what is written inside of words: "no-brainer" and "node.js" are words of their own. */
const WORD = /[\p{L}\p{M}\p{N}]+(?:[-'’.][\p{L}\p{M}\p{N}]+)*/uy;
const BLANKS = /[ \t]+/y;
const NAMED_EMOJI = /:([a-z0-9_+-]+):/iy;
const EMOJI_CHARACTER =
  /[#*0-9]\ufe0f?\u20e3|\p{RI}\p{RI}|\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier}|\u200d\p{Extended_Pictographic})*/uy;
const SEPARATOR = /[,:;.!…\n–—]/y;
/** A hyphen separates where a blank stands beside it. */
const HYPHEN = /(?<=^|\s)-|-(?=\s|$)/y;
/** Emphasis, quotes and brackets; quoted lines, headings and struck words are not among them. */
const NOISE = /[\s'"“”‘’„«»()*_`¡-]/y;

function tokenAt(text: string, at: number): Token {
  const emoji = matchAt(NAMED_EMOJI, text, at) ?? matchAt(EMOJI_CHARACTER, text, at);
  if (emoji) {
    return { kind: emojiKind(emoji[1] ?? emoji[0]), end: at + emoji[0].length };
  }
  const word = matchAt(WORD, text, at)?.[0];
  if (word !== undefined) {
    return phraseAt(text, at, word);
  }
  if (matchAt(SEPARATOR, text, at) || matchAt(HYPHEN, text, at)) {
    return { kind: "separator", end: at + 1 };
  }
  return { kind: matchAt(NOISE, text, at) ? "noise" : "other", end: at + 1 };
}

function phraseAt(text: string, at: number, word: string): Token {
  const end = at + word.length;
  const blanks = matchAt(BLANKS, text, end)?.[0] ?? "";
  const next = blanks === "" ? undefined : matchAt(WORD, text, end + blanks.length)?.[0];
  const both = next === undefined ? undefined : PHRASES.get(`${word} ${next}`.toLowerCase());
  return both === undefined || next === undefined
    ? { kind: PHRASES.get(word.toLowerCase()) ?? "other", end }
    : { kind: both, end: end + blanks.length + next.length };
}

/** `emoji`: the character, or its name without colons. */
function emojiKind(emoji: string): Token["kind"] {
  const name = NAME_OF_EMOJI.get(bare(emoji)) ?? canonicalEmoji(emoji.toLowerCase());
  if (name !== undefined) {
    // The others of mm-claude's own mean something else to it.
    return DECIDING_EMOJI[name] ?? "other";
  }
  return DOUBTS.has(bare(emoji).toLowerCase()) ? "other" : "noise";
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
