// What `mm-claude audit` prints: the records of every trail on this machine, or whether they stand as they were written.
// Asks no server and changes nothing.

import { findTrails, linesOf, type TrailFiles } from "./files.ts";
import { type AuditRecord, decodeRecord } from "./record.ts";
import { type Fits, oldestFirst, parseWanted, type Wanted } from "./select.ts";
import { type Row, rowOf, type TableOptions, tableLines } from "./table.ts";
import { verifyTrail } from "./verify.ts";

export interface AuditRequest extends Wanted {
  readonly verify?: boolean;
  readonly json?: boolean;
}

export interface AuditSurroundings extends TableOptions {
  /** Where the state of every server and bot is. */
  readonly root: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly isTerminal: boolean;
  readonly print: (line: string) => void;
  readonly printError: (line: string) => void;
}

interface Found {
  readonly at: number;
  readonly text: string;
  readonly record: AuditRecord;
}

/** The exit code: 1 when a trail was changed or can't be read, 2 when what is asked for makes no sense. */
export function runAudit(request: AuditRequest, surroundings: AuditSurroundings): 0 | 1 | 2 {
  const { root, now, print, printError } = surroundings;
  const fits = parseWanted(request, now);
  if (typeof fits === "string") {
    printError(`error: ${oneLine(fits, surroundings)}.`);
    return 2;
  }
  let trails: TrailFiles[];
  try {
    trails = findTrails(root);
  } catch (error) {
    printError(`error: ${root} can't be read: ${wordsOf(error)}`);
    return 1;
  }
  if (trails.length === 0) {
    print(`There is no audit trail in ${root} yet: mm-claude writes one as soon as it runs.`);
    return 0;
  }
  if (request.verify === true) return verifyAll(trails, surroundings);
  return list(trails, fits, request.json === true, surroundings);
}

function verifyAll(trails: readonly TrailFiles[], { print }: AuditSurroundings): 0 | 1 {
  let isSound = true;
  for (const trail of trails) {
    try {
      const { good, problems } = verifyTrail(trail);
      if (problems.length === 0) {
        print(`✓ ${good} ${good === 1 ? "record" : "records"}, none changed, none missing: ${trail.lines}`);
        continue;
      }
      for (const problem of problems) print(`✗ ${trail.lines}: ${problem}`);
    } catch (error) {
      print(`✗ ${trail.lines} can't be read: ${wordsOf(error)}`);
    }
    isSound = false;
  }
  return isSound ? 0 : 1;
}

function list(trails: readonly TrailFiles[], fits: Fits, asJson: boolean, around: AuditSurroundings): 0 | 1 {
  const { print, printError, isTerminal } = around;
  let exitCode: 0 | 1 = 0;
  const complain = (complaint: string): void => {
    printError(complaint);
    exitCode = 1;
  };
  const rows: Row[] = [];
  for (const { record, text } of oldestFirst(trails.map((trail) => recordsOf(trail, fits, complain)))) {
    if (asJson) print(isTerminal ? harmless(text) : text);
    else rows.push(rowOf(record, around));
  }
  if (rows.length > 0) for (const line of tableLines(rows, around)) print(line);
  else if (!asJson && exitCode === 0) print("No record is like that.");
  return exitCode;
}

function* recordsOf(
  { lines }: TrailFiles,
  fits: Fits,
  complain: (complaint: string) => void,
): Generator<Found, void> {
  let damaged = 0;
  try {
    for (const line of linesOf(lines)) {
      const record = decodeRecord(line);
      if (record === undefined) damaged += 1;
      else if (fits(record)) yield { at: Date.parse(record.at), text: line.toString("utf8"), record };
    }
  } catch (error) {
    complain(`error: ${lines} can't be read: ${wordsOf(error)}`);
  }
  if (damaged > 0) {
    const many = damaged === 1 ? "1 line is no record" : `${damaged} lines are no records`;
    complain(`error: ${lines}: ${many}. To see which: mm-claude audit --verify`);
  }
}

/** The same JSON, with what could steer or deceive a terminal as escapes. */
function harmless(json: string): string {
  return json.replace(/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu, (char) =>
    char.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
  );
}

function oneLine(text: string, { showHidden }: TableOptions): string {
  return showHidden(text.replace(/[\r\n\t]+/g, " "));
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
