// Which of a question's options a reply names by their numbers: `2`, `2️⃣`, `:two:`, and several where several may be
// chosen. Pure.

import type { Question } from "../claude/types.ts";
import { DIGITS } from "../render/cards.ts";

const NAMES = DIGITS.map(({ name }) => name);
/** A digit, also as a keycap with or without the selector before it; or the shortcode. */
const NUMBER = new RegExp(`([1-9])(?:\\uFE0F?\\u20E3)?|:(${NAMES.join("|")}):`, "gu");
const BETWEEN = /[\s,;&+]+/gu;
/** Nobody names nine options in more. */
const MAX_LENGTH = 200;

/** The labels, joined as Claude takes them; undefined when the text is an answer in words. */
export function optionsNamed(text: string, question: Question | undefined): string | undefined {
  const { options = [], multiSelect = false } = question ?? {};
  if (text.length > MAX_LENGTH) {
    return undefined;
  }
  // An option's own label says more than its number.
  if (options.some(({ label }) => label.trim() === text)) {
    return text;
  }
  const positions = text.replace(BETWEEN, " ").split(" ").flatMap(positionsIn);
  const chosen = options.filter((_, index) => positions.includes(index));
  const isWhole = positions.every((at) => at >= 0 && at < options.length);
  return isWhole && (positions.length === 1 || multiSelect)
    ? chosen.map(({ label }) => label).join(", ")
    : undefined;
}

/** From 0; -1 for what is no number. Digits without keycaps that touch are one number, which no option has. */
function positionsIn(word: string): readonly number[] {
  const isWhole = word !== "" && word.replace(NUMBER, "") === "" && !/\d\d/.test(word);
  return isWhole
    ? [...word.matchAll(NUMBER)].map(([, digit, name = ""]) =>
        digit ? Number(digit) - 1 : NAMES.indexOf(name),
      )
    : [-1];
}
