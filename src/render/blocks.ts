// Markdown's blocks, one line at a time: what is open at the start of a line, what the line is, and what is open after
// it. Follows CommonMark with tables; HTML is text, as Mattermost's clients show it. Pure, in linear time.

export interface Item {
  readonly kind: "item";
  readonly marker: string;
  /** That it is shown with: items count on from the first of their list, whatever is written. */
  readonly number: number | undefined;
  /** Of the marker, in what it stands in. */
  readonly indent: number;
  /** How far its content is indented, in what it stands in. */
  readonly width: number;
  /** Nothing has followed the marker yet. */
  readonly isEmpty: boolean;
}

export type Container = { readonly kind: "quote" } | Item;

export type Leaf =
  | { readonly kind: "fence"; readonly marker: string; readonly info: string; readonly indent: number }
  | { readonly kind: "table"; readonly header: string; readonly rule: string; readonly isEmpty: boolean }
  /** `line`: its last one, which may turn out to head a table. */
  | { readonly kind: "paragraph"; readonly line: string }
  /** Code by indentation. */
  | { readonly kind: "code" }
  /** Open within its line only. */
  | { readonly kind: "heading"; readonly marks: string };

/** What is open somewhere in a text, outermost first. Plain data. */
export interface Place {
  readonly containers: readonly Container[];
  readonly leaf: Leaf | undefined;
}

export const TOP: Place = { containers: [], leaf: undefined };

export type LineKind =
  | "blank"
  | "fence"
  | "code"
  | "fenceEnd"
  | "text"
  /** More of a paragraph. */
  | "more"
  | "underline"
  | "tableRule"
  | "row"
  | "other";

export interface Line {
  readonly kind: LineKind;
  /** What is open after it. */
  readonly place: Place;
  /** How many of the containers before it go on in it. */
  readonly kept: number;
  /** What of the line is in those. */
  readonly inner: string;
  /** What of the line is in the innermost container that it opens. */
  readonly content: string;
}

/** Deeper nesting is text: nobody can read it, and each level costs time at each line. */
const MAX_DEPTH = 24;

const FENCE = /^(`{3,}|~{3,})([^\n]*)$/;
const HEADING = /^#{1,6}(?=\s|$)/;
const UNDERLINE = /^(?:=+|-+)[ \t]*$/;
const BREAK = /^(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$/;
const MARKER = /^([-+*]|\d{1,9}[.)])( +|$)/;
const QUOTE = /^ {0,3}> ?/;
const TABLE_RULE = /^\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?$/;

/** What `line`, without its line end, is at `place`. */
export function readLine(place: Place, line: string): Line {
  const { containers, leaf } = place;
  let inner = withoutTabs(line.endsWith("\r") ? line.slice(0, -1) : line);
  let kept = 0;
  for (const container of containers) {
    const within = insideOf(container, inner);
    if (within === undefined) {
      break;
    }
    inner = within;
    kept++;
  }
  const isInside = kept === containers.length;
  if (leaf?.kind === "fence" && isInside) {
    const kind = closes(leaf, inner) ? "fenceEnd" : "code";
    const after = kind === "fenceEnd" ? { containers, leaf: undefined } : place;
    return { kind, place: after, kept, inner, content: inner };
  }
  const still = containers.slice(0, kept);
  if (isBlank(inner)) {
    const last = still.at(-1);
    // An item may begin with one blank line, not with two.
    const left = last?.kind === "item" && last.isEmpty ? still.slice(0, -1) : still;
    const code = isInside && leaf?.kind === "code" ? leaf : undefined;
    return { kind: "blank", place: { containers: left, leaf: code }, kept: left.length, inner, content: "" };
  }
  return { kept, inner, ...readContent(place, still, inner) };
}

type Content = Pick<Line, "kind" | "place" | "content"> & Partial<Pick<Line, "kept">>;

/** `text`, not blank, in `containers`, which are those of `place` that go on. */
function readContent(place: Place, still: readonly Container[], text: string): Content {
  const { leaf } = place;
  const isInside = still.length === place.containers.length;
  const containers = still.map(notEmpty);
  const found = (kind: LineKind, open: Leaf | undefined, content: string): Content => ({
    kind,
    content,
    place: { containers, leaf: open },
  });
  let content = text;
  for (let isNew = false; ; isNew = true) {
    const indent = indentOf(content);
    const word = content.slice(indent);
    // What goes on in this line, unless something else begins in it.
    const open = isNew ? undefined : leaf;
    if (word === "") {
      return found("other", undefined, "");
    }
    if (indent >= 4) {
      return open?.kind === "paragraph" ? more(place, content) : found("other", { kind: "code" }, content);
    }
    if (open?.kind === "paragraph" && isInside && isTableRule(word, open.line)) {
      return found("tableRule", { kind: "table", header: open.line, rule: word, isEmpty: true }, content);
    }
    const [, fence, info = ""] = FENCE.exec(word) ?? [];
    if (fence !== undefined && !(fence.startsWith("`") && info.includes("`"))) {
      return found("fence", { kind: "fence", marker: fence, info: info.trim(), indent }, content);
    }
    const marks = HEADING.exec(word)?.[0];
    if (marks !== undefined) {
      return found("other", { kind: "heading", marks }, content);
    }
    if (open?.kind === "paragraph" && isInside && UNDERLINE.test(word)) {
      return found("underline", undefined, content);
    }
    if (BREAK.test(word)) {
      return found("other", undefined, content);
    }
    const quote = containers.length < MAX_DEPTH ? QUOTE.exec(content)?.[0] : undefined;
    const item =
      quote === undefined && containers.length < MAX_DEPTH
        ? itemAt(word, indent, isNew ? undefined : place.containers[still.length])
        : undefined;
    if (quote !== undefined) {
      containers.push({ kind: "quote" });
      content = content.slice(quote.length);
    } else if (item && !(open?.kind === "paragraph" && isHeldBy(place, still.length, item))) {
      containers.push(item);
      content = content.slice(item.width);
    } else if (open?.kind === "table" && isInside) {
      return found("row", { ...open, isEmpty: false }, content);
    } else if (open?.kind === "paragraph") {
      return more(place, content);
    } else {
      return found("text", { kind: "paragraph", line: word }, content);
    }
  }
}

/** More of the paragraph of `place`, all of whose containers go on even where the line doesn't say so. */
function more({ containers }: Place, content: string): Content {
  const leaf: Leaf = { kind: "paragraph", line: content.slice(indentOf(content)) };
  return { kind: "more", content, place: { containers, leaf }, kept: containers.length };
}

/** Whether an open paragraph keeps `item` from beginning a list: an empty one, and one that counts from 2. */
function isHeldBy({ containers }: Place, kept: number, item: Item): boolean {
  const isFirst = containers[kept]?.kind !== "item";
  return isFirst && (item.isEmpty || /^(?!1[.)])\d/.test(item.marker));
}

/** `before`: what has just ended, which may be the item before it. */
function itemAt(word: string, indent: number, before: Container | undefined): Item | undefined {
  const [whole, marker, blanks = ""] = MARKER.exec(word) ?? [];
  if (whole === undefined || marker === undefined) {
    return undefined;
  }
  const isEmpty = isBlank(word.slice(marker.length));
  // Five blanks are one, and code.
  const pad = isEmpty || blanks.length > 4 ? 1 : blanks.length;
  const isNext = before?.kind === "item" && before.marker.at(-1) === marker.at(-1);
  const number = isNext && before.number !== undefined ? before.number + 1 : numberOf(marker);
  return { kind: "item", marker, number, indent, width: indent + marker.length + pad, isEmpty };
}

function numberOf(marker: string): number | undefined {
  return marker.length > 1 ? Number.parseInt(marker, 10) : undefined;
}

function notEmpty(container: Container): Container {
  return container.kind === "item" && container.isEmpty ? { ...container, isEmpty: false } : container;
}

/** The rest of a line behind what continues `container` in it; undefined when nothing does. */
function insideOf(container: Container, line: string): string | undefined {
  if (container.kind === "quote") {
    const prefix = QUOTE.exec(line)?.[0];
    return prefix === undefined ? undefined : line.slice(prefix.length);
  }
  return indentOf(line) >= container.width || isBlank(line) ? line.slice(container.width) : undefined;
}

function closes({ marker }: Leaf & { readonly kind: "fence" }, line: string): boolean {
  const indent = indentOf(line);
  const run = /^(`{3,}|~{3,})[ \t]*$/.exec(line.slice(indent))?.[1];
  return indent < 4 && run !== undefined && run.startsWith(marker);
}

