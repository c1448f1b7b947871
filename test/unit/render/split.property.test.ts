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
import { document } from "../../support/markdown-samples.ts";
import { type ReadLeaf, readLeaves } from "../../support/read-markdown.ts";

/** Of the leaves of all parts one of each that was cut, compared with those of the whole as they are joined. */
function expectSame(whole: string, parts: readonly string[]): void {
  const wanted = readLeaves(whole);
  const told = () => `\n${parts.map((part) => `${part}\n${"⎯".repeat(20)}`).join("\n")}`;
  const found = parts.flatMap((part, index) =>
    readLeaves(part).map((leaf, at, all) => ({
      leaf,
      isFirst: index > 0 && at === 0,
      isLast: at === all.length - 1,
    })),
  );
  let next = 0;
  let head: ReadLeaf | undefined;
  for (const leaf of wanted) {
    let left = leaf.text;
    let isBegun = false;
    do {
      let part = found[next++];
      if (
        part?.isFirst &&
        part.leaf.kind === "head" &&
        leaf.kind === "row" &&
        part.leaf.text === head?.text
      ) {
        part = found[next++];
        part = part && { ...part, isFirst: true };
      }
      expect(part?.leaf.kind, `${leaf.kind} ${leaf.text}${told()}`).toBe(leaf.kind);
      if (!part) {
        return;
      }
      expect(numbered(part.leaf.path, leaf.path), `${leaf.text}${told()}`).toEqual(leaf.path);
      if (!part.isFirst) {
        expect(part.leaf.isFirst, `${leaf.text}${told()}`).toEqual(leaf.isFirst);
      }
      // White space at a cut may change.
      const text = isBegun ? part.leaf.text.replace(/^(?:[ \t]*\n)+/, "") : part.leaf.text;
      if (text === left) {
        left = "";
      } else {
        expect(isBegun ? part.isFirst : true, told()).toBe(true);
        expect(left.startsWith(text.trimEnd()), `${left}\nis not\n${text}${told()}`).toBe(true);
        const behind = left.slice(text.trimEnd().length);
        left = /^[ \t]*\n/.test(behind) ? behind.replace(/^(?:[ \t]*\n)+/, "") : behind.trimStart();
        isBegun = true;
        expect(left === "" || part.isLast, `${leaf.text} ends early${told()}`).toBe(true);
      }
    } while (left !== "");
    head = leaf.kind === "head" ? leaf : head;
  }
  expect(
    found.slice(next).map(({ leaf }) => leaf.text),
    told(),
  ).toEqual([]);
}

/** `path` with the numbers of `wanted` where there was no room for them. */
function numbered(path: readonly string[], wanted: readonly string[]): string[] {
  return path.map((name, at) => {
    const number = wanted[at] ?? "";
    return /^\d/.test(name) && Number.parseInt(number, 10) > 9 ? number : name;
  });
}

test.runIf(process.env["FIND"])(
  "finds",
  async () => {
    let best: { text: string; limit: number; error: unknown } | undefined;
    let bad = 0;
    for (const [text, limit] of fc.sample(fc.tuple(document, fc.integer({ min: 300, max: 900 })), {
      numRuns: Number(process.env["FIND"]),
      seed: Number(process.env["SEED"] ?? 1),
    })) {
      if (text.length > 60000) continue;
      try {
        expectSame(text, pieces(text, limit));
      } catch (error) {
        bad++;
        if (!best || text.length < best.text.length) best = { text, limit, error };
      }
    }
    console.log("BAD", bad, best?.limit, String(best?.error));
    if (process.env["DUMP"]) {
      (await import("node:fs")).writeFileSync(process.env["DUMP"], JSON.stringify(best));
    }
  },
  200_000,
);

test("what is cut reads as the whole does", () => {
  fc.assert(
    fc.property(document, fc.integer({ min: 300, max: 900 }), (text, limit) => {
      const parts = pieces(text, limit);
      for (const part of parts) {
        expect(codePoints(part)).toBeLessThanOrEqual(limit);
        // No block of code is open at its end.
        expect(readLeaves(`${part}\n\nAFTER`).at(-1)).toMatchObject({ kind: "paragraph", text: "AFTER" });
      }
      expectSame(text, parts);
    }),
    {
      numRuns: Number(process.env["RUNS"] ?? 500),
      seed: Number(process.env["SEED"] ?? 5),
      endOnFailure: process.env["SHRINK"] === undefined,
    },
  );
}, 60_000);
