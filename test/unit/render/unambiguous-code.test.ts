// What every reader takes for code: compared with a reader that takes lists, quotes and tables apart.

import fc from "fast-check";
import { expect, test } from "vitest";
import { harmless } from "../../../src/render/markdown.ts";
import { unambiguousCode } from "../../../src/render/unambiguous-code.ts";
import { readAsText } from "../../support/read-markdown.ts";

test.each([
  "`@all\n1. `",
  "`@all\n- `",
  "`![x](u)\n* `",
  "> ```\n@all\n> ```",
  "1. x\n   ```\n@all\n   ```",
  "``\n> ![x](u)``",
  "# `\n@all`",
  "   ```\ncode\n```\n@all",
  "~~~@all|\n---\n",
  "| a | b |\n|---|---|\n| ` | @all ` |",
  "| a | b |\n|---|---|\n| `a | b` `@all` |",
  "# `\nfoo ` bar\n`@all`",
])("%j hides nothing in what is code for some readers only", (markdown) => {
  expect(readAsText(harmless(markdown))).not.toMatch(/@(?:all|bob)|picture/);
});

test.each(["```\n@all\n```", "see `@all` there", "```sh\n![x](u)\n```\n", "- a\n\n```\n@all\n```"])(
  "%j is code for everybody, and stays as it is",
  (markdown) => {
    expect(harmless(markdown)).toBe(markdown);
  },
);

const piece = fc.constantFrom(
  "@all",
  "@bob",
  "![x](u)",
  "`",
  "``",
  "```",
  "~~~",
  "\n",
  "\n\n",
  "\n> ",
  "\n- ",
  "\n1. ",
  "\n   ",
  "\n  ",
  "\n    ",
  " ",
  "a",
  "# ",
  "|",
  "\\",
  "*",
  "\n---\n",
  "\n```\n",
  "\n   ```\n",
  "\n> ```\n",
  "\n~~~\n",
);

test("whatever is written, no reader sees a mention or a picture, and no word is lost", () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
      const markdown = pieces.join("");
      expect(
        unambiguousCode(markdown)
          .map(({ text }) => text)
          .join(""),
      ).toBe(markdown);
      const shown = harmless(markdown);
      expect(shown.replaceAll("\u200b", "")).toBe(markdown);
      expect(readAsText(shown), JSON.stringify(markdown)).not.toMatch(
        /(?<![\p{L}\p{N}])@(?:all|bob)|picture/u,
      );
    }),
    { numRuns: 5000 },
  );
});
