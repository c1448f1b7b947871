// What Claude does in one turn, as the posts people see: text and tool lines in the order things happened, in pages
// that fit the server's limit. Text that was shown stays where it was shown. Knows nothing of the server or of time.

import { openFence } from "./code-spans.ts";
import { wholeLength } from "./half-written.ts";
import { codePoints, quietMentions } from "./markdown.ts";
import { cut, cutAt, FENCE_ROOM, pieces, withoutEmptyFence } from "./split.ts";

interface TextItem {
  readonly kind: "text";
  text: string;
  /** More may be added to it. */
  isOpen: boolean;
  /** How much of it people have seen, in UTF-16 units of its quiet form. */
  shown: number;
  /** It goes on from another page, and may begin with a fence that was opened again. */
  readonly isRest: boolean;
  /** Usernames it may call. */
  readonly names: readonly string[];
}

interface ToolItem {
  readonly kind: "tool";
  readonly id: string;
  readonly headline: string;
  readonly preview: string;
  outcome: string;
  holdUntil: number;
  shown: boolean;
}

interface NoticeItem {
  readonly kind: "notice";
  readonly name: string;
  text: string;
  shown: boolean;
}

type Item = TextItem | ToolItem | NoticeItem;

interface Page {
  readonly key: string;
  items: Item[];
  isSealed: boolean;
  lastPut: string;
}

export interface PageUpdate {
  readonly key: string;
  readonly markdown: string;
}

/** All of a transcript, as plain data. */
export interface TranscriptSnapshot {
  readonly keyPrefix: string;
  readonly limit: number;
  readonly names: readonly string[];
  readonly pages: Page[];
  readonly nextPage: number;
}

/** Room for outcomes that arrive after a page was filled. */
const OUTCOME_ROOM = 600;
/** The least that an outcome takes: ` ↳ ✅`. */
const SHORT_OUTCOME = 4;

export class Transcript {
  #pages: Page[] = [];
  #nextPage = 1;
  readonly #keyPrefix: string;
  readonly #limit: number;
  readonly #names: readonly string[];

  /** `limit`: the longest post in code points. `names`: the usernames that Claude's words may call. */
  constructor(keyPrefix: string, limit: number, names: readonly string[]) {
    this.#keyPrefix = keyPrefix;
    this.#limit = limit;
    this.#names = names;
  }

  /** As it was when `toJSON` was called. */
  static restore({ keyPrefix, limit, names, pages, nextPage }: TranscriptSnapshot): Transcript {
    const transcript = new Transcript(keyPrefix, limit, names);
    transcript.#pages = pages;
    transcript.#nextPage = nextPage;
    return transcript;
  }

  toJSON(): TranscriptSnapshot {
    return {
      keyPrefix: this.#keyPrefix,
      limit: this.#limit,
      names: this.#names,
      pages: this.#pages,
      nextPage: this.#nextPage,
    };
  }

