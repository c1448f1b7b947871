// Which records somebody asks for. Pure: knows neither files nor terminals.

import { z } from "zod";
import { AUDIT_ACTIONS, type AuditRecord } from "./record.ts";

/** As a person typed it. */
export interface FilterRequest {
  readonly by?: string;
  readonly action?: string;
  readonly thread?: string;
  readonly since?: string;
}

export type Filter = (record: AuditRecord) => boolean;

/** What records without a person go by. */
export const ITSELF = "mm-claude";

/** A sentence when what was typed makes no sense. */
export function parseFilter({ by, action, thread, since }: FilterRequest, nowMs: number): Filter | string {
  if (action !== undefined && !AUDIT_ACTIONS.some((known) => known === action)) {
    return `--action "${action}" is no action: use one of ${AUDIT_ACTIONS.join(", ")}`;
  }
  const sinceMs = since === undefined ? -Infinity : parseSince(since.trim(), nowMs);
  if (sinceMs === undefined) {
    return `--since "${since}" is no time: use a duration such as 30m, 2h or 7d, or a date such as 2025-03-31 or 2025-03-31T14:00`;
  }
  const name = by?.replace(/^@/, "").toLowerCase();
  const isBy = ({ by }: AuditRecord) => (by?.name ?? ITSELF).toLowerCase() === name || by?.id === name;
  return (record) =>
    (name === undefined || isBy(record)) &&
    (action === undefined || record.action === action) &&
    (thread === undefined || record.thread === thread) &&
    Date.parse(record.at) >= sinceMs;
}

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
/** A day that there is. */
const DAY = z.iso.date();
const TIME = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?$/;

/** Milliseconds since the epoch; a date without a zone is local. Undefined when it is neither duration nor date. */
function parseSince(text: string, nowMs: number): number | undefined {
  const [, count, unit = ""] = /^(\d{1,9})([smhdw])$/.exec(text) ?? [];
  if (count !== undefined) return nowMs - Number(count) * (UNIT_MS[unit] ?? 0);
  const [, day, time = "T00:00"] = TIME.exec(text.toUpperCase().replace(" ", "T")) ?? [];
  const ms = DAY.safeParse(day).success ? Date.parse(`${day}${time}`) : NaN;
  return Number.isNaN(ms) ? undefined : ms;
}
