// What Claude streams, nested and long, in any pieces: shown in posts, cut off anywhere when something else comes in between.

import fc from "fast-check";
import { expect, test } from "vitest";
import { codePoints } from "../../../src/render/markdown.ts";
import { Transcript } from "../../../src/render/transcript.ts";
import { document, soup } from "../../support/markdown-samples.ts";
import { runs } from "../../support/runs.ts";
import { expectSameLetters } from "../../support/same-markdown.ts";

const steps = fc.array(
  fc.record({
    length: fc.integer({ min: 1, max: 120 }),
    next: fc.constantFrom("nothing", "nothing", "update", "update", "update", "break"),
  }),
  { minLength: 1, maxLength: 40 },
);

/** The posts in which a text is shown; what was shown stays. */
function stream(
  text: string,
  limit: number,
  how: readonly { readonly length: number; readonly next: string }[],
): string[] {
  const transcript = new Transcript("t", limit, []);
  const posts = new Map<string, string>();
  const update = (isOver: boolean): void => {
    for (const { key, markdown } of transcript.updates(0, isOver)) {
      expect(codePoints(markdown)).toBeLessThanOrEqual(limit);
      const before = (posts.get(key) ?? "").replace(/[\u200b\ufeff]/g, "");
      expect(markdown.replace(/[\u200b\ufeff]/g, "").slice(0, before.length)).toBe(before);
      posts.set(key, markdown);
    }
  };
  let at = 0;
  for (let step = 0; at < text.length; step++) {
    const { length, next } = how[step % how.length] ?? { length: 500, next: "update" };
    transcript.appendText(text.slice(at, at + length));
    at += length;
    if (next === "update") {
      transcript.showFirstWord();
      update(false);
    } else if (next === "break") {
      transcript.breakPage();
    }
  }
  update(true);
  return [...posts.values()];
}

test("what is streamed reads as the whole does, wherever it was cut off", () => {
  fc.assert(
    fc.property(document, steps, (text, how) => {
      const posts = stream(text, 1600, how);
      try {
        expectSameLetters(text, posts);
      } catch (error) {
        throw new Error(`${String(error)}\n${posts.join(`\n${"⎯".repeat(20)}\n`)}`, { cause: error });
      }
    }),
    { numRuns: runs(80), seed: 21, endOnFailure: true },
  );
});

test("whatever is streamed, what was shown stays", () => {
  fc.assert(
    fc.property(soup, steps, fc.integer({ min: 700, max: 1600 }), (text, how, limit) => {
      stream(text, limit, how);
    }),
    { numRuns: runs(80), seed: 21, endOnFailure: true },
  );
});
