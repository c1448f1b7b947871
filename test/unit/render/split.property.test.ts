// A text that is cut reads as the whole does, to a reader that is not ours.

import fc from "fast-check";
import { expect, test } from "vitest";
import { codePoints, harmless } from "../../../src/render/markdown.ts";
import { pieces } from "../../../src/render/split.ts";
import { document, shortDocument, soup } from "../../support/markdown-samples.ts";
import { readAsText, readLeaves } from "../../support/read-markdown.ts";
import { runs } from "../../support/runs.ts";
import { expectSame } from "../../support/same-markdown.ts";

function expectCut(text: string, limit: number): void {
  const parts = pieces(text, limit);
  try {
    for (const part of parts) {
      expect(codePoints(part), part).toBeLessThanOrEqual(limit);
      // No block of code is open at its end.
      expect(readLeaves(`${part}\n\nAFTER`).at(-1), part).toMatchObject({ kind: "paragraph", text: "AFTER" });
    }
    expectSame(text, parts);
  } catch (error) {
    throw new Error(`${String(error)}\n${parts.join(`\n${"⎯".repeat(20)}\n`)}`, { cause: error });
  }
}

test("what is cut reads as the whole does", () => {
  fc.assert(fc.property(document, fc.integer({ min: 300, max: 900 }), expectCut), {
    numRuns: runs(100),
    seed: 5,
  });
});

test("in posts that hold next to nothing as well", () => {
  fc.assert(fc.property(shortDocument, fc.integer({ min: 60, max: 200 }), expectCut), {
    numRuns: runs(100),
    seed: 5,
  });
});

test("and in posts as long as a server takes", () => {
  fc.assert(
    fc.property(
      fc.array(document, { minLength: 30, maxLength: 40 }),
      fc.integer({ min: 2000, max: 16_383 }),
      (texts, limit) => expectCut(texts.join("\n\nbetween\n\n"), limit),
    ),
    { numRuns: runs(2), seed: 5 },
  );
});

test("whatever is cut, wherever, calls nobody and loads no picture where the whole does not", () => {
  fc.assert(
    fc.property(fc.oneof(document, shortDocument, soup), fc.integer({ min: 60, max: 300 }), (text, limit) => {
      const parts = pieces(harmless(text), limit);
      for (const part of parts) {
        expect(codePoints(part)).toBeLessThanOrEqual(limit);
        expect(readAsText(part), parts.join(`\n${"⎯".repeat(20)}\n`)).not.toMatch(
          /(?<![\p{L}\p{N}])@(?:all|bob)|picture/u,
        );
      }
    }),
    { numRuns: runs(300), seed: 5, endOnFailure: true },
  );
});

test("whatever is cut, no word of it is lost, doubled or moved", () => {
  const words = (text: string): readonly string[] => text.match(/word|日本|😀/gu) ?? [];
  fc.assert(
    fc.property(soup, fc.integer({ min: 60, max: 300 }), (text, limit) => {
      // A language is repeated.
      fc.pre(!/(?:```|~~~)[^\n]*word/.test(text));
      expect(pieces(text, limit).flatMap(words)).toEqual(words(text));
    }),
    { numRuns: runs(300), seed: 5, endOnFailure: true },
  );
});

test("whatever a text holds of blanks, and wherever, there is an end to its pieces, and none is empty", () => {
  const signs = [
    "a",
    "\n",
    "\n\n",
    "- ",
    "> ",
    "1. ",
    "```ts\n",
    "\n```\n",
    "|a|b|\n|-|-|\n",
    "# ",
    "`",
    "~~~\n",
  ];
  const blanks = [" ".repeat(300), "\t".repeat(200), "\u00a0".repeat(200), "x".repeat(150)];
  const text = fc
    .array(fc.constantFrom(...signs, ...blanks), { maxLength: 14 })
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(text, fc.integer({ min: 60, max: 200 }), (whole, limit) => {
      const parts = pieces(whole, limit);
      expect(parts.length === 1 || parts.every((part) => part.trim() !== "")).toBe(true);
    }),
    { numRuns: runs(250), seed: 5, endOnFailure: true },
  );
});
