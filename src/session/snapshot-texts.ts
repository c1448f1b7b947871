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

/** A document, as it was parsed, with its texts in their places again. Throws when they are not there. */
export function withTexts(document: unknown): unknown {
  if (!isObject(document) || !("texts" in document)) {
    return document;
  }
  const { texts, ...others } = document;
  if (!Array.isArray(texts)) {
    throw new Error("The document's texts are no list");
  }
  // No recursion: what Claude gives a tool may be nested deeply.
  const left: Record<string, unknown>[] = [others];
  for (let object = left.pop(); object; object = left.pop()) {
    for (const [key, value] of Object.entries(object)) {
      if (typeof value === "string" && value.startsWith(MARK)) {
        object[key] = textAt(value, texts);
      } else if (isObject(value)) {
        left.push(value);
      }
    }
  }
  return others;
}

function textAt(place: string, texts: readonly unknown[]): string {
  const text = texts[Number(place.slice(MARK.length))];
  if (typeof text !== "string") {
    throw new Error("The document lacks a text");
  }
  return text;
}

/** Or an array. */
function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
