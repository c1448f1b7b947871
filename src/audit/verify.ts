// Reads a trail and says what was done to it since it was written: which lines were changed, inserted, moved or
// removed. It can't notice when somebody who can write the files replaces a whole trail, with its head. Changes
// nothing.

import { headFile, linesOf, readHead, recordFile, recordFiles, wordsOf } from "./files.ts";
import { type AuditRecord, type ChainLink, decodeRecord, type Head, hashOf } from "./record.ts";

export interface Verdict {
  /** How many could be read. */
  readonly records: number;
  /** The number of the newest record that rotation has dropped; 0 when all are kept. */
  readonly dropped: number;
  /** Sentences without a full stop. */
  readonly problems: readonly string[];
}

/** A daemon that dies, or finds the disk full, may leave its head behind by some lines. */
const MAX_BEHIND = 20;

type PlacedLink = ChainLink & { readonly where: string };

/** `visit` takes each record, oldest first. */
export function verifyTrail(trail: string, visit?: (record: AuditRecord, line: Buffer) => void): Verdict {
  // Read first: a daemon that goes on writing is never behind it then.
  const { head, problem } = readHead(trail);
  const dropped = head?.dropped ?? 0;
  const problems: string[] = [];
  let newest: PlacedLink = { seq: dropped, hash: "", where: "" };
  let [records, damaged] = [0, 0];
  for (const { where, line } of linesIn(trail, dropped, problems)) {
    const record = decodeRecord(line);
    if (record === undefined) {
      problems.push(`${where} is damaged: it is no record`);
      damaged += 1;
      continue;
    }
    visit?.(record, line);
    records += 1;
    // The first that is kept follows one that is not there to be compared.
    if (records === 1 && record.seq === dropped + 1) newest.hash = record.prev;
    // A line that fits the chain has the next number, whatever it says.
    const seq = record.prev === newest.hash ? newest.seq + 1 : record.seq;
    const link = { seq, hash: hashOf(line), where };
    problems.push(...recordProblems(record, link, newest, damaged));
    if (seq <= newest.seq) continue;
    const isOther = seq === head?.seq && link.hash !== head.hash;
    if (isOther) problems.push(`${where} was changed: another one was written there`);
    newest = link;
    damaged = 0;
  }
  const end = problem ? `its end can't be checked: ${problem}` : endProblem(trail, head, newest.seq, damaged);
  if (end) problems.push(`${recordFile(trail)}: ${end}`);
  return { records, dropped, problems };
}

function* linesIn(trail: string, dropped: number, problems: string[]) {
  for (const { path } of recordFiles(trail, dropped)) {
    try {
      const lines = linesOf(path);
      yield* lines.map((line, index) => ({ where: `${path}: line ${index + 1}`, line }));
    } catch (error) {
      problems.push(`${path} can't be read: ${wordsOf(error)}`);
    }
  }
}

function* recordProblems(record: AuditRecord, link: PlacedLink, after: PlacedLink, damaged: number) {
  const { seq, where } = link;
  if (record.lost) yield `${where}: ${plural(record.lost)} before it could not be written at the time`;
  const step = record.seq - after.seq;
  if (record.prev === after.hash) {
    if (step !== 1) yield `${where} was changed: it says that it is record ${record.seq}, and it is ${seq}`;
  } else if (step < 1) {
    yield `${where} is not in its place: it is record ${seq} and stands after record ${after.seq}`;
  } else if (step === 1) {
    yield `${after.where} was changed: the next one was written after another`;
  } else if (step - 1 !== damaged) {
    yield `${where}: ${range(after.seq + 1, seq - 1)} missing before it`;
  }
}

function endProblem(trail: string, head: Head | undefined, newest: number, damaged: number) {
  const missing = newest > 1 ? `its end can't be checked: ${headFile(trail)} is missing` : undefined;
  if (head === undefined) return missing;
  const cut = head.seq - newest;
  if (cut > 0 && cut !== damaged) return `${range(newest + 1, head.seq)} missing at the end`;
  return -cut > MAX_BEHIND ? `its last ${-cut} records are none that ${headFile(trail)} knows of` : undefined;
}

function range(from: number, to: number): string {
  return from === to ? `record ${from} is` : `records ${from} to ${to} are`;
}

export function plural(records: number): string {
  return `${records.toLocaleString("en-US")} ${records === 1 ? "record" : "records"}`;
}
