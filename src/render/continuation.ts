// How a text that was cut goes on in another post: what was open at the cut is opened again, so that the rest looks as
// it would have without the cut. A fence is repeated with its language, a table with its header, a quote with its sign.
// A list item is repeated with its marker, because its indented lines would be code or another list without it. Pure.

import {
  type Container,
  type Item,
  isBlank,
  isBreak,
  type Leaf,
  type Place,
  readLine,
  TOP,
} from "./blocks.ts";

/** What was open where a text was cut. Plain data. */
export interface Continuation {
  readonly place: Place;
  /** Some of its line stands before the cut. */
  readonly isWithinLine: boolean;
  /** The backticks of inline code that was cut; "" where none was. */
  readonly ticks: string;
  /** Within a table's row: its cells that are whole. */
  readonly cells: number;
}

/** An info string longer than that is no language: only its first word is repeated. */
const MAX_INFO = 60;
/** Blank lines without end, in a block of code that was cut: they are told from one that ends here. */
const MAX_BLANKS = 2000;

/** `rest`, the text behind a cut, as it reads the same by itself; "" while nothing of it shows. */
export function goOn(cut: Continuation, rest: string): string {
  const { place, ticks } = cut;
  if (!cut.isWithinLine) {
    return fromLine(place, rest, ticks);
  }
  const end = rest.indexOf("\n");
  const words = end < 0 ? rest : rest.slice(0, end);
  if (isBlank(words)) {
    return end < 0 ? "" : fromLine(afterLine(place), rest.slice(end + 1), ticks);
  }
  const { containers, leaf } = place;
  switch (leaf?.kind) {
    case "fence":
      return opened(containers, `${fenceLine(leaf)}\n${prefix(containers)}${rest}`);
    case "table":
      return opened(
        containers,
        `${headed(leaf, containers)}\n${prefix(containers)}${"| ".repeat(cut.cells + 1)}${ticks}${rest.trimStart()}`,
      );
    case "code":
      return opened(containers, `    ${rest}`);
    case "heading":
      return opened(containers, `${leaf.marks} ${ticks}${rest.trimStart()}`);
    default:
      return opened(containers, asText(ticks, rest.trimStart()));
  }
}

/** `rest` begins a line. */
function fromLine(from: Place, rest: string, ticks: string): string {
  let place = from;
  let at = 0;
  while (at < rest.length) {
    const end = rest.indexOf("\n", at);
    const next = end < 0 ? rest.length : end + 1;
    const line = rest.slice(at, end < 0 ? rest.length : end);
    const { kind, kept, inner, content, place: after } = readLine(place, line);
    const { containers, leaf } = place;
    const behind = rest.slice(end < 0 ? rest.length : end);
    const stillOpen = containers.slice(0, kept);
    if (kind === "code" && leaf?.kind === "fence") {
      if (!isBlank(inner) || at > MAX_BLANKS) {
        return opened(containers, `${fenceLine(leaf)}\n${rest}`);
      }
    } else if (kind === "row" && leaf?.kind === "table") {
      return opened(containers, `${headed(leaf, containers)}\n${rest.slice(at)}`);
    } else if (kind === "more") {
      return opened(containers, `${asText(ticks, content.trimStart())}${behind}`);
    } else if (kind === "tableRule" && leaf?.kind === "paragraph") {
      return opened(containers, `${leaf.line}\n${rest.slice(at)}`);
    } else if (kind !== "blank" && kind !== "fenceEnd" && kind !== "underline") {
      const item = after.containers[kept];
      const isIndented = item?.kind === "item" || after.leaf?.kind === "fence" || after.leaf?.kind === "code";
      const words =
        item?.kind === "item"
          ? `${markerOf(item)}${inner.slice(item.width)}`
          : isIndented
            ? inner
            : inner.trimStart();
      const isAsItWas = words === inner && stillOpen.every((container) => container.kind === "quote");
      return isAsItWas ? rest.slice(at) : opened(stillOpen, `${words}${behind}`);
    }
    place = after;
    at = next;
  }
  return "";
}

/** What ends a text at `place`, so that nothing that follows it stands in its code. */
export function closing({ containers, leaf }: Place): string {
  return leaf?.kind === "fence" ? `\n${prefix(containers)}${" ".repeat(leaf.indent)}${leaf.marker}` : "";
}

/** What is open at the end of `text`. */
export function placeAfter(text: string): Place {
  let place = TOP;
  for (const line of text.split("\n")) {
    place = readLine(place, line).place;
  }
  return place;
}

/** What is open at the start of the line after the one that `place` is in. */
export function afterLine({ containers, leaf }: Place): Place {
  return { containers, leaf: leaf?.kind === "heading" ? undefined : leaf };
}

/** `content` in containers that are opened anew; its further lines have their prefixes. */
function opened(containers: readonly Container[], content: string): string {
  return containers.reduceRight((inner, container, at) => {
    if (container.kind === "quote") {
      return `> ${inner}`;
    }
    const marker = markerOf(container);
    const { width } = container;
    // Blanks before a marker would count for the one that it stands behind.
    const isBehind = containers[at - 1]?.kind === "item" && width - marker.trim().length <= 4;
    const line = `${isBehind ? marker.trim().padEnd(width) : marker}${inner}`;
    if (!/^[ *_-]/.test(inner) || !(inner.startsWith(" ") || isBreak(line.split("\n", 1)[0] ?? ""))) {
      return line;
    }
    // So would those behind it, and with more of the same marks it would be a line across: it stands alone.
    const alone = `${marker.trim()} `.padStart(Math.min(width, marker.trim().length + 4));
    return `${alone}\n${prefix(containers.slice(0, at))}${" ".repeat(width)}${inner}`;
  }, content);
}

/** As wide as it was written, with the number it is shown with where there is room for that. */
function markerOf({ marker, number, indent, width }: Item): string {
  const counted = number === undefined ? marker : `${number}${marker.at(-1)}`;
  return `${" ".repeat(indent)}${(counted.length < width - indent ? counted : marker).padEnd(width - indent)}`;
}

/** What a further line in `containers` begins with. */
function prefix(containers: readonly Container[]): string {
  return containers
    .map((container) => (container.kind === "quote" ? "> " : " ".repeat(container.width)))
    .join("");
}

function fenceLine({ marker, info, indent }: Leaf & { readonly kind: "fence" }): string {
  const language = info.length > MAX_INFO ? (/^\S{1,60}(?=\s)/.exec(info)?.[0] ?? "") : info;
  return `${" ".repeat(indent)}${marker}${language}`;
}

function headed(
  { header, rule }: Leaf & { readonly kind: "table" },
  containers: readonly Container[],
): string {
  return `${header}\n${prefix(containers)}${rule}`;
}

/** The words of a paragraph at the start of a line, where they could begin something else. */
function asText(ticks: string, words: string): string {
  if (ticks !== "") {
    return `${ticks}${words}`;
  }
  const end = words.indexOf("\n");
  const line = end < 0 ? words : words.slice(0, end);
  const { kind, place } = readLine(TOP, line);
  const isText = kind === "text" && place.containers.length === 0 && !/^\[[^\]\n]{0,999}\]:/.test(line);
  const number = /^\d{1,9}(?=[.)])/.exec(line)?.[0] ?? "";
  return isText ? words : `${number}\\${words.slice(number.length)}`;
}
