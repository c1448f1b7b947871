import fc from "fast-check";
import { expect, test } from "vitest";
import { codePoints } from "../../../src/render/markdown.ts";
import { pieces } from "../../../src/render/split.ts";
import { readLeaves } from "../../support/read-markdown.ts";

const N = (count: number, word = "word"): string =>
  Array.from({ length: count }, (_, at) => `${word}${at}`).join(" ");

test("a text that fits stays whole", () => {
  expect(pieces("a\n\nb", 100)).toEqual(["a\n\nb"]);
  expect(pieces("", 100)).toEqual([""]);
});

test("a cut is made at a paragraph, else at a line, else at a word, else anywhere", () => {
  const p = "x".repeat(60);
  expect(pieces(`${p}\n\n${p}`, 100)).toEqual([p, p]);
  expect(pieces(`${p}\n${p}`, 100)).toEqual([p, p]);
  expect(pieces(`${p} ${p}`, 100)).toEqual([p, p]);
  expect(pieces(p.repeat(3), 100)).toEqual(["x".repeat(100), "x".repeat(80)]);
  expect(pieces(`${p}\n\n${"y".repeat(10)}\n${"z".repeat(90)}`, 100)[0]).toBe(p);
});

test("53,000 characters without a blank line arrive whole", () => {
  const text = N(6000);
  const parts = pieces(text, 16_383);
  expect(parts.length).toBeGreaterThan(3);
  expect(parts.every((part) => codePoints(part) <= 16_383)).toBe(true);
  expect(parts.join(" ")).toBe(text);
});

test("the limit counts code points, and no pair is split", () => {
  const parts = pieces("😀".repeat(500), 100);
  expect(parts.map(codePoints)).toEqual([100, 100, 100, 100, 100]);
  expect(() => parts.map(encodeURIComponent)).not.toThrow();
});

test.each(["```ts", "~~~", "````md", "~~~~~js title"])(
  "a block that begins with %s is closed and opened again",
  (open) => {
    const marker = /^[`~]+/.exec(open)?.[0] ?? "";
    const lines = Array.from({ length: 40 }, (_, at) => `line ${at}`);
    const parts = pieces(`before\n\n${open}\n${lines.join("\n")}\n${marker}\n\nafter`, 150);
    expect(parts.length).toBeGreaterThan(2);
    for (const part of parts) {
      expect(readLeaves(`${part}\n\nAFTER`).at(-1)?.kind).toBe("paragraph");
      expect(codePoints(part)).toBeLessThanOrEqual(150);
    }
    expect(parts.slice(1, -1).every((part) => part.startsWith(`${open}\n`) || !part.includes("line"))).toBe(
      true,
    );
    expect(parts.join("\n").match(/^line \d+$/gm)).toEqual(lines);
  },
);

test("a shorter fence within a longer one is content, and stays so over the cut", () => {
  const inner = Array.from({ length: 30 }, (_, at) => `\`\`\`\nx${at}\n\`\`\``).join("\n");
  const parts = pieces(`\`\`\`\`md\n${inner}\n\`\`\`\``, 120);
  expect(parts.map((part) => readLeaves(part).map(({ kind }) => kind))).toEqual(parts.map(() => ["code md"]));
  expect(parts.every((part) => part.endsWith("\n````"))).toBe(true);
});

test("no cut leaves an empty block behind, neither right after an opening nor right before a closing line", () => {
  for (let lead = 1; lead < 130; lead++) {
    for (const part of pieces(`${"x".repeat(lead)}\n\`\`\`ts\ncode\n\`\`\`\n${"y ".repeat(90)}`, 130)) {
      expect(part, `${lead}`).not.toMatch(/(?:^|\n)```ts\n\s*```/);
    }
  }
});

test("a marker as long as a post, or a limit as small as a fence, ends", () => {
  for (const text of [`${"`".repeat(1500)}\n${N(200)}`, `\`\`\`ts\n${"x".repeat(300)}`]) {
    for (const limit of [1, 5, 20, 1000]) {
      expect(pieces(text, limit).every((part) => codePoints(part) <= Math.max(limit, 30))).toBe(true);
    }
  }
});

test("any text keeps its characters in order, whatever the limit", () => {
  const letters = (text: string): string =>
    text.replace(/^ {0,3}(?:`{3,}|~{3,})[^`\n]*$/gm, "").replace(/\s/g, "");
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("word", " ", "\n", "\n\n", "😀", "```ts\n", "\n```\n", "a".repeat(50)), {
        maxLength: 80,
      }),
      fc.integer({ min: 60, max: 200 }),
      (parts, limit) => {
        const text = parts.join("");
        fc.pre(!/[^\n]```|```(?!ts\n|\n|$)/.test(text));
        const cuts = pieces(text, limit);
        expect(cuts.every((cut) => codePoints(cut) <= limit)).toBe(true);
        expect(cuts.map(letters).join("")).toBe(letters(text));
      },
    ),
    { seed: 7 },
  );
});