  /** Adds to the text block that is being streamed, or begins one. */
  appendText(text: string): void {
    const last = this.#page().items.at(-1);
    if (last?.kind === "text" && last.isOpen) {
      last.text += text;
    } else {
      this.#page().items.push({
        kind: "text",
        text,
        isOpen: true,
        shown: 0,
        isRest: false,
        names: this.#names,
      });
    }
  }

  /** The next text is a block of its own. */
  endText(): void {
    const last = this.#pages.at(-1)?.items.at(-1);
    if (last?.kind === "text") {
      last.isOpen = false;
    }
  }

  /** `holdUntil`: a line whose tool may still be asked about waits for its card, in milliseconds since the epoch. */
  addTool(id: string, headline: string, preview: string, holdUntil: number): void {
    this.endText();
    this.#page().items.push({ kind: "tool", id, headline, preview, outcome: "", holdUntil, shown: false });
  }

  /** Tool lines nobody has seen wait until then: the tool before them is being asked about. */
  holdTools(until: number): void {
    for (const item of this.#pages.at(-1)?.items ?? []) {
      if (item.kind === "tool" && !item.shown && item.holdUntil > 0) {
        item.holdUntil = until;
      }
    }
  }

  /** When the next held line may be shown; undefined when none waits. */
  get heldUntil(): number | undefined {
    const waiting = this.#pages
      .at(-1)
      ?.items.flatMap((item) =>
        item.kind === "tool" && !item.shown && item.holdUntil > 0 ? [item.holdUntil] : [],
      );
    return waiting && waiting.length > 0 ? Math.min(...waiting) : undefined;
  }

  /** Takes a tool's line out again, when nobody has seen it yet; its card stands for it then. */
  withdrawUnseenTool(id: string): boolean {
    const page = this.#pages.at(-1);
    const at = page?.items.findIndex((item) => item.kind === "tool" && item.id === id && !item.shown) ?? -1;
    if (!page || at < 0) {
      return false;
    }
    page.items.splice(at, 1);
    return true;
  }

  /** False when no line of this turn is about that tool. On a page that is full only the sign of it is shown. */
  setOutcome(id: string, outcome: string): boolean {
    const item = this.#tool(id);
    if (item) {
      item.holdUntil = 0;
      item.outcome = outcome;
      this.#splitLongPages();
      if (!this.#fits(item)) {
        item.outcome = outcome.split(" ", 2).join(" ");
      }
    }
    return item !== undefined;
  }

  /** A line of mm-claude's own; a notice of the same name is replaced where it stands, if there is room. */
  notice(name: string, text: string): void {
    this.#splitLongPages();
    for (const page of this.#pages) {
      const item = page.items.find((candidate) => candidate.kind === "notice" && candidate.name === name);
      if (item?.kind === "notice") {
        const before = item.text;
        item.text = text;
        if (this.#fits(item)) {
          return;
        }
        item.text = before;
      }
    }
    this.endText();
    this.#page().items.push({ kind: "notice", name, text, shown: false });
  }

  /**
   * What follows stands in a new post, since something else was posted in between. A text that is being streamed goes
   * on there, from the word it is at.
   */
  breakPage(): void {
    this.#splitLongPages();
    const page = this.#pages.at(-1);
    if (!page || page.isSealed) {
      return;
    }
    const rest = restOfText(page);
    // Tool lines that are held back belong after what was posted in between, where their own cards may stand.
    const lastToStay = page.items.findLastIndex(
      (item) => item.kind !== "tool" || item.shown || item.holdUntil === 0,
    );
    const unseen = [...page.items.splice(lastToStay + 1), ...rest];
    if (page.items.length > 0) {
      page.isSealed = true;
    }
    if (unseen.length > 0) {
      this.#page().items.push(...unseen);
    }
  }

  /**
   * The posts that changed since they were last asked for. Until the turn `isOver`, half a word waits for its rest,
   * and a held tool line, with all that follows it, for its time.
   */
  updates(now: number, isOver: boolean): PageUpdate[] {
    this.#splitLongPages();
    const updates: PageUpdate[] = [];
    for (const page of this.#pages) {
      const isGrowing = !isOver && !page.isSealed;
      const ready = isGrowing ? readyItems(page, now) : page.items;
      const markdown = joinItems(ready, isGrowing);
      if (markdown !== "" && markdown !== page.lastPut) {
        page.lastPut = markdown;
        updates.push({ key: page.key, markdown });
      }
      markShown(ready, isGrowing);
    }
    return updates;
  }

  get isEmpty(): boolean {
    return this.#pages.every((page) => page.items.length === 0);
  }

  get keys(): string[] {
    return this.#pages.map((page) => page.key);
  }

  #tool(id: string): ToolItem | undefined {
    for (const page of this.#pages) {
      for (const item of page.items) {
        if (item.kind === "tool" && item.id === id) {
          return item;
        }
      }
    }
    return undefined;
  }

  /** Whether the page of `item` leaves room for a fence to be closed. */
  #fits(item: Item): boolean {
    const page = this.#pages.find(({ items }) => items.includes(item));
    return page === undefined || fullLength(page.items) <= this.#limit - FENCE_ROOM;
  }

  #page(): Page {
    const last = this.#pages.at(-1);
    if (last && !last.isSealed) {
      return last;
    }
    const page = { key: `${this.#keyPrefix}.${this.#nextPage++}`, items: [], isSealed: false, lastPut: "" };
    this.#pages.push(page);
    return page;
  }

  #splitLongPages(): void {
    const limit = this.#limit - OUTCOME_ROOM;
    for (let page = this.#pages.at(-1); page && !page.isSealed; page = this.#pages.at(-1)) {
      if (fullLength(page.items) <= limit) {
        return;
      }
      const rest = overflow(page, limit);
      page.isSealed = true;
      if (rest.length === 0) {
        return;
      }
      this.#page().items.push(...rest);
    }
  }
}

