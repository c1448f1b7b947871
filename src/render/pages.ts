// What is on the pages of a transcript (texts, tool lines and notices), how they are written one below the other, and
// how a page that is too long passes on what nobody has seen yet. Pure.

import { type Continuation, closing, goOn, placeAfter } from "./continuation.ts";
import { wholeLength } from "./incomplete-tail.ts";
import { codePoints, harmless, isLonger } from "./markdown.ts";
import { cut, cutAt } from "./split.ts";

export interface TextItem {
  readonly kind: "text";
  text: string;
  /** More may be added to it. */
  isOpen: boolean;
  /** How much of it people have seen, in UTF-16 units of its quiet form. */
  shown: number;
  /** Where it was cut from the page before. */
  readonly after?: Continuation | undefined;
  /** Usernames it may call. */
  readonly names: readonly string[];
}

export interface ToolItem {
  readonly kind: "tool";
  readonly id: string;
  readonly headline: string;
  readonly preview: string;
  outcome: string;
  /** How far it is while it has no outcome; not kept. */
  progress?: string;
  /** It has given more than its line says. */
  offers?: boolean;
  holdUntil: number;
  shown: boolean;
}

export interface NoticeItem {
  readonly kind: "notice";
  readonly name: string;
  text: string;
  holdUntil: number;
  shown: boolean;
}

export type Item = TextItem | ToolItem | NoticeItem;

export interface Page {
  readonly key: string;
  items: Item[];
  isSealed: boolean;
  lastPut: string;
}

export const offeringOf = (items: readonly Item[]): string[] =>
  items.flatMap((item) => (item.kind === "tool" && item.offers ? [item.id] : []));

/** Room for outcomes that arrive after a page was filled. */
export const OUTCOME_ROOM = 600;
/** The least that an outcome takes: ` ↳ ✅`. */
const SHORT_OUTCOME = 4;

/** The length once every tool has an outcome of some kind, without what is half written yet, in code points. */
function fullLength(items: readonly Item[]): number {
  return codePoints(joinItems(items, true)) + roomForOutcomes(items);
}

/** Whether the full length is within `limit`. */
export function isWithin(items: readonly Item[], limit: number): boolean {
  return !isLonger(joinItems(items, true), limit - roomForOutcomes(items));
}

function roomForOutcomes(items: readonly Item[]): number {
  return items.filter((item) => item.kind === "tool" && item.outcome === "").length * SHORT_OUTCOME;
}

/** Takes from `page` what of its open text nobody needs to see yet, to go on elsewhere. */
export function restOfText(page: Page): Item[] {
  const item = page.items.at(-1);
  if (item?.kind !== "text" || !item.isOpen) {
    return [];
  }
  page.items.pop();
  const seen = shownText(item, true);
  if (seen === "") {
    return [item];
  }
  const { head, rest, after } = cutAt(quietText(item), seen.length);
  page.items.push({ ...item, text: head, isOpen: false, after: undefined });
  return [{ ...item, text: rest, shown: 0, after }];
}

/** Cuts `page` down to `limit`, as far as people have not seen what is beyond, and gives what belongs on the next. */
export function overflow(page: Page, limit: number): Item[] {
  let fits = page.items.findLastIndex(isSeen) + 1;
  while (fits < page.items.length && isWithin(page.items.slice(0, fits + 1), limit)) {
    fits++;
  }
  const item = page.items[fits];
  const rest = page.items.splice(fits);
  if (item?.kind === "text") {
    const used = fits === 0 ? 0 : fullLength(page.items) + 2;
    const quiet = quietText(item);
    // A cut in what little room is left would make a stub of a paragraph, unless people have seen some of it.
    if (fits === 0 || item.shown > 0 || limit - used > limit / 3) {
      const { head, rest: text, after } = cut(quiet, limit - used, item.shown);
      page.items.push({ ...item, text: head, isOpen: false, shown: head.length, after: undefined });
      rest[0] = { ...item, text, shown: 0, after };
    }
  } else if (item?.kind === "tool" && fits === 0) {
    // A single tool line beyond the limit: its preview gives way, the line stays.
    const { head } = cut(item.preview, Math.max(1, limit - codePoints(item.headline) - OUTCOME_ROOM));
    page.items.push({ ...item, preview: head });
    rest.shift();
  } else if (item?.kind === "notice" && fits === 0) {
    const { head, rest: text, after } = cut(item.text, limit);
    page.items.push({ ...item, text: head });
    rest[0] = { kind: "text", text, isOpen: false, shown: 0, after, names: [] };
  }
  return rest;
}

/** Whether it is shown as it will stay; a notice may be replaced at any time. */
export function isFinished(item: Item): boolean {
  return item.kind === "tool" ? item.shown && item.outcome !== "" : item.kind === "text" && isSeen(item);
}

/** Whether people have seen all of it that there is now. */
function isSeen(item: Item): boolean {
  return item.kind === "text" ? !item.isOpen && item.shown >= shownText(item, false).length : item.shown;
}

/** A line that nobody has seen, since a card may come in its place. */
export function isHeld(item: Item): item is ToolItem | NoticeItem {
  return item.kind !== "text" && !item.shown && item.holdUntil > 0;
}

export function readyItems(page: Page, now: number): readonly Item[] {
  const firstHeldBack = page.items.findIndex((item) => isHeld(item) && item.holdUntil > now);
  return firstHeldBack < 0 ? page.items : page.items.slice(0, firstHeldBack);
}

export function markShown(items: readonly Item[], isGrowing: boolean): void {
  for (const item of items) {
    if (item.kind === "text") {
      item.shown = shownText(item, isGrowing && item === items.at(-1)).length;
    } else {
      item.shown = true;
    }
  }
}

export function joinItems(items: readonly Item[], isGrowing: boolean): string {
  let markdown = "";
  let before: Item | undefined;
  items.forEach((item, index) => {
    const text = renderItem(item, isGrowing && index === items.length - 1, index < items.length - 1);
    if (text === "") {
      return;
    }
    const isTight = before?.kind === "tool" && item.kind === "tool";
    markdown += before === undefined ? text : `${isTight ? "\n" : "\n\n"}${text}`;
    before = item;
  });
  return markdown;
}

function renderItem(item: Item, isGrowing: boolean, isFollowed: boolean): string {
  switch (item.kind) {
    case "text": {
      const text = shownText(item, isGrowing);
      // Claude stopped inside a fence: what follows must not stand in it.
      return text.trim() === "" ? "" : isFollowed ? `${text}${closing(placeAfter(text))}` : text;
    }
    case "tool":
      return `${[item.headline, item.outcome || item.progress].filter(Boolean).join(" ")}${item.preview === "" ? "" : `\n${item.preview}`}`;
    case "notice":
      return item.text;
  }
}

/** A text block as people see it: while it grows, what is half written waits for its end. */
function shownText(item: TextItem, isGrowing: boolean): string {
  const text = quietText(item);
  if (!isGrowing || !item.isOpen) {
    return text.trimEnd();
  }
  return text.slice(0, Math.max(wholeLength(text), item.shown)).trimEnd();
}

/** What `quietText` made of an item's text last: it is asked for again and again while nothing changes. */
const quietTexts = new WeakMap<TextItem, { readonly text: string; readonly quiet: string }>();

function quietText(item: TextItem): string {
  const { text, after, names } = item;
  const known = quietTexts.get(item);
  if (known?.text === text) {
    return known.quiet;
  }
  const quiet = harmless(after ? goOn(after, text) : text, names);
  quietTexts.set(item, { text, quiet });
  return quiet;
}
