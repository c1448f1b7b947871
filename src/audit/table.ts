// Records as a table for people: one line each, cut to the terminal, in which nothing that people or Claude wrote can
// hide or steer. Pure; how hidden characters are shown comes from outside.

import type { AuditRecord } from "./record.ts";
import { ITSELF } from "./select.ts";

export interface TableOptions {
  /** In cells of the terminal. */
  readonly width: number;
  /** Makes characters visible that control, hide or reorder; newlines and tabs may stay. */
  readonly showHidden: (text: string) => string;
}

export type Row = Readonly<Record<"time" | "who" | "did" | "what" | "thread", string>>;

type Column = keyof Row;

/** From here on there is room for the thread's id. */
const WIDE = 140;
const GAP = "  ";
/** A name or an id that is longer than any real one must not take the whole line. */
const MAX_CELLS = { time: 19, who: 24, did: 27, thread: 26 } as const;
/** How much of a value is looked at: enough to fill its cells. */
const UNITS_A_CELL = 4;
const TITLES: Row = { time: "time", who: "who", did: "did", what: "what", thread: "thread" };

/** What a table shows of a record; bounded, however long the record is. */
export function rowOf(record: AuditRecord, { width, showHidden }: TableOptions): Row {
  const line = (text: string, cells: number) => {
    const shown = oneLine(text.slice(0, UNITS_A_CELL * cells), showHidden);
    // What has no width of its own may fill all that was looked at: the cut must show all the same.
    return cut(text.length > UNITS_A_CELL * cells ? `${shown}…` : shown, cells);
  };
  return {
    time: localTime(new Date(record.at)),
    who: line(record.by === undefined ? ITSELF : `@${record.by.name}`, MAX_CELLS.who),
    did: line(record.action, MAX_CELLS.did),
    what: line(summary(record.what ?? {}, UNITS_A_CELL * width + 1), width),
    thread: line(record.thread, MAX_CELLS.thread),
  };
}

export function* tableLines(rows: readonly Row[], { width }: TableOptions): Generator<string, void> {
  const columns: readonly Column[] =
    width >= WIDE ? ["time", "who", "did", "thread", "what"] : ["time", "who", "did", "what"];
  const widths: Partial<Record<Column, number>> = {};
  for (const row of [TITLES, ...rows]) {
    for (const column of columns) widths[column] = Math.max(widths[column] ?? 0, cells(row[column]));
  }
  for (const row of [TITLES, ...rows]) {
    const line = columns.map(
      (column) => row[column] + " ".repeat((widths[column] ?? 0) - cells(row[column])),
    );
    yield cut(line.join(GAP).trimEnd(), width);
  }
}

/** In the zone of whoever reads it. */
function localTime(at: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join("-");
  return `${day} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(":")}`;
}

/** Names and values; the tool, a person, and what stands alone need no name. */
function summary(what: Readonly<Record<string, unknown>>, length: number): string {
  const entries = Object.entries(what).filter(([, value]) => value !== undefined && value !== null);
  const parts: string[] = [];
  let room = length;
  for (const [key, value] of entries) {
    if (room <= 0) break;
    const text = valueText(value, room);
    const isPlain = key === "tool" || key === "input" || entries.length === 1;
    if (isPlain && text === "") continue;
    const part = isPlain ? text : `${key}: ${text}`;
    parts.push(part);
    room -= part.length;
  }
  return parts.join(" · ");
}

function valueText(value: unknown, length: number): string {
  if (typeof value === "string") return value.slice(0, length);
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return value.map((one) => valueText(one, length)).join(", ");
  const { id, name } = value as Readonly<Record<string, unknown>>;
  if (typeof id === "string" && typeof name === "string" && Object.keys(value).length === 2)
    return `@${name}`;
  return summary(value as Readonly<Record<string, unknown>>, length);
}

/** Accents beyond those of any language, which would pile up over other lines. */
const PILED_ACCENTS = /(?<=\p{M}{4})\p{M}/gu;

function oneLine(text: string, showHidden: TableOptions["showHidden"]): string {
  const line = text
    .trim()
    .replace(/\r\n|[\r\n]/g, "⏎")
    .replace(/[ \t]+/g, " ");
  return showHidden(line).replace(PILED_ACCENTS, (accent) => `⟨U+${codeOf(accent)}⟩`);
}

function codeOf(char: string): string {
  return (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
}

function cut(text: string, width: number): string {
  if (cells(text) <= width) return text;
  let used = 1;
  let kept = "";
  for (const char of text) {
    used += cellsOf(char);
    if (used > width) break;
    kept += char;
  }
  return `${kept}…`;
}

function cells(text: string): number {
  let sum = 0;
  for (const char of text) sum += cellsOf(char);
  return sum;
}

const WIDE_CHARACTER =
  /[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;

function cellsOf(char: string): number {
  if (char >= " " && char <= "~") return 1;
  if (/\p{M}/u.test(char)) return 0;
  return WIDE_CHARACTER.test(char) ? 2 : 1;
}
