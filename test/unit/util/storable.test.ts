import fc from "fast-check";
import { expect, test } from "vitest";
import { storable } from "../../../src/util/storable.ts";

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);

/** As the Unicode Standard lists them (3.4 D14, 23.1, 23.6, 23.7). */
const CONTROLS = [...range(0, 0x1f), ...range(0x7f, 0x9f)];
const SURROGATES = range(0xd800, 0xdfff);
const NONCHARACTERS = [
  ...range(0xfdd0, 0xfdef),
  ...range(0, 0x10).flatMap((plane) => [plane * 0x10000 + 0xfffe, plane * 0x10000 + 0xffff]),
];

const nameOf = (code: number): string => `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;

test("every control character, half of a pair and non-character is shown by its number", () => {
  for (const code of [...CONTROLS, ...SURROGATES, ...NONCHARACTERS]) {
    const char = String.fromCodePoint(code);
    const isKept = char === "\n" || char === "\t";
    expect(storable(`a${char}b${char}`), nameOf(code)).toBe(
      isKept ? `a${char}b${char}` : `a${nameOf(code)}b${nameOf(code)}`,
    );
  }
});

test("every other character stays as it is", () => {
  const shown = new Set([...CONTROLS, ...SURROGATES, ...NONCHARACTERS]);
  for (const plane of range(0, 0x10)) {
    const codes = range(plane * 0x10000, plane * 0x10000 + 0xffff).filter((code) => !shown.has(code));
    const text = codes.map((code) => String.fromCodePoint(code)).join("");
    expect(storable(text) === text, `plane ${plane}`).toBe(true);
  }
});

test("pairs stay pairs, beside halves as well", () => {
  expect(storable("😀\ud83d😀\ude00")).toBe("😀⟨U+D83D⟩😀⟨U+DE00⟩");
});

test("a line break of Windows is a line break", () => {
  expect(storable("a\r\nb\rc\r\r\n")).toBe("a\nb⟨U+000D⟩c⟨U+000D⟩\n");
});

test("once is enough, and what comes out is well formed", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const once = storable(text);
      expect(storable(once)).toBe(once);
      expect(Buffer.from(once).toString()).toBe(once);
      expect(once).not.toContain("\0");
    }),
  );
});
