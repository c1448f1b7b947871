// Long texts in a session's document: each is there once, however many of its fields say the same. What Claude is saying
// is in five of them, and the document is saved before every edit that shows more of it.

/** In UTF-16 units. What is shorter stands in its place, where whoever looks into a file expects it. */
const SHORTEST = 256;
/** How a string begins that says which text stands in its place; texts that begin so themselves stand elsewhere too. */
const MARK = "\u0000";

export class TextTable {
  readonly #numbers = new Map<string, number>();

  /** What stands in the text's place. */
  put(text: string): string {
    if (text.length < SHORTEST && !text.startsWith(MARK)) {
      return text;
    }
    const number = this.#numbers.get(text) ?? this.#numbers.size;
    this.#numbers.set(text, number);
    return `${MARK}${number}`;
  }

  /** By their numbers. */
  get texts(): readonly string[] {
    return [...this.#numbers.keys()];
  }
}

/** A document with its texts in their places again. Throws when they are not there. */
export function withTexts(document: unknown): unknown {
  if (typeof document !== "object" || document === null || !("texts" in document)) {
    return document;
  }
  const { texts, ...others } = document;
  if (!Array.isArray(texts)) {
    throw new Error("The document's texts are no list");
  }
  return replaced(others, texts);
}

function replaced(value: unknown, texts: readonly unknown[]): unknown {
  if (typeof value === "string" && value.startsWith(MARK)) {
    const text = texts[Number(value.slice(MARK.length))];
    if (typeof text !== "string") {
      throw new Error("The document lacks a text");
    }
    return text;
  }
  if (Array.isArray(value)) {
    return value.map((one) => replaced(one, texts));
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, replaced(one, texts)]));
  }
  return value;
}
