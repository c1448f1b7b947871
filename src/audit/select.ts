// Which records somebody asks for, and in which order they come. Pure: knows neither files nor terminals.

import { AUDIT_ACTIONS, type AuditRecord } from "./record.ts";

/** As a person typed it. */
export interface Wanted {
  readonly by?: string;
  readonly action?: string;
  readonly thread?: string;
  readonly since?: string;
}

export type Fits = (record: AuditRecord) => boolean;

/** What records without a person go by. */
export const ITSELF = "mm-claude";

/** A sentence when what was typed makes no sense. */
export function parseWanted({ by, action, thread, since }: Wanted, nowMs: number): Fits | string {
  if (action !== undefined && !AUDIT_ACTIONS.some((known) => known === action)) {
    return `--action "${action}" is no action: use one of ${AUDIT_ACTIONS.join(", ")}`;
  }
  const sinceMs = since === undefined ? Number.NEGATIVE_INFINITY : parseSince(since, nowMs);
  if (sinceMs === undefined) {
    return `--since "${since}" is no time: use a duration such as 30m, 2h or 7d, or a date such as 2025-03-31 or 2025-03-31T14:00`;
  }
  const name = by?.replace(/^@/, "").toLowerCase();
  return (record) =>
    (name === undefined || isBy(record, name)) &&
    (action === undefined || record.action === action) &&
    (thread === undefined || record.thread === thread) &&
    Date.parse(record.at) >= sinceMs;
}

function isBy({ by }: AuditRecord, name: string): boolean {
  return by === undefined ? name === ITSELF : by.name.toLowerCase() === name || by.id === name;
}

const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** Milliseconds since the epoch; a date without a zone is local. Undefined when it is neither duration nor date. */
function parseSince(text: string, nowMs: number): number | undefined {
  const duration = /^(\d{1,9})([smhdw])$/.exec(text.trim());
  if (duration) return nowMs - Number(duration[1]) * UNIT_MS[duration[2] as keyof typeof UNIT_MS];
  const date = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?$/i.exec(
    text.trim(),
  );
  const [, day, time = "00:00", zone = ""] = date ?? [];
  // The 31st of a shorter month would be a day of the next one.
  if (day === undefined || !isDay(day)) return undefined;
  const ms = Date.parse(`${day}T${time}${zone.toUpperCase()}`);
  return Number.isNaN(ms) ? undefined : ms;
}

function isDay(day: string): boolean {
  const ms = Date.parse(`${day}T00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day);
}

/** Merges what is in order already. */
export function* oldestFirst<T extends { readonly at: number }>(
  sources: readonly Iterable<T>[],
): Generator<T, void> {
  const runs = sources.map((source) => source[Symbol.iterator]());
  const heads = runs.map((run) => run.next());
  for (;;) {
    let oldest: { readonly value: T; readonly index: number } | undefined;
    heads.forEach((head, index) => {
      if (!head.done && (oldest === undefined || head.value.at < oldest.value.at)) {
        oldest = { value: head.value, index };
      }
    });
    if (oldest === undefined) return;
    yield oldest.value;
    const run = runs[oldest.index];
    if (run) heads[oldest.index] = run.next();
  }
}
