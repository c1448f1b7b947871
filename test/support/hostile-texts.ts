// 64 KB each of the worst that people, Claude and servers may write, and twice as much in `npm run test:properties`, for
// what is to end in a moment with any of it: what is looked at again and again for each of its characters would take minutes.

import { expect } from "vitest";
import { processorMs } from "./processor-time.ts";
import { isLongRun } from "./runs.ts";

/** Several times what is needed, and far less than what looks at all the rest for each character; of the processor's time. */
const [LENGTH, BUDGET_MS] = isLongRun ? [1 << 17, 1_250] : [1 << 16, 700];

const many = (text: string): string => text.repeat(Math.ceil(LENGTH / text.length)).slice(0, LENGTH);

/** Runs of one sign, each longer than the one before. */
function growing(sign: string, behind: string): string {
  let text = "";
  for (let length = 1; text.length < LENGTH; length++) {
    text += sign.repeat(length) + behind;
  }
  return text;
}

/** The same in every run. */
function mixed(): string {
  const signs = [
    "\n",
    " ",
    "`",
    "```",
    "~~~",
    "|",
    "@",
    "\\",
    "![",
    "[",
    "](",
    "*",
    "_",
    "# ",
    "> ",
    "- ",
    "a",
    "<",
    "://",
  ];
  let seed = 7;
  let text = "";
  while (text.length < LENGTH) {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fff_ffff;
    text += signs[seed % signs.length];
  }
  return text;
}

const HOSTILE_TEXTS: Readonly<Record<string, string>> = {
  "empty lines": many("\n"),
  blanks: many(" "),
  "a word behind blanks": `${many(" ")}x`,
  "a word far behind its bullet": `- ${many(" ")}x`,
  "a word far behind its quote's sign": `> ${many(" ")}x`,
  "a word behind blanks in a fence": `\`\`\`\na\n${many(" ")}x`,
  "lines of a blank": many(" \n"),
  "lines of a letter": many("a\n"),
  "one word": many("a"),
  backticks: many("`"),
  "lines of a backtick": many("`a\n"),
  "escaped backticks": many("\\`"),
  "longer and longer runs of backticks": growing("`", " "),
  "fences of all lengths": growing("`", "\n  "),
  fences: many("~~~\n"),
  "indented fences": many(" ```\na\n"),
  "a fence that holds nothing": `- \`\`\`\n${many("\n")}`,
  pipes: many("|"),
  "a table": `| a | b |\n|---|---|\n${many("| 1 | 2 |\n")}`,
  "almost the rule of a table": `a|b\n--${many(" ")}x`,
  at: many("@"),
  "a name of dots": `@a${many(".")}b`,
  backslashes: many("\\"),
  pictures: many("!["),
  brackets: many("](("),
  stars: many("*a "),
  digits: many("1"),
  "lists in lists": many("1. "),
  "quotes in quotes": many("> "),
  "deeper and deeper lists": growing(" ", "- a\n"),
  links: many("https://x/t/pl/aaaaaaaaaaaaaaaaaaaaaaaaaa "),
  "one link": `https://x/pl/${many("&a;")}`,
  "carriage returns": many("\r"),
  "zero-width spaces": many("\u200b"),
  "a line of dashes": `${many("-")}x`,
  "a number behind empty lines": `${many("\n")}1x`,
  "what ends a sentence, and goes on": `a${many("!")}x${many(".")}x`,
  "a command that goes on": `!invite @a${many(".")}@`,
  "a mention that goes on": `@a ${many(",")}x`,
  colons: many(":"),
  slashes: `${many("/")}x`,
  "a mention of everything": `${many("@a")} ..`,
  "names of emoji": many(":a"),
  "mentions in brackets": many("[@"),
  "brackets far from their at": `${many("[ ")}@`,
  "ends of labels": many("]*"),
  "words in words": many("a-"),
  "words of consent": many("yes "),
  "a word of consent far from the next": `yes${many(" ")}sure${many("-")}`,
  "joined emoji": many("\u{1f468}\u200d"),
  "halves of pairs": many("\ud83d"),
  "names of the bot": many(" @claude-code_"),
  "almost names of the bot": many("a_@claude-cod"),
  "beginnings of labels": many("\n[@a"),
  "labels that show nothing": many("[\u200b\u200b"),
  denials: many("no, "),
  formulas: many("$%\n["),
  "what no server stores": many("\0\r\ud800"),
  "limits without a time": `${many("limit reached|")}${many("1")}`,
  "almost secrets": many(`b${"a".repeat(15)}`),
  mixed: mixed(),
};

/** Enough of it where one text is worked on many times. */
export const part = (text: string): string => text.slice(-LENGTH / 2);

/** Does it with each of the texts. */
export function endsAtOnce(_name: string, work: (text: string) => unknown): void {
  for (const [kind, text] of Object.entries(HOSTILE_TEXTS)) {
    expect(
      processorMs(() => work(text)),
      kind,
    ).toBeLessThan(BUDGET_MS);
  }
}
