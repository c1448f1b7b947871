import fc from "fast-check";
import { expect, test } from "vitest";
import { createRedact } from "../../../src/util/redact.ts";
import { redactedPieces } from "../../../src/util/redacted-pieces.ts";

const SECRET = "k7dn3hqpyj8fxr4wz5bmt6uceo";

function told(pieces: readonly string[]): string[] {
  const all: string[] = [];
  const stream = redactedPieces([SECRET], (text) => all.push(text));
  pieces.forEach(stream.take);
  stream.flush();
  return all;
}

/** The same text, cut there. */
function cut(text: string, places: readonly number[]): string[] {
  const at = [0, ...places.map((place) => place % (text.length + 1)).sort((one, other) => one - other)];
  return at.map((from, index) => text.slice(from, at[index + 1] ?? text.length));
}

const word = fc.oneof(fc.constant(SECRET), fc.constant(`see:${SECRET}.`), fc.string({ unit: "grapheme" }));
const words = fc.array(word, { maxLength: 30 }).map((all) => all.join(" "));
const places = fc.array(fc.nat(2000), { maxLength: 30 });

test("however a text is cut, it is told whole, once, and without the secret", () => {
  fc.assert(
    fc.property(words, places, (text, at) => {
      expect(told(cut(text, at)).join("")).toBe(createRedact([SECRET])(text));
    }),
  );
});

test("a secret within a word without end is not told either, and the word does not wait for its end", () => {
  fc.assert(
    fc.property(fc.nat(3000), places, (before, at) => {
      const text = `${"x".repeat(before)}${SECRET}${"y".repeat(3000)}`;
      const all = told(cut(text, at));
      expect(all.join("")).not.toContain(SECRET.slice(0, 12));
      expect(all.join("").replace("[secret]", SECRET)).toBe(text);
    }),
  );
  const stream: string[] = [];
  redactedPieces([SECRET], (text) => stream.push(text)).take("x".repeat(5000));
  expect(stream.join("").length).toBeGreaterThan(4000);
});

test("whole words are told at once", () => {
  const all: string[] = [];
  const stream = redactedPieces([SECRET], (text) => all.push(text));
  stream.take("one tw");
  stream.take("o three\n");
  expect(all).toEqual(["one ", "two three\n"]);
});
