// What Claude does in one turn, as the posts people see: text and tool lines in the order things happened, in pages
// that fit the server's limit. Text that was shown stays where it was shown. Knows nothing of the server or of time.

import { isFirstWord } from "./incomplete-tail.ts";
import {
  type Item,
  isFinished,
  isHeld,
  isWithin,
  joinItems,
  markShown,
  OUTCOME_ROOM,
  offeringOf,
  overflow,
  type Page,
  readyItems,
  restOfText,
  type ToolItem,
} from "./pages.ts";
import { FENCE_ROOM } from "./split.ts";

export interface PageUpdate {
  readonly key: string;
  readonly markdown: string;
  /** The tools that offer on it what they gave. */
  readonly offering: readonly string[];
}

/** In UTF-16 units. Of blanks without end the line that the next words are in is enough. */
const MAX_BLANKS = 2000;

/** All of a transcript, as plain data. */
export interface TranscriptSnapshot {
  readonly keyPrefix: string;
  readonly limit: number;
  readonly names: readonly string[];
  readonly pages: Page[];
  readonly nextPage: number;
}

export class Transcript {
  #pages: Page[] = [];
  #nextPage = 1;
  /** How much text came since long pages were split. */
  #unsplit = 0;
  /** How many blanks its last text ends with, and what was held back of them. */
  #blanks = 0;
  #heldBlanks = "";
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
    // A post's length at a time, so that no more than that is looked at again when a page is full.
    for (let at = 0; at < text.length; at += this.#limit) {
      const part = text.slice(at, at + this.#limit);
      this.#append(part);
      this.#unsplit += part.length;
      if (this.#unsplit >= this.#limit) {
        this.#splitLongPages();
      }
    }
  }