test("a table goes on under its header, never cut between that and its rule, nor within a row", () => {
  const rows = Array.from({ length: 60 }, (_, at) => `| ${at} | ${"word ".repeat(4)}|`);
  const parts = pieces(["Before", "", "| # | words |", "|--:|:------|", ...rows].join("\n"), 400);
  expect(parts.length).toBeGreaterThan(3);
  expect(parts.slice(1).every((part) => part.startsWith("| # | words |\n|--:|:------|\n| "))).toBe(true);
  expect(parts.join("\n").match(/^\| \d+ \|.*\|$/gm)).toEqual(rows);
});

test("a row that is longer than a post goes on in its column", () => {
  const [first = "", second = ""] = pieces(
    `| a | b | c |\n|---|---|---|\n| 1 | ${"word ".repeat(40)}| 3 |`,
    150,
  );
  expect(first).toMatch(/\n\| 1 \| word (?:word ?)+$/);
  expect(second).toMatch(/^\| a \| b \| c \|\n\|---\|---\|---\|\n\| \| word /);
});

test.each([
  ["in an item", "- Run this:\n\n  ```sh\n", "  ", "  ```\n\n  Then that.", "- ```sh\n  line"],
  [
    "in an item, further in",
    "1. Run:\n     ```sh\n",
    "     ",
    "     ```\n2. Then",
    "1. \n     ```sh\n     line",
  ],
  ["in a quote", "> Run this:\n>\n> ```sh\n", "> ", "> ```\n>\n> Then that.", "> ```sh\n> line"],
  ["in an item of a quote", "> - Run:\n>   ```sh\n", ">   ", ">   ```\n>\n>   Then", "> - ```sh\n>   line"],
])("a block of code %s is closed and opened again there", (_where, before, indent, after, again) => {
  const lines = Array.from({ length: 40 }, (_, at) => `${indent}line ${at}\n`).join("");
  const parts = pieces(`${before}${lines}${after}`, 200);
  expect(parts.length).toBeGreaterThan(2);
  expect(parts.slice(1).every((part) => part.startsWith(again))).toBe(true);
  const leaves = parts.map((part) => readLeaves(part));
  expect(
    leaves
      .flat()
      .filter(({ kind }) => kind === "code sh")
      .map(({ text }) => text)
      .join(""),
  ).toBe(Array.from({ length: 40 }, (_, at) => `line ${at}\n`).join(""));
  expect(leaves.at(-1)?.some(({ kind, text }) => kind === "paragraph" && text.startsWith("Then"))).toBe(true);
});

test("what is cut at a word is no list, heading or quote where the rest begins like one", () => {
  for (const sign of ["-", "1.", "#", ">", "```", "---", "+"]) {
    const [, rest = ""] = pieces(`${"x".repeat(90)} ${sign} ${"y ".repeat(40)}`, 92);
    expect(readLeaves(rest), sign).toMatchObject([{ kind: "paragraph", path: [] }]);
    expect(readLeaves(rest)[0]?.text.startsWith(`${sign} y`), sign).toBe(true);
  }
});

test("a link, emphasis and inline code are not cut where there is another place; code that is longer goes on as code", () => {
  const words = "w ".repeat(40);
  for (const one of ["**some bold words**", "[a long link text](https://x.example)", "`npm run test now`"]) {
    expect(pieces(`${words}${one} ${words}`, 90)[1]?.startsWith(one)).toBe(true);
  }
  const [first = "", second = ""] = pieces(`see \`${"@all ".repeat(40)}\` there`, 150);
  expect(first).toMatch(/^see `@all [@al ]*`$/);
  expect(second).toMatch(/^`@all [@al ]*` there$/);
});

test.each(["", "- ", "> ", "a\n", "```\na\n"])(
  "a line that begins with %j and more blanks than a post holds is cut all the same, and no piece is empty",
  (sign) => {
    const parts = pieces(`${sign}${" ".repeat(5000)}x`, 100);
    expect(parts.every((part) => part.trim() !== "" && codePoints(part) <= 100)).toBe(true);
    expect(parts.join("\n")).toContain("x");
  },
);
