// What doctor found, in sections, and what it comes to. Prints nothing.

import type { Check } from "../checks.ts";

/** `skipped`: it could not be checked, or is no matter here. */
export type Status = "ok" | "warning" | "problem" | "skipped";

export interface Finding {
  readonly status: Status;
  /** Of a warning or a problem: sentences, with the mend. */
  readonly text: string;
}

export interface Section {
  readonly title: string;
  readonly checks: readonly Finding[];
}

/** `well`: without a problem, `warnings` at most. */
export type Verdict = "well" | "warnings" | "problems";

export const ok = (text: string): Finding => ({ status: "ok", text });
export const warning = (text: string): Finding => ({ status: "warning", text });
export const problem = (text: string): Finding => ({ status: "problem", text });
export const skipped = (text: string): Finding => ({ status: "skipped", text });

export function findingsOf(check: Check<unknown>): Finding[] {
  return check.ok ? [ok(check.text), ...check.hints.map(warning)] : [problem(check.text)];
}

const count = (sections: readonly Section[], status: Status): number =>
  sections.flatMap(({ checks }) => checks).filter((check) => check.status === status).length;

export function verdictOf(sections: readonly Section[]): Verdict {
  if (count(sections, "problem") > 0) return "problems";
  return count(sections, "warning") > 0 ? "warnings" : "well";
}

/** Who reads nothing but this must not take warnings for none. */
export function summaryOf(sections: readonly Section[]): string {
  const counted = (status: Status): string => {
    const number = count(sections, status);
    return `${number} ${status}${number === 1 ? "" : "s"}`;
  };
  switch (verdictOf(sections)) {
    case "well":
      return "All is well.";
    case "warnings":
      return `Well, with ${counted("warning")}.`;
    case "problems":
      return `${counted("problem")} found${count(sections, "warning") === 0 ? "" : `, and ${counted("warning")}`}.`;
  }
}