function isTableRule(line: string, header: string): boolean {
  return (
    header.includes("|") &&
    /[|:]/.test(line) &&
    TABLE_RULE.test(line.trimEnd()) &&
    cellsOf(line) === cellsOf(header)
  );
}

/** Whether the line is of words, which may hold links, emphasis and inline code. */
export function isProse({ kind, place }: Line): boolean {
  return kind === "text" || kind === "more" || kind === "row" || place.leaf?.kind === "heading";
}

/** Where the prose ends that goes on in the line at `start`, or begins there, as far as `most`; `start` where none does. */
export function proseEnd(text: string, before: Place, start: number, most: number, begins: boolean): number {
  let place = before;
  let end = start;
  for (let at = start; at < most && at <= text.length; ) {
    const newline = text.indexOf("\n", at);
    const lineEnd = newline < 0 ? text.length : newline;
    const line = readLine(place, text.slice(at, lineEnd));
    if (!(line.kind === "more" || (begins && at === start && isProse(line)))) {
      break;
    }
    end = Math.min(lineEnd, most);
    place = line.place;
    at = lineEnd + 1;
  }
  return end;
}

/** How many cells a row has. A pipe behind a backslash is text. */
function cellsOf(row: string): number {
  const text = row.trim().replace(/^\|/, "");
  return pipesOf(text) + (/(?<!\\)\|$/.test(text) ? 0 : 1);
}

/** How many pipes in `text` part cells. */
export function pipesOf(text: string): number {
  return text.match(/(?<!\\)\|/g)?.length ?? 0;
}

/** Whether it is a line across. */
export function isBreak(line: string): boolean {
  return BREAK.test(line.trim());
}

export function isBlank(line: string): boolean {
  return /^[ \t\r]*$/.test(line);
}

function indentOf(line: string): number {
  return /^ */.exec(line)?.[0].length ?? 0;
}

/** The line with the tabs before its words as blanks. */
function withoutTabs(line: string): string {
  const lead = line.includes("\t") ? (/^[ \t>*+\-\d.)]*/.exec(line)?.[0] ?? "") : "";
  if (!lead.includes("\t")) {
    return line;
  }
  let blanks = "";
  for (const char of lead) {
    blanks += char === "\t" ? " ".repeat(4 - (blanks.length % 4)) : char;
  }
  return blanks + line.slice(lead.length);
}
