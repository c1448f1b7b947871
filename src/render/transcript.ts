// What Claude does in one turn, as the posts people see: text and tool lines in the order things happened, in pages
// that fit the server's limit. Text that was shown stays where it was shown. Knows nothing of the server or of time.

import { openFence } from "./code-spans.ts";
import { codePoints, quietGroupMentions } from "./markdown.ts";
import { cut, pieces } from "./split.ts";

interface TextItem {
  readonly kind: "text";
  text: string;
  /** More may be added to it. */
  isOpen: boolean;
  /** How much of it people have seen, in UTF-16 units of its quiet form. */
  shown: number;
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

/** Room for outcomes that arrive after a page was filled. */
const OUTCOME_ROOM = 600;

export class Transcript {
  #pages: Page[] = [];
  #nextPage = 1;
  readonly #keyPrefix: string;
  readonly #limit: number;

  /** `limit`: the longest post in code points. */
  constructor(keyPrefix: string, limit: number) {
    this.#keyPrefix = keyPrefix;
    this.#limit = limit;
  }

  /** Adds to the text block that is being streamed, or begins one. */
  appendText(text: string): void {
    const last = this.#page().items.at(-1);
    if (last?.kind === "text" && last.isOpen) {
      last.text += text;
    } else {
      this.#page().items.push({ kind: "text", text, isOpen: true, shown: 0 });
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

  /** The tool runs without being asked about: its line need not wait. */
  releaseTool(id: string): void {
    const item = this.#tool(id);
    if (item) {
      item.holdUntil = 0;
    }
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

  /** False when no line of this turn is about that tool. */
  setOutcome(id: string, outcome: string): boolean {
    const item = this.#tool(id);
    if (item) {
      item.outcome = outcome;
      item.holdUntil = 0;
    }
    return item !== undefined;
  }

  /** A line of mm-claude's own; a notice of the same name is replaced where it stands. */
  notice(name: string, text: string): void {
    for (const page of this.#pages) {
      const item = page.items.find((candidate) => candidate.kind === "notice" && candidate.name === name);
      if (item?.kind === "notice") {
        item.text = text;
        return;
      }
    }
    this.endText();
    this.#page().items.push({ kind: "notice", name, text });
  }

  /** What follows stands in a new post, since something else was posted in between. */
  breakPage(): void {
    const page = this.#pages.at(-1);
    if (!page || page.isSealed) {
      return;
    }
    this.endText();
    // Tool lines nobody has seen belong after what was posted in between, where their own cards may stand.
    const lastSeen = page.items.findLastIndex((item) => item.kind !== "tool" || item.shown);
    const unseen = page.items.splice(lastSeen + 1);
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
      if (codePoints(joinItems(page.items, false)) <= limit) {
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

/** Cuts `page` down to `limit` and gives what belongs on the next page. */
function overflow(page: Page, limit: number): Item[] {
  let fits = 0;
  while (fits < page.items.length && codePoints(joinItems(page.items.slice(0, fits + 1), false)) <= limit) {
    fits++;
  }
  const item = page.items[fits];
  const rest = page.items.splice(fits);
  if (item?.kind === "text") {
    const used = fits === 0 ? 0 : codePoints(joinItems(page.items, false)) + 2;
    const quiet = quietGroupMentions(item.text);
    // A cut in what little room is left would make a stub of a paragraph, unless people have seen some of it.
    if (fits === 0 || item.shown > 0 || limit - used > limit / 3) {
      const { head, tail } = cut(quiet, limit - used, item.shown);
      page.items.push({ kind: "text", text: head, isOpen: false, shown: head.length });
      rest[0] = { kind: "text", text: tail, isOpen: item.isOpen, shown: 0 };
    }
  } else if (item?.kind === "tool" && fits === 0) {
    // A single tool line beyond the limit: its preview gives way, the line stays.
    const [head = ""] = pieces(item.preview, Math.max(1, limit - codePoints(item.headline) - OUTCOME_ROOM));
    page.items.push({ ...item, preview: head });
    rest.shift();
  } else if (item?.kind === "notice" && fits === 0) {
    const { head, tail } = cut(item.text, limit);
    page.items.push({ ...item, text: head });
    rest[0] = { kind: "text", text: tail, isOpen: false, shown: 0 };
  }
  return rest;
}

function readyItems(page: Page, now: number): readonly Item[] {
  const held = page.items.findIndex((item) => item.kind === "tool" && !item.shown && item.holdUntil > now);
  return held < 0 ? page.items : page.items.slice(0, held);
}

function markShown(items: readonly Item[], isGrowing: boolean): void {
  for (const item of items) {
    if (item.kind === "tool") {
      item.shown = true;
    } else if (item.kind === "text") {
      item.shown = shownText(item, isGrowing && item === items.at(-1)).length;
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

const MAX_HELD_WORD = 60;

/** A text block as people see it: while it grows, the word being written waits for its end. */
function shownText(item: TextItem, isGrowing: boolean): string {
  const text = quietGroupMentions(item.text);
  if (!isGrowing || !item.isOpen) {
    return text.trimEnd();
  }
  const word = /[\w@.-]*$/.exec(text.slice(-MAX_HELD_WORD - 1))?.[0] ?? "";
  const whole = word.length > MAX_HELD_WORD ? text.length : text.length - word.length;
  return text.slice(0, Math.max(whole, item.shown)).trimEnd();
}
