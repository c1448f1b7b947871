// Scripts by which shells complete mm-claude's commands and options, made of what the program knows. Pure.

import type { Command } from "commander";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

export function completionScript(shell: Shell, program: Command): string {
  return { bash, zsh, fish }[shell](levelsOf(program));
}

interface Word {
  readonly word: string;
  readonly meaning: string;
  readonly isOption: boolean;
  /** What may follow an option; empty for anything, undefined for nothing. */
  readonly values?: readonly string[];
}

/** A command, as the words that lead to it, and what may come next. */
interface Level {
  readonly path: readonly string[];
  readonly words: readonly Word[];
}

function levelsOf(command: Command, before: readonly string[] = []): Level[] {
  const path = [...before, command.name()];
  const choices = command.registeredArguments.flatMap(({ argChoices = [] }) =>
    argChoices.map((word) => ({ word, meaning: "", isOption: false })),
  );
  const options = command.options.flatMap(({ long, description, required, argChoices }) => ({
    word: long ?? "",
    meaning: description,
    isOption: true,
    ...(required ? { values: argChoices ?? [] } : {}),
  }));
  const help = { word: "--help", meaning: "print help", isOption: true };
  return [
    { path, words: [...namesIn(command), ...choices, ...options, help] },
    ...command.commands.flatMap((one) =>
      one.name() === "help" ? helpLevels(command, [...path, "help"]) : levelsOf(one, path),
    ),
  ];
}

/** What help can be asked for: a command, and those in it. */
function helpLevels(command: Command, path: readonly string[]): Level[] {
  return [
    { path, words: namesIn(command) },
    ...command.commands.flatMap((one) => helpLevels(one, [...path, one.name()])),
  ];
}

const namesIn = (command: Command): Word[] =>
  command.commands.map((one) => ({ word: one.name(), meaning: one.description(), isOption: false }));

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
const wordsOf = (words: readonly Word[]): string => words.map(({ word }) => word).join(" ");

/** Shell code that follows the words so far to the command that they name, in the variable `at`. */
function walk(levels: readonly Level[]): string {
  const paths = levels.slice(1).map(({ path }) => quoted(path.join(" ")));
  return `case "$at $word" in ${paths.join("|")}) at="$at $word" ;; esac`;
}

function optionCases(levels: readonly Level[], give: (values: readonly string[]) => string): string {
  const withValues = new Map<string, readonly string[]>();
  for (const { word, values } of levels.flatMap(({ words }) => words)) {
    if (values) {
      withValues.set(word, values);
    }
  }
  return [...withValues].map(([option, values]) => `    ${option}) ${give(values)} ;;`).join("\n");
}

function bash(levels: readonly Level[]): string {
  const cases = levels.map(({ path, words }) => {
    const [options, others] = [true, false].map((isOption) =>
      quoted(wordsOf(words.filter((word) => word.isOption === isOption))),
    );
    return `    ${quoted(path.join(" "))}) words=${others} options=${options} ;;`;
  });
  return `_mm_claude() {
  local at=mm-claude word words= options= current="\${COMP_WORDS[COMP_CWORD]}"
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    ${walk(levels)}
  done
  case "\${COMP_WORDS[COMP_CWORD-1]}" in
${optionCases(levels, (values) => `COMPREPLY=($(compgen -W ${quoted(values.join(" "))} -- "$current")); return`)}
  esac
  case "$at" in
${cases.join("\n")}
  esac
  if [[ $current == -* || -z $words ]]; then words=$options; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _mm_claude mm-claude
`;
}

function zsh(levels: readonly Level[]): string {
  const described = ({ word, meaning }: Word): string => quoted(`${word}:${meaning.replaceAll(":", "\\:")}`);
  const cases = levels.map(
    ({ path, words }) => `    (${quoted(path.join(" "))}) next=(${words.map(described).join(" ")}) ;;`,
  );
  return `#compdef mm-claude
_mm_claude() {
  local at=mm-claude word
  local -a next
  for word in "\${(@)words[2,CURRENT-1]}"; do
    ${walk(levels)}
  done
  case "\${words[CURRENT-1]}" in
${optionCases(levels, (values) => (values.length === 0 ? "_default; return" : `compadd -- ${values.join(" ")}; return`))}
  esac
  case "$at" in
${cases.join("\n")}
  esac
  _describe -V mm-claude next
}
compdef _mm_claude mm-claude
`;
}

function fish(levels: readonly Level[]): string {
  const lines = levels.flatMap(({ path, words }) => {
    const deeper = words.flatMap(({ word, isOption }) => (isOption || path.includes(word) ? [] : [word]));
    const here = path.slice(1).map((name) => `__fish_seen_subcommand_from ${name}`);
    const notDeeper = deeper.length === 0 ? [] : [`not __fish_seen_subcommand_from ${deeper.join(" ")}`];
    const condition = quoted([...here, ...notDeeper].join("; and ") || "true");
    return words.map(({ word, meaning, isOption, values }) => {
      const what = isOption ? `-l ${word.slice(2)}` : `-a ${word}`;
      const after = values === undefined ? "" : ` -x -a ${quoted(values.join(" "))}`;
      return `complete -c mm-claude -n ${condition} ${what}${after} -d ${quoted(meaning)}`;
    });
  });
  return `complete -c mm-claude -f\n${lines.join("\n")}\n`;
}
