// The scripts, run by the shells they are for, where those are installed.

import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { completionScript } from "../../../src/cli/completion.ts";
import { type Commands, createProgram } from "../../../src/cli/program.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const program = createProgram({
  version: "1",
  documentation: "docs",
  commands: () => ({}) as Commands,
  onExit: () => {},
  print: () => {},
  printError: () => {},
});
const has = (shell: string): boolean => spawnSync(shell, ["--version"]).status === 0;

const COMMANDS = program.commands.map((command) => command.name());
const CASES: readonly (readonly [typed: string, expected: readonly string[]])[] = [
  ["mm-claude doc", ["doctor"]],
  ["mm-claude st", ["status"]],
  ["mm-claude se", ["setup", "send", "service"]],
  ["mm-claude send --w", ["--wait"]],
  ["mm-claude service i", ["install"]],
  ["mm-claude service install --p", ["--print"]],
  ["mm-claude completion ", ["bash", "zsh", "fish"]],
  ["mm-claude --log-format j", ["json"]],
  ["mm-claude audit --ver", ["--verify"]],
  ["mm-claude status --j", ["--json"]],
  ["mm-claude help doc", ["doctor"]],
  ["mm-claude help ", COMMANDS],
  ["mm-claude service ", ["install", "status", "logs", "uninstall"]],
  ["mm-claude help service ", ["install", "status", "logs", "uninstall"]],
  ["mm-claude help service un", ["uninstall"]],
];

describe.skipIf(!has("bash"))("bash", () => {
  const complete = (typed: string): string[] => {
    const words = typed.split(" ");
    const code = `${completionScript("bash", program)}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}; _mm_claude
printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync("bash", ["--norc", "-c", code], { encoding: "utf8" }).split("\n").filter(Boolean);
  };
  test.each(CASES)("%s", (typed, expected) => expect(complete(typed)).toEqual(expected));
  test("knows every command", () => {
    expect(complete("mm-claude ")).toEqual(expect.arrayContaining(COMMANDS));
  });
});

describe.skipIf(!has("fish"))("fish", () => {
  const complete = (typed: string): string[] => {
    const script = join(temporaryDirectory(), "mm-claude.fish");
    writeFileSync(script, completionScript("fish", program));
    const code = `source ${script}; complete -C '${typed}'`;
    const lines = execFileSync("fish", ["--no-config", "-c", code], { encoding: "utf8" }).split("\n");
    return lines.map((line) => line.split("\t")[0] ?? "").filter(Boolean);
  };
  test.each(CASES)("%s", (typed, expected) => expect(complete(typed).sort()).toEqual([...expected].sort()));
  test("knows every command", () => {
    expect(complete("mm-claude ")).toEqual(expect.arrayContaining(COMMANDS));
  });
});

describe.skipIf(!has("zsh"))("zsh", () => {
  /** With the two functions of its completion system that the script ends in played by ones that print. */
  const complete = (typed: string): string[] => {
    const words = typed.split(" ");
    const code = `compdef() { }; _describe() { print -l -- "\${(@P)3}" }; compadd() { shift; print -l -- "$@" }
${completionScript("zsh", program)}
words=(${words.map((word) => `'${word}'`).join(" ")}); CURRENT=${words.length}; _mm_claude`;
    const offered = execFileSync("zsh", ["-f", "-c", code], { encoding: "utf8" }).split("\n");
    const typedWord = words.at(-1) ?? "";
    return offered
      .map((line) => line.split(":")[0] ?? "")
      .filter(
        (word) => word !== "" && word.startsWith(typedWord) && (typedWord !== "" || !word.startsWith("-")),
      );
  };
  test.each(CASES)("%s", (typed, expected) => expect(complete(typed)).toEqual(expected));
  test("knows every command", () => {
    expect(complete("mm-claude ")).toEqual(expect.arrayContaining(COMMANDS));
  });
});