  #append(text: string): void {
    const last = this.#page().items.at(-1);
    const isBlank = text.trim() === "";
    if (last?.kind !== "text" || !last.isOpen) {
      this.#page().items.push({ kind: "text", text, isOpen: true, shown: 0, names: this.#names });
      this.#heldBlanks = "";
    } else if (isBlank && this.#blanks + text.length > MAX_BLANKS) {
      const held = this.#heldBlanks + text;
      this.#heldBlanks = held.slice(Math.max(held.lastIndexOf("\n"), held.length - MAX_BLANKS));
    } else {
      last.text += this.#heldBlanks + text;
      this.#heldBlanks = "";
    }
    this.#blanks = text.length - text.trimEnd().length + (isBlank ? this.#blanks : 0);
  }

  /** A token is a word as a rule, so the first one of a text need not wait for the next to be shown. */
  showFirstWord(): void {
    const item = this.#pages.at(-1)?.items.at(-1);
    const mayShow = item?.kind === "text" && item.isOpen && !item.after && this.heldUntil === undefined;
    if (mayShow && isFirstWord(item.text)) {
      item.shown = item.text.length;
    }
  }

  /** Adds to what Claude thinks, which is a quote that calls nobody, or begins it after an `endText`. Keep it short. */
  appendThinking(text: string): void {
    const last = this.#page().items.at(-1);
    const quoted = text.replaceAll("\n", "\n> ");
    if (last?.kind === "text" && last.isOpen) {
      last.text += quoted;
    } else {
      this.#page().items.push({ kind: "text", text: `> 💭 ${quoted}`, isOpen: true, shown: 0, names: [] });
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
      if (isHeld(item)) {
        item.holdUntil = until;
      }
    }
  }

  /** When the next held line may be shown; undefined when none waits. Those behind it wait for it. */
  get heldUntil(): number | undefined {
    return this.#pages.at(-1)?.items.find(isHeld)?.holdUntil;
  }

  /** Takes a tool's line out again, when nobody has seen it yet; its card stands for it then. */
  withdrawUnseenTool(id: string): boolean {
    return this.#withdraw((item) => item.kind === "tool" && item.id === id && !item.shown);
  }

  /** The same with a notice that nobody has seen yet. */
  withdrawUnseenNotice(name: string): boolean {
    return this.#withdraw((item) => item.kind === "notice" && item.name === name && !item.shown);
  }

  #withdraw(isMeant: (item: Item) => boolean): boolean {
    const page = this.#pages.at(-1);
    const at = page?.items.findIndex(isMeant) ?? -1;
    page?.items.splice(at, at < 0 ? 0 : 1);
    return at >= 0;
  }

  /** False when no line of this turn is about that tool. `offers`: people can have what it gave. On a page that is full only the sign of it is shown. */
  setOutcome(id: string, outcome: string, offers = false): boolean {
    const item = this.#tool(id);
    if (item) {
      item.holdUntil = 0;
      item.outcome = outcome;
      item.offers = offers;
      this.#splitLongPages();
      if (!this.#fits(item)) {
        item.outcome = outcome.split(" ", 2).join(" ");
      }
    }
    return item !== undefined;
  }

  /** How far a tool is, until it has an outcome or the turn is over. False when no line that waits is about it. */
  setProgress(id: string, progress: string): boolean {
    const item = this.#tool(id);
    if (item?.outcome !== "") {
      return false;
    }
    item.holdUntil = 0;
    item.progress = progress;
    return true;
  }

  /**
   * A line of mm-claude's own; a notice of the same name is replaced where it stands, if there is room. `holdUntil`: as
   * of a tool's line.
   */
  notice(name: string, text: string, holdUntil = 0): void {
    this.#splitLongPages();
    for (const page of this.#pages) {
      const item = page.items.find((candidate) => candidate.kind === "notice" && candidate.name === name);
      if (item?.kind === "notice") {
        const before = item.text;
        item.text = text;
        if (this.#fits(item)) {
          item.holdUntil = Math.min(item.holdUntil, holdUntil);
          return;
        }
        item.text = before;
      }
    }
    this.endText();
    this.#page().items.push({ kind: "notice", name, text, holdUntil, shown: false });
  }

  /**
   * What follows goes into a new post, since something else was posted in between. A text that is being streamed goes
   * on there, from the word it has reached.
   */
  breakPage(): void {
    this.#splitLongPages();
    const page = this.#pages.at(-1);
    if (!page || page.isSealed) {
      return;
    }
    const rest = restOfText(page);
    // Tool lines that are held back belong after what was posted in between, where their own cards may stand.
    const lastToStay = page.items.findLastIndex((item) => !isHeld(item));
    const unseen = [...page.items.splice(lastToStay + 1), ...rest];
    if (page.items.length > 0) {
      page.isSealed = true;
    }
    if (unseen.length > 0) {
      this.#page().items.push(...unseen);
    }
  }

  /**
   * The posts that changed since they were last asked for. Until the turn `isOver`, they lack an incomplete word at the
   * end, and a tool line that is still held back with everything after it.
   */
  updates(now: number, isOver: boolean): PageUpdate[] {
    if (isOver) {
      this.endText();
      this.#forgetProgress();
    }
    this.#splitLongPages();
    const updates: PageUpdate[] = [];
    for (const page of this.#pages) {
      const isGrowing = !isOver && !page.isSealed;
      const ready = isGrowing ? readyItems(page, now) : page.items;
      const markdown = joinItems(ready, isGrowing);
      if (markdown !== "" && markdown !== page.lastPut) {
        page.lastPut = markdown;
        updates.push({ key: page.key, markdown, offering: offeringOf(ready) });
      }
      markShown(ready, isGrowing);
    }
    return updates;
  }

  /**
   * Forgets the pages that can't change any more, and gives their keys. A turn may go on for hours, and updates of its
   * thread must not become slower and slower.
   */
  takeFinished(): string[] {
    const finished = this.#pages.filter((page) => page.isSealed && page.items.every(isFinished));
    this.#pages = this.#pages.filter((page) => !finished.includes(page));
    return finished.map((page) => page.key);
  }

  get keys(): string[] {
    return this.#pages.map((page) => page.key);
  }

  #forgetProgress(): void {
    for (const item of this.#pages.flatMap(({ items }) => items)) {
      if (item.kind === "tool") {
        delete item.progress;
      }
    }
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
    return page === undefined || isWithin(page.items, this.#limit - FENCE_ROOM);
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
    this.#unsplit = 0;
    const limit = this.#limit - OUTCOME_ROOM;
    for (let page = this.#pages.at(-1); page && !page.isSealed; page = this.#pages.at(-1)) {
      if (isWithin(page.items, limit)) {
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
