// Says what was done to a trail since it was written: lines that were changed, put in, moved or taken out. Who can write
// the files can also write all of a trail anew, with its head: that is beyond it. Changes nothing.

import { linesOf, readHead, type TrailFiles } from "./files.ts";
import { type AuditRecord, decodeRecord, hashOf, type Mark, START } from "./record.ts";

export interface Verdict {
  /** Lines that stand as they were written, as far as the chain can tell. */
  readonly good: number;
  /** Sentences without a full stop. */
  readonly problems: readonly string[];
}

/** A daemon that dies, or finds the disk full, may leave its head behind by some lines. */
const MAX_BEHIND = 20;

interface Place extends Mark {
  readonly line: number;
  isGood: boolean;
}

/** Throws when a file is there and can't be read. */
export function verifyTrail(files: TrailFiles): Verdict {
  // Read first: a daemon that goes on writing is never behind it then.
  let head: Mark | undefined;
  try {
    head = readHead(files);
  } catch (error) {
    const { good, problems } = verifyLines(linesOf(files.lines), START);
    const why = error instanceof Error ? error.message : String(error);
    return {
      good,
      problems: [...problems, `its end can't be checked: ${files.head} can't be used (${why})`],
    };
  }
  const { good, problems, newest } = verifyLines(linesOf(files.lines), head);
  if (head === undefined && newest > 1) {
    return { good, problems: [...problems, `its end can't be checked: ${files.head} is missing`] };
  }
  if (head !== undefined && newest > head.seq + MAX_BEHIND) {
    const many = newest - head.seq;
    return { good, problems: [...problems, `its last ${many} records are none that ${files.head} knows of`] };
  }
  return { good, problems };
}

function verifyLines(lines: Iterable<Buffer>, head: Mark = START): Verdict & { readonly newest: number } {
  const problems: string[] = [];
  let good = 0;
  let line = 0;
  /** Lines since the newest record that are none. */
  let damaged = 0;
  let newest: Place = { ...START, line: 0, isGood: false };
  let before = newest;
  let atHead: Place | undefined;

  const changed = (place: Place, why: string): void => {
    problems.push(`line ${place.line} was changed: ${why}`);
    if (place.isGood) good -= 1;
    place.isGood = false;
  };

  const take = (record: AuditRecord, place: Place): void => {
    const after = record.prev === before.hash ? before : newest;
    const step = record.seq - after.seq;
    if (record.lost !== undefined) {
      problems.push(`${count(record.lost)} before line ${line} could not be written at the time`);
    }
    if (record.prev === after.hash) {
      if (step !== 1) changed(place, `it says that it is record ${record.seq}, and it is ${place.seq}`);
    } else if (step < 1) {
      place.isGood = false;
      good -= 1;
      problems.push(
        step === 0
          ? `lines ${after.line} and ${line} are both record ${record.seq}: one of them was put in`
          : `line ${line} is not in its place: it is record ${record.seq} and stands after record ${after.seq}`,
      );
      return;
    } else if (step === 1 && after.line === 0) {
      changed(place, "it is the first, and names one before it");
    } else if (step === 1) {
      changed(after, `line ${line} was written after another one`);
    } else if (step - 1 !== damaged) {
      problems.push(`${range(after.seq + 1, record.seq - 1)} missing before line ${line}`);
    }
    newest = place;
    damaged = 0;
  };

  for (const bytes of lines) {
    line += 1;
    const record = decodeRecord(bytes);
    if (record === undefined) {
      problems.push(`line ${line} is damaged: it is no record`);
      damaged += 1;
      continue;
    }
    good += 1;
    // A line that fits the chain has the next number, whatever it says.
    const seq = record.prev === before.hash ? before.seq + 1 : record.seq;
    const place = { seq, hash: hashOf(bytes), line, isGood: true };
    take(record, place);
    before = place;
    if (place.seq === head.seq) atHead = place;
  }

  if (atHead?.isGood && atHead.hash !== head.hash) {
    changed(atHead, "another one was written there");
  }
  const cut = head.seq - newest.seq;
  if (cut > 0 && cut !== damaged) {
    problems.push(`${range(newest.seq + 1, head.seq)} missing at the end`);
  }
  return { good, problems, newest: newest.seq };
}

function range(from: number, to: number): string {
  return from === to ? `record ${from} is` : `records ${from} to ${to} are`;
}

function count(records: number): string {
  return records === 1 ? "1 record" : `${records} records`;
}
