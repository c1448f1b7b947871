// A runner's words as others may see them: a token or a password can be among them, so only what is known to be none is
// shown. They stay as many, and each stays what it is: an option, its value, a name.

import { basename } from "node:path";
import { isAssignment, programIn, withoutPassword } from "./machine-name.ts";
import { type Kind, known } from "./runner.ts";

export const HIDDEN = "…";

type Program = Pick<Kind, "shown"> & { readonly valued: string };

/** Words that say what a runner does. */
const PLAIN_WORDS: ReadonlySet<string> = new Set(["env", "exec", "compose", "container", "--"]);

/** Of those that nothing is known of, each letter may have a value. */
const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const UNKNOWN: Program = { valued: `${LETTERS}${LETTERS.toUpperCase()}`, shown: { letters: "", long: [] } };
const SUDO: Program = { ...UNKNOWN, shown: { letters: "u", long: ["user"] } };

/** What ssh's `-o` may be followed by: nothing that is a command or what one is given. */
const SSH_SETTING =
  /^(?:Port|User|HostName|HostKeyAlias|IdentityFile|IdentitiesOnly|ProxyJump|StrictHostKeyChecking|UserKnownHostsFile|ConnectTimeout|ServerAlive\w+|BatchMode|RequestTTY)[= ]/i;

export function shownWords(words: readonly string[]): readonly string[] {
  const found = known(words);
  if (found === undefined) return ofOtherProgram(words);
  const { at, kind, runner } = found;
  const [program = "", ...own] = words.slice(at, at + runner.length);
  const behind = words.slice(at + runner.length);
  return [
    ...ofOtherProgram(words.slice(0, at)),
    program,
    ...shownOf(own, { shown: kind.shown, valued: kind.rules.valued }, runner.reached),
    ...(behind.length === 0 ? [] : shownWords(behind)),
  ];
}

function ofOtherProgram(words: readonly string[]): string[] {
  const name = programIn(words);
  return shownOf(words, /^(?:sudo|doas)$/.test(basename(name ?? "")) ? SUDO : UNKNOWN, name);
}

/** `name`: the word that is shown without being known. */
function shownOf(words: readonly string[], { shown, valued }: Program, name: string | undefined): string[] {
  const mayShow = (option: string, value: string): boolean =>
    option.length > 1
      ? shown.long.includes(option)
      : shown.letters.includes(option) && (option !== "o" || SSH_SETTING.test(value));
  return words.map((word, at) => {
    if (PLAIN_WORDS.has(basename(word)) || word === name) return withoutPassword(word);
    if (word.startsWith("-")) {
      const { option, written, value } = optionIn(word, valued);
      return value === "" || mayShow(option, value) ? withoutPassword(word) : `${written}${HIDDEN}`;
    }
    const before = words[at - 1] ?? "";
    if (before.startsWith("-") && mayShow(optionIn(before, valued).option, word))
      return withoutPassword(word);
    return isAssignment(word) ? `${word.slice(0, word.indexOf("=") + 1)}${HIDDEN}` : HIDDEN;
  });
}

/** `option`: that which a value belongs to; `written`: all before the value. */
function optionIn(word: string, valued: string) {
  const isLong = word.startsWith("--");
  const letter = [...word].findIndex((one, at) => at > 0 && valued.includes(one));
  const end = isLong ? word.indexOf("=") + 1 : letter + 1;
  const written = end === 0 ? word : word.slice(0, end);
  const option = isLong ? written.slice(2).replace(/=$/, "") : written.slice(-1);
  return { option, written, value: word.slice(written.length) };
}
