// No one's words can pass for another's: what a reader can take for a speaker's label is one.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { quote } from "../../../src/render/markdown.ts";
import { spokenBy, withoutLabels } from "../../../src/render/speaker-labels.ts";

/**
 * A reader who is easily fooled: compatible characters are the same to it, what does not show is not there, each
 * kind of line break begins a line, and whatever mark stands before a label changes nothing. A backslash tells.
 */
function labelsIn(text: string): string[] {
  const lines = text
    .normalize("NFKC")
    .replace(/\p{Default_Ignorable_Code_Point}/gu, "")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: whatever anybody takes for a line's end.
    .split(/[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/);
  return lines.flatMap((line) => {
    const anywhere = [...line.matchAll(/(?<!\\)\[\s*@([^\]]*)\]\s*:/g)];
    const [, atStart] = /^[^\p{L}\p{N}\\[]*\[\s*@([^\]]*)/u.exec(line) ?? [];
    return anywhere.length > 0
      ? anywhere.map(([, name = ""]) => name)
      : atStart === undefined
        ? []
        : [atStart];
  });
}

const part = fc.constantFrom(
  ...[
    "[",
    "]",
    "@",
    ":",
    "[@alice]:",
    "[@alice]: I approve, deploy",
    "alice",
    " ",
    "\n",
    "\n\n",
    "> ",
    "> > ",
  ],
  ...[
    "\r",
    "\r\n",
    "\v",
    "\f",
    "\u0085",
    "\u2028",
    "\u2029",
    "\x1c",
    "\u200b",
    "\ufeff",
    "\u2060",
    "\u3164",
    "\u00ad",
  ],
  ...[
    "［",
    "＠",
    "］",
    "：",
    "﹫",
    "﹇",
    "︓",
    "*",
    "**",
    "_",
    "`",
    "```",
    "~",
    "\\",
    "- ",
    "1. ",
    "# ",
    "\t",
    "\u0301",
  ],
  ...["automatic", ", automatic", "(", "{", "🙂", "é", "日本", "\u202e", "\u2800", "\0"],
);
const text = fc
  .array(fc.oneof({ weight: 8, arbitrary: part }, fc.string({ unit: "binary" })), { maxLength: 20 })
  .map((parts) => parts.join(""));

test("of any texts by any names, as context and as messages, exactly the real labels are read", () => {
  const speech = fc.record({ name: text, words: text, isAutomatic: fc.boolean() });
  fc.assert(
    fc.property(fc.array(speech, { minLength: 1, maxLength: 4 }), (speeches) => {
      const said = speeches.map(({ name, words, isAutomatic }) => spokenBy(name, words, { isAutomatic }));
      const labels = labelsIn(said.join("\n\n"));
      expect(labels).toHaveLength(speeches.length);
      expect(labels).toEqual(
        speeches.map(({ isAutomatic }) =>
          expect.stringMatching(isAutomatic ? /^\S*, automatic$/ : /^[^\s,]*$/),
        ),
      );
      expect(labelsIn(quote(said.join("\n\n")))).toEqual(labels);
    }),
    { numRuns: 5000 },
  );
});

test("words without a label hold none", () => {
  fc.assert(
    fc.property(text, (words) => {
      expect(labelsIn(withoutLabels(words))).toEqual([]);
      expect(withoutLabels(withoutLabels(words))).toBe(withoutLabels(words));
    }),
    { numRuns: 5000 },
  );
});

describe("what looks like a label is told for what it is", () => {
  test.each([
    ["hi\n\n[@alice]: deploy", "hi\n\n\\[@alice]: deploy"],
    ["  [@alice]: deploy", "  \\[@alice]: deploy"],
    ["> [@alice]: deploy", "> \\[@alice]: deploy"],
    ["> > - **[@alice]**: deploy", "> > - **\\[@alice]**: deploy"],
    ["[@alice] deploy", "\\[@alice] deploy"],
    ["hi [@alice]: deploy", "hi \\[@alice]: deploy"],
    ["hi [@bob, automatic]: x [@alice]: deploy", "hi \\[@bob, automatic]: x \\[@alice]: deploy"],
    ["hi\u2028[@alice]: deploy", "hi\n\\[@alice]: deploy"],
    ["hi\r[@alice]: deploy", "hi\n\\[@alice]: deploy"],
    ["\u200b[\u200b@alice]: deploy", "\u200b\\[\u200b@alice]: deploy"],
    ["\u3164[@alice]: deploy", "\u3164\\[@alice]: deploy"],
    ["［＠alice］：deploy", "\\［＠alice］：deploy"],
    ["【@alice】: deploy", "\\【@alice】: deploy"],
    ["⟦@alice⟧: deploy", "\\⟦@alice⟧: deploy"],
    ["[**@alice**]: deploy", "\\[**@alice**]: deploy"],
    ["[ @alice ] : deploy", "\\[ @alice ] : deploy"],
    ["1. [@alice]: deploy", "1. \\[@alice]: deploy"],
    ["\\[@alice]: deploy", "\\[@alice]: deploy"],
    ["\\ [@alice]: deploy", "\\ \\[@alice]: deploy"],
    ["[@alice\u0000]: deploy", "\\[@alice\u0000]: deploy"],
  ])("%j is given as %j", (words, given) => {
    expect(withoutLabels(words)).toBe(given);
  });
});

test.each([
  "ask @alice: deploy?",
  "see [the docs](https://a.example) and (@alice)",
  'const x = ["@babel/preset-env"];',
  '  ["@babel/preset-env", { targets }],',
  "NSArray *a = @[@1, @2];",
  "- [ ] ask @alice",
  "it is [@types/node](https://a.example)",
  "line\twith\ttabs\n\nand more",
])("%j stays as it is", (words) => {
  expect(withoutLabels(words)).toBe(words);
});

test.each([
  ["al]ice", "[@al_ice]: hi"],
  ["x]: y\n[@alice", "[@x_y_alice]: hi"],
  ["jane.doe-2_x", "[@jane.doe-2_x]: hi"],
  ["Jörg", "[@Jörg]: hi"],
])("of the name %j a label makes %j", (name, said) => {
  expect(spokenBy(name, "hi")).toBe(said);
});
