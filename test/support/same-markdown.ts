// Whether posts read as the one text does that they were cut from. What may differ, and no more:
// - white space at a cut;
// - a block that was cut is several of its kind: parts of a paragraph, of a code block of the same language, rows of a
//   table under the same header, all in the same quotes and items of lists;
// - an item of a list that was cut has its marker, with its number, in each post it is in. The number is the one written
//   where that shown has more digits, which would move all that stands in the item (twelve that begin with "1.").

import { expect } from "vitest";
import { type ReadLeaf, readLeaves } from "./read-markdown.ts";

/** Each leaf of the whole is found in the parts, in one or in several that follow each other. */
export function expectSame(whole: string, parts: readonly string[]): void {
  compare(
    readLeaves(whole),
    parts.map((part) => readLeaves(part)),
  );
}

/**
 * The same for parts that were cut wherever people had read up to, which may be within anything. So their letters are
 * compared, not the marks of what is inline; and a heading whose words were shown before the line below them is a paragraph.
 */
export function expectSameLetters(whole: string, parts: readonly string[]): void {
  const lettersOf = (markdown: string): ReadLeaf[] =>
    readLeaves(markdown)
      .map((leaf) => ({
        ...leaf,
        kind: leaf.isUnderlined ? "paragraph" : leaf.kind,
        text: leaf.source.replace(
          leaf.kind.startsWith("code") ? /[\s\u200b\ufeff]/g : /[\s|\\`\u200b\ufeff]/g,
          "",
        ),
      }))
      .filter(({ kind, text }) => !/^(?:paragraph|heading)/.test(kind) || text !== "");
  compare(lettersOf(whole), parts.map(lettersOf));
}

function compare(wanted: readonly ReadLeaf[], parts: readonly (readonly ReadLeaf[])[]): void {
  const found = parts.flatMap((leaves, index) =>
    leaves.map((leaf, at) => ({
      ...leaf,
      isFirstOfPart: index > 0 && at === 0,
      isLastOfPart: at === leaves.length - 1,
    })),
  );
  let next = 0;
  let head: string | undefined;
  for (const leaf of wanted) {
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
