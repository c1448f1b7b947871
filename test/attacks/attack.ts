// One attack: a test that also says in sentences what was tried and what happened, for whoever reads the run.
// Knows neither the daemon nor how a report is printed.

import { expect, test } from "vitest";

export interface Report {
  tried(sentence: string): void;
  /** From what was observed. */
  happened(sentence: string): void;
}

/** What goes from the test to the reporter. */
export interface Told {
  readonly tried: string[];
  readonly happened: string[];
}

declare module "vitest" {
  interface TaskMeta {
    attack?: Told;
  }
}

/** `name`: a fact that holds while the attack is withstood. */
export function attack(name: string, play: (report: Report) => Promise<void>): void {
  test(name, async ({ task }) => {
    const told: Told = { tried: [], happened: [] };
    task.meta.attack = told;
    await play({
      tried: (sentence) => void told.tried.push(sentence),
      happened: (sentence) => void told.happened.push(sentence),
    });
    // A report that says nothing would look like an attack that never took place.
    expect([told.tried.length, told.happened.length]).not.toContain(0);
  });
}

/** "3 posts", "1 post". */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