/** The length once every tool has an outcome of some kind, in code points. */
function fullLength(items: readonly Item[]): number {
  const waiting = items.filter((item) => item.kind === "tool" && item.outcome === "").length;
  return codePoints(joinItems(items, false)) + waiting * SHORT_OUTCOME;
}

/** Takes from `page` what of its open text nobody needs to see yet, to go on elsewhere. */
function restOfText(page: Page): Item[] {
  const item = page.items.at(-1);
  if (item?.kind !== "text" || !item.isOpen) {
    return [];
  }
  page.items.pop();
  const seen = shownText(item, true);
  if (seen === "") {
    return [item];
  }
  const { head, tail } = cutAt(quietText(item), seen.length);
  if (head !== "") {
    page.items.push({ ...item, text: head, isOpen: false });
  }
  return tail === "" ? [] : [{ ...item, text: tail, shown: 0, isRest: true }];
}

/** Cuts `page` down to `limit`, as far as people have not seen what is beyond, and gives what belongs on the next. */
function overflow(page: Page, limit: number): Item[] {
  let fits = page.items.findLastIndex(isSeen) + 1;
  while (fits < page.items.length && fullLength(page.items.slice(0, fits + 1)) <= limit) {
    fits++;
  }
  const item = page.items[fits];
  const rest = page.items.splice(fits);
  if (item?.kind === "text") {
    const used = fits === 0 ? 0 : fullLength(page.items) + 2;
    const quiet = quietText(item);
    // A cut in what little room is left would make a stub of a paragraph, unless people have seen some of it.
    if (fits === 0 || item.shown > 0 || limit - used > limit / 3) {
      const { head, tail } = cut(quiet, limit - used, item.shown);
      page.items.push({ ...item, text: head, isOpen: false, shown: head.length });
      rest[0] = { ...item, text: tail, shown: 0, isRest: true };
    }
  } else if (item?.kind === "tool" && fits === 0) {
    // A single tool line beyond the limit: its preview gives way, the line stays.
    const [head = ""] = pieces(item.preview, Math.max(1, limit - codePoints(item.headline) - OUTCOME_ROOM));
    page.items.push({ ...item, preview: head });
    rest.shift();
  } else if (item?.kind === "notice" && fits === 0) {
    const { head, tail } = cut(item.text, limit);
    page.items.push({ ...item, text: head });
    rest[0] = { kind: "text", text: tail, isOpen: false, shown: 0, isRest: true, names: [] };
  }
  return rest;
}

/** Whether people have seen all of it that there is now. */
function isSeen(item: Item): boolean {
  return item.kind === "text"
    ? !item.isOpen && item.shown > 0 && item.shown >= shownText(item, false).length
    : item.shown;
}

function readyItems(page: Page, now: number): readonly Item[] {
  const held = page.items.findIndex((item) => item.kind === "tool" && !item.shown && item.holdUntil > now);
  return held < 0 ? page.items : page.items.slice(0, held);
}

function markShown(items: readonly Item[], isGrowing: boolean): void {
  for (const item of items) {
    if (item.kind === "text") {
      item.shown = shownText(item, isGrowing && item === items.at(-1)).length;
    } else {
      item.shown = true;
    }
  }
}

function joinItems(items: readonly Item[], isGrowing: boolean): string {
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
      const fence = isFollowed ? openFence(text) : undefined;
      return text.trim() === "" ? "" : fence ? `${text}\n${fence.marker}` : text;
    }
    case "tool":
      return `${item.headline}${item.outcome === "" ? "" : ` ${item.outcome}`}${item.preview === "" ? "" : `\n${item.preview}`}`;
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

function quietText({ text, isRest, names }: TextItem): string {
  const quiet = quietMentions(text, names);
  return isRest ? withoutEmptyFence(quiet) : quiet;
}
