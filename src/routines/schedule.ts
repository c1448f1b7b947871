// When a routine runs: what is kept of it, and the moments that follow from it.

import { Cron } from "croner";
import { z } from "zod";
import { BoundedMap } from "../util/bounded-map.ts";

/** Times in milliseconds since the epoch. */
export type Schedule =
  /** As the clocks on the wall of that zone go. */
  | { readonly kind: "cron"; readonly expression: string; readonly timeZone: string }
  /** As time passes, whatever the clocks do. */
  | { readonly kind: "every"; readonly ms: number; readonly from: number }
  | { readonly kind: "once"; readonly at: number };

export const schedule: z.ZodType<Schedule> = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("cron"), expression: z.string(), timeZone: z.string() }).refine(isUsable),
  z.object({ kind: z.literal("every"), ms: z.int().min(60_000), from: z.number() }),
  z.object({ kind: z.literal("once"), at: z.number() }),
]);

/** Whether there is such a zone, and a moment at which it runs. */
export function isUsable({ expression, timeZone }: { expression: string; timeZone: string }): boolean {
  try {
    return cronOf(expression, timeZone).nextRun(new Date(0)) !== null;
  } catch {
    return false;
  }
}

/**
 * The first moment after `after`. A wall time that a clock change leaves out runs right after it, one that comes twice
 * runs once, and what runs every hour runs in each hour that passes (croner 11.0.1, measured over changes of an hour and
 * of half an hour).
 */
export function nextRun(when: Schedule, after: number): number | undefined {
  switch (when.kind) {
    case "cron":
      return cronOf(when.expression, when.timeZone).nextRun(new Date(after))?.getTime();
    case "every": {
      const passed = Math.floor((after - when.from) / when.ms);
      return when.from + Math.max(1, passed + 1) * when.ms;
    }
    case "once":
      return when.at > after ? when.at : undefined;
  }
}

export function nextRuns(when: Schedule, after: number, count: number): readonly number[] {
  const runs: number[] = [];
  for (let at = nextRun(when, after); at !== undefined && runs.length < count; at = nextRun(when, at)) {
    runs.push(at);
  }
  return runs;
}

const MOST_KNOWN = 200;
const known = new BoundedMap<string, Cron>(MOST_KNOWN);

/** Five fields, or a name such as `@daily`; a sixth for seconds is refused. It starts no timer. */
function cronOf(expression: string, timeZone: string): Cron {
  const key = `${timeZone} ${expression}`;
  const cron = known.get(key) ?? new Cron(expression, { timezone: timeZone, mode: "5-part", paused: true });
  known.set(key, cron);
  return cron;
}
