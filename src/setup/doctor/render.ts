// The report as a person reads it, and as a program does.

import { printable } from "../../util/printable.ts";
import { type Section, type Status, summaryOf, type Verdict, verdictOf } from "./report.ts";

/** Gives a text a colour, or leaves it as it is where no terminal shows it. */
export type Paint = (colour: "bold" | "dim" | "green" | "red" | "yellow", text: string) => string;

const SIGNS = {
  ok: ["✓", "green"],
  warning: ["!", "yellow"],
  problem: ["✗", "red"],
  skipped: ["-", "dim"],
} as const satisfies Record<Status, readonly [sign: string, colour: Parameters<Paint>[0]]>;

const VERDICTS = { well: "green", warnings: "yellow", problems: "red" } as const satisfies Record<
  Verdict,
  Parameters<Paint>[0]
>;

export function sectionLines({ title, checks }: Section, paint: Paint): string[] {
  return [
    paint("bold", title),
    ...checks.map(({ status, text }) => {
      const [sign, colour] = SIGNS[status];
      return `  ${paint(colour, sign)} ${printable(text)}`;
    }),
    "",
  ];
}

export function summaryLine(sections: readonly Section[], paint: Paint): string {
  return paint(VERDICTS[verdictOf(sections)], summaryOf(sections));
}

/** One document. */
export function reportJson(version: string, sections: readonly Section[]): string {
  const report = { version, verdict: verdictOf(sections), summary: summaryOf(sections), sections };
  return JSON.stringify(report, null, 2);
}
