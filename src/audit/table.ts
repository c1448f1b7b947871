// Records as a table for people: one line each, cut to the terminal's width. Text that people or Claude wrote can
// neither hide anything there nor control the terminal. Pure; the caller says how hidden characters are shown.

import { inWords } from "../util/storable.ts";
import { ITSELF } from "./filter.ts";
import type { AuditRecord } from "./record.ts";

export interface TableOptions {
  /** In cells of the terminal. */
  readonly width: number;
  /** Makes characters visible that control, hide or reorder; newlines and tabs may stay. */
  readonly showHidden: (text: string) => string;
}

const TITLES = ["time", "who", "did", "thread", "what"];
/** Such as 2025-03-31 14:00:00, in the zone of whoever reads it. */
const TIME = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "medium" });
/** From here on there is room for the thread's id. */
const WIDE = 140;
/** How much of a value is looked at: enough to fill its cells. */
const UNITS_A_CELL = 4;

/** None without a record. */
export function tableLines(records: readonly AuditRecord[], options: TableOptions): string[] {
  if (records.length === 0) return [];
  const isShown = (column: number) => TITLES[column] !== "thread" || options.width >= WIDE;
  const rows = [TITLES, ...records.map((record) => rowOf(record, options))];
  const widths = TITLES.map((_, column) =>
    rows.reduce((widest, row) => Math.max(widest, cellsOf(row[column] ?? "")), 0),
  );
  const padded = (text: string, column: number) => text + " ".repeat((widths[column] ?? 0) - cellsOf(text));
  return rows.map((row) => {
    const cells = row.map(padded).filter((_, column) => isShown(column));
    return cut(cells.join("  ").trimEnd(), options.width);
  });
}

/** Bounded, however long the record is. A name or an id that is longer than any real one must not take the whole line. */
function rowOf(record: AuditRecord, { width, showHidden }: TableOptions): string[] {
  const { at, by, action, thread, what = {} } = record;
  const cell = (text: string, cells: number) => {
    const shown = oneLine(text.slice(0, UNITS_A_CELL * cells), showHidden);
    // What has no width of its own may fill all that was looked at: the cut must show all the same.
    return cut(text.length > UNITS_A_CELL * cells ? `${shown}…` : shown, cells);
  };
  const who = by ? `@${by.name}` : ITSELF;
  return [
    TIME.format(new Date(at)),
    cell(who, 24),
    cell(action, 27),
    cell(thread, 26),
    cell(wordsOf(what, LABELS), width),
  ];
}

/** For names of ours that say too little by themselves. */
const LABELS: ReadonlyMap<string, string> = new Map([
  ["isAuto", "tools allowed without asking"],
  ["before", "conversation before"],
  ["now", "conversation now"],
  ["what", "while"],
  ["detail", "error"],
]);

/** Names and values; a tool, its input, a person, and what stands alone need no name. */
function wordsOf(value: unknown, labels?: ReadonlyMap<string, string>): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value !== "object" || value === null) return String(value ?? "");
  if (Array.isArray(value)) return value.map((one) => wordsOf(one)).join(", ");
  if ("name" in value && Object.keys(value).join() === "id,name") return `@${value.name}`;
  const parts = Object.entries(value).flatMap(([name, part]) => {
    const words = wordsOf(part);
    return words === "" ? [] : [{ name, words }];
  });
  const isPlain = (name: string) => name === "tool" || name === "input" || parts.length === 1;
  const named = (name: string) => (isPlain(name) ? "" : `${labels?.get(name) ?? name}: `);
  return parts.map(({ name, words }) => named(name) + words).join(" · ");
}

/** Accents beyond those of any language, which would pile up over other lines. */
const PILED_ACCENTS = /(?<=\p{M}{4})\p{M}/gu;

function oneLine(text: string, showHidden: TableOptions["showHidden"]): string {
  const line = text.trim().replace(/\r\n|[\r\n]/g, "⏎");
  return showHidden(line.replace(/[ \t]+/g, " ")).replace(PILED_ACCENTS, inWords);
}

function cut(text: string, width: number): string {
  if (cellsOf(text) <= width) return text;
  let used = 1;
  let kept = "";
  for (const char of text) {
    used += cellsOf(char);
    if (used > width) break;
    kept += char;
  }
  return `${kept}…`;
}

const WIDE_CHARACTER =
  /[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;

/** Joined emoji count as their parts: no terminal shows them wider. (string-width takes half a millisecond a line.) */
function cellsOf(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let cells = 0;
  for (const char of text) cells += /\p{M}/u.test(char) ? 0 : WIDE_CHARACTER.test(char) ? 2 : 1;
  return cells;
}
