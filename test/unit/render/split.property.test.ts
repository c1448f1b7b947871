// A text that is cut reads as the whole does, to a reader that is not ours. What may differ, and no more:
// - white space at a cut;
// - a block that was cut is several of its kind: parts of a paragraph, of a code block of the same language, rows of a
//   table under the same header, all in the same quotes and items of lists;
// - an item of a list that was cut has its marker, with its number, in each post it is in. The number is the one written
//   where that shown has more digits, which would move all that stands in the item (twelve that begin with "1.").

import fc from "fast-check";
import { expect, test } from "vitest";
import { codePoints } from "../../../src/render/markdown.ts";
import { pieces } from "../../../src/render/split.ts";
import { document, shortDocument } from "../../support/markdown-samples.ts";
import { readLeaves } from "../../support/read-markdown.ts";

/** Each leaf of the whole is found in the parts, in one or in several that follow each other. */
function expectSame(whole: string, parts: readonly string[]): void {
  const found = parts.flatMap((part, index) =>
    readLeaves(part).map((leaf, at, all) => ({
      ...leaf,
      isFirstOfPart: index > 0 && at === 0,
      isLastOfPart: at === all.length - 1,
    })),
  );
  let next = 0;
  let head: string | undefined;
  for (const leaf of readLeaves(whole)) {
    let left = leaf.text;
    for (let isBegun = false; !isBegun || left !== ""; isBegun = true) {
      let part = found[next++];
      // A table that goes on has its header again.
      if (part?.isFirstOfPart && part.kind === "head" && leaf.kind === "row" && part.text === head) {
        part = found[next++];
        part = part && { ...part, isFirstOfPart: true };
      }
      const { kind, path = [], text = "", isFirst, isFirstOfPart = false, isLastOfPart = false } = part ?? {};
      expect({ kind, path: numbered(path, leaf.path) }, leaf.text).toEqual({
        kind: leaf.kind,
        path: leaf.path,
      });
      if (isBegun) {
        expect(isFirstOfPart, `${leaf.text} is cut within a part`).toBe(true);
      } else if (!isFirstOfPart) {
        expect(isFirst, leaf.text).toEqual(leaf.isFirst);
      }
      // White space at a cut may change.
      const shown = isBegun ? text.replace(/^(?:[ \t]*\n)+/, "") : text;
      if (shown === left) {
        left = "";
      } else {
        expect(left.slice(0, shown.trimEnd().length), leaf.text).toBe(shown.trimEnd());
        const behind = left.slice(shown.trimEnd().length);
        left = /^[ \t]*\n/.test(behind) ? behind.replace(/^(?:[ \t]*\n)+/, "") : behind.trimStart();
        expect(left === "" || isLastOfPart, `${leaf.text} ends early`).toBe(true);
      }
    }
    head = leaf.kind === "head" ? leaf.text : head;
  }
  expect(found.slice(next).map(({ text }) => text)).toEqual([]);
}

/** `path` with the numbers of `wanted` where there was no room for them. */
function numbered(path: readonly string[], wanted: readonly string[]): string[] {
  return path.map((name, at) => {
    const number = wanted[at] ?? "";
    return /^\d/.test(name) && Number.parseInt(number, 10) > 9 ? number : name;
  });
}

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

const MINUTE = 60_000;

test(
  "what is cut reads as the whole does",
  () => {
    fc.assert(fc.property(document, fc.integer({ min: 300, max: 900 }), expectCut), {
      numRuns: 600,
      seed: 5,
    });
  },
  MINUTE,
);

test("in posts that hold next to nothing as well", () => {
  fc.assert(fc.property(shortDocument, fc.integer({ min: 60, max: 200 }), expectCut), {
    numRuns: 1000,
    seed: 5,
  });
});

test(
  "and in posts as long as a server takes",
  () => {
    fc.assert(
      fc.property(
        fc.array(document, { minLength: 30, maxLength: 40 }),
        fc.integer({ min: 2000, max: 16_383 }),
        (texts, limit) => expectCut(texts.join("\n\nbetween\n\n"), limit),
      ),
      { numRuns: 8, seed: 5 },
    );
  },
  MINUTE,
);
