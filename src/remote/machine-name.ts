// What people call a machine: no word of its runner that may be secret, and nothing long.

import { basename } from "node:path";

const LONGEST = 60;

/** `found`: what the runner reaches, where its words say it. */
export function machineName(words: readonly string[], found: string | undefined): string {
  const [program = ""] = basename(programIn(words) ?? words[0] ?? "").split(/\s/);
  const name = [...withoutPassword(found ?? program)];
  return name.length <= LONGEST ? name.join("") : `${name.slice(0, LONGEST - 1).join("")}…`;
}

/** What is run in the end, behind `env` and its variables; undefined where that is more than a program (`env -S`). */
export function programIn(words: readonly string[]): string | undefined {
  const found = words.find(
    (word) => basename(word) !== "env" && !word.startsWith("-") && !isAssignment(word),
  );
  return found !== undefined && /\s/.test(found) ? undefined : found;
}

export const isAssignment = (word: string): boolean => /^[A-Za-z_]\w*=/.test(word);

/** That of an address: `//dev:password@build1`. */
export const withoutPassword = (word: string): string => word.replace(/:[^:@/]*@/g, ":…@");
