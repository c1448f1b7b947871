// What `mm-claude audit` prints: the records of every trail on this machine, or whether the trails were changed since
// they were written. Asks no server and changes nothing.

import { findTrails, recordFile, wordsOf } from "./files.ts";
import { type Filter, type FilterRequest, parseFilter } from "./filter.ts";
import type { AuditRecord } from "./record.ts";
import { type TableOptions, tableLines } from "./table.ts";
import { plural, verifyTrail } from "./verify.ts";

export interface AuditRequest extends FilterRequest {
  readonly verify?: boolean;
  readonly json?: boolean;
}

export interface ReportOptions extends TableOptions {
  /** Where the state of every server and bot is. */
  readonly root: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly isTerminal: boolean;
  readonly print: (line: string) => void;
  readonly printError: (line: string) => void;
}

/** The exit code: 1 when a trail was changed or can't be read, 2 when what is asked for makes no sense. */
export function runAudit(request: AuditRequest, options: ReportOptions): 0 | 1 | 2 {
  const { root, print, printError, showHidden } = options;
  const filter = parseFilter(request, options.now);
  if (typeof filter === "string") {
    printError(`error: ${showHidden(filter.replace(/\s+/g, " "))}.`);
    return 2;
  }
  try {
    const trails = findTrails(root);
    if (trails.length > 0)
      return request.verify ? verify(trails, print) : list(trails, filter, request, options);
    print(`There is no audit trail in ${root} yet: mm-claude writes one as soon as it runs.`);
    return 0;
  } catch (error) {
    printError(`error: ${root} can't be read: ${wordsOf(error)}`);
    return 1;
  }
}

function verify(trails: readonly string[], print: ReportOptions["print"]): 0 | 1 {
  const verdicts = trails.map((trail) => ({ trail, ...verifyTrail(trail) }));
  for (const { trail, records, dropped, problems } of verdicts) {
    for (const problem of problems) print(`✗ ${problem}`);
    const rest = `records 1 to ${dropped.toLocaleString("en-US")} were dropped by rotation`;
    const where = dropped === 0 ? recordFile(trail) : `${trail}.*.jsonl; ${rest}`;
    if (problems.length === 0) print(`✓ ${plural(records)}, none changed, none missing: ${where}`);
  }
  return verdicts.some(({ problems }) => problems.length > 0) ? 1 : 0;
}

function list(
  trails: readonly string[],
  filter: Filter,
  { json }: AuditRequest,
  options: ReportOptions,
): 0 | 1 {
  const { isTerminal, print, printError, showHidden } = options;
  const found: { at: number; record: AuditRecord; line: Buffer }[] = [];
  const problems = trails.flatMap((trail) => {
    const [problem, ...others] = verifyTrail(trail, (record, line) => {
      if (filter(record)) found.push({ at: Date.parse(record.at), record, line });
    }).problems;
    if (problem === undefined) return [];
    return others.length === 0 ? problem : `${problem} (and ${others.length} more: mm-claude audit --verify)`;
  });
  found.sort((one, other) => one.at - other.at);
  const lines = json
    ? found.map(({ line }) => (isTerminal ? showHidden(line.toString()) : line.toString()))
    : tableLines(
        found.map(({ record }) => record),
        options,
      );
  for (const line of lines) print(line);
  if (found.length + problems.length === 0 && !json) print("No record is like that.");
  for (const problem of problems) printError(`error: ${problem}`);
  return problems.length === 0 ? 0 : 1;
}
