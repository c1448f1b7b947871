// Markdown as Claude writes it, nested, long and wide, for tests that cut it.

import fc from "fast-check";

const word = fc.oneof(
  { weight: 12, arbitrary: fc.stringMatching(/^[a-z]{1,9}$/) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      "**two words**",
      "_soft words_",
      "`npm run x`",
      "``a ` b``",
      "[a link](https://x.example/a_b)",
      "~~old words~~",
      "日本語の文",
      "😀",
      "👩‍👩‍👧",
      "don't",
      "a*b",
      "snake_case",
      "1.",
      "2)",
      "-",
      "+",
      "#",
      ">",
      "=",
      "|",
      "---",
      "```",
      "\\*",
      "<br>",
      "@all",
      "`@all`",
    ),
  },
);

const words = (max: number): fc.Arbitrary<string> =>
  fc.array(word, { minLength: 1, maxLength: max }).map((all) => `w${all.join(" ")}`);

type Block = fc.Arbitrary<readonly string[]>;

const paragraph: Block = fc.oneof(
  { weight: 3, arbitrary: fc.array(words(14), { minLength: 1, maxLength: 3 }) },
  { weight: 1, arbitrary: words(120).map((line) => [line]) },
);

const heading: Block = fc.oneof(
  fc
    .record({ level: fc.integer({ min: 1, max: 4 }), text: words(6) })
    .map(({ level, text }) => [`${"#".repeat(level)} ${text.replaceAll("#", "")}`]),
  // With a pipe the parser takes some of them for tables.
  fc
    .record({ text: words(6), under: fc.constantFrom("===", "---") })
    .map(({ text, under }) => [text.replaceAll("|", ""), under]),
);

const codeLine = fc.oneof(
  { weight: 8, arbitrary: fc.stringMatching(/^ {0,6}[a-z][a-z ]{0,30}$/) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "",
      "",
      "  ",
      "@all",
      "| a | b |",
      "- item",
      "> quote",
      "``",
      "  ~~~ x",
      "\tx",
    ),
  },
  { weight: 1, arbitrary: fc.stringMatching(/^[a-z ]{60,150}$/) },
);

const fence: Block = fc
  .record({
    open: fc.constantFrom("```ts", "```", "~~~", "````md", "~~~~sh x"),
    lines: fc.array(codeLine, { minLength: 0, maxLength: 30 }),
  })
  .map(({ open, lines }) => {
    const close = /^ *[`~]+/.exec(open)?.[0] ?? "";
    const indent = /^ */.exec(open)?.[0] ?? "";
    return [open, ...lines.map((line) => (line.trim() === "" ? line : indent + line)), close];
  });

const row = (columns: number): fc.Arbitrary<string> =>
  fc
    .array(fc.oneof(words(3), fc.constantFrom("", "a \\| b", "`x`")), {
      minLength: columns,
      maxLength: columns,
    })
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll(/(?<!\\)\|/g, "")).join(" | ")} |`);

const table: Block = fc.integer({ min: 1, max: 4 }).chain((columns) =>
  fc
    .record({
      head: row(columns),
      align: fc.constantFrom("---", ":--", "--:"),
      rows: fc.array(row(columns), { maxLength: 25 }),
    })
    .map(({ head, align, rows }) => [head, `|${Array(columns).fill(align).join("|")}|`, ...rows]),
);

const rule: Block = fc.constantFrom(["---"], ["* * *"]);
const html: Block = words(5).map((text) => ["<details>", text, "</details>"]);
const indented: Block = fc
  .array(fc.stringMatching(/^ {0,3}[a-z][a-z ]{0,40}$/), { minLength: 1, maxLength: 8 })
  .map((lines) => lines.map((line) => `    ${line}`));

const leaf: Block = fc.oneof(
  { weight: 5, arbitrary: paragraph },
  { weight: 1, arbitrary: heading },
  { weight: 3, arbitrary: fence },
  { weight: 2, arbitrary: table },
  { weight: 1, arbitrary: rule },
  { weight: 1, arbitrary: html },
);

/** Short ones, for posts that hold next to nothing. */
const shortLeaf: Block = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.array(
      // Where marks pair over more than a post, they show.
      words(5).map((text) => text.replace(/```|a\*b/g, "x")),
      { minLength: 1, maxLength: 4 },
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({
        open: fc.constantFrom("```ts", "~~~"),
        lines: fc.array(fc.stringMatching(/^ {0,3}[a-z]{1,20}$/), { maxLength: 12 }),
      })
      .map(({ open, lines }) => [open, ...lines, open.slice(0, 3)]),
  },
  {
    weight: 1,
    arbitrary: fc
      .array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 1, maxLength: 20 })
      .map((cells) => ["| a | b |", "|---|---|", ...cells.map((cell) => `| x | ${cell} |`)]),
  },
);

const joined = (blocks: readonly (readonly string[])[], gap: readonly string[]): string[] =>
  blocks.flatMap((lines, at) => (at === 0 ? lines : [...gap, ...lines]));

const isList = (lines: readonly string[] = []): boolean => /^ *(?:[-*+]|\d+[.)]) /.test(lines[0] ?? "");

const isIndentable = (lines: readonly string[]): boolean =>
  isList(lines) || /^(?:`{3}|~{3})/.test(lines[0] ?? "");

const apart = (blocks: readonly (readonly string[])[]): string[] =>
  joined(
    blocks.flatMap((lines, at) => (isList(lines) && isList(blocks[at - 1]) ? [["between"], lines] : [lines])),
    [""],
  );

/** How lists are written in a document. */
interface Style {
  readonly pad: string;
  /** Many indent what is in an item by four, whatever the marker. */
  readonly more: string;
}

function list(inner: Block, { pad, more }: Style): Block {
  return fc
    .record({
      items: fc.array(fc.array(inner, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 }),
      bullet: fc.constantFrom("-", "*", "+", ".", ")"),
      from: fc.constantFrom(1, 1, 8),
      isLoose: fc.boolean(),
    })
    .map(({ items, bullet, from, isLoose }) =>
      joined(
        items.map((blocks, at) => {
          const open = `${/[.)]/.test(bullet) ? `${from + at}${bullet}` : bullet}${pad}`;
          const lines = apart(
            blocks.map((block, index) =>
              index > 0 && isIndentable(block)
                ? block.map((line) => (line === "" ? "" : more + line))
                : block,
            ),
          );
          return lines.map((line, index) =>
            index === 0 ? `${open}${line}` : line === "" ? "" : `${" ".repeat(open.length)}${line}`,
          );
        }),
        isLoose ? [""] : [],
      ),
    );
}

function quote(inner: Block): Block {
  return fc
    .record({
      blocks: fc.array(inner, { minLength: 1, maxLength: 3 }),
      sign: fc.constantFrom("> ", "> ", ">"),
    })
    .map(({ blocks, sign }) => {
      const lines = apart(blocks);
      // Without a blank behind it the sign takes one of those that indent a line.
      const all = lines.some((line) => line.startsWith(" ")) ? "> " : sign;
      return lines.map((line) => (line === "" ? ">" : `${all}${line}`));
    });
}

const nested = (inner: Block, style: Style): Block =>
  fc.oneof(
    { weight: 2, arbitrary: inner },
    { weight: 2, arbitrary: list(inner, style) },
    { weight: 1, arbitrary: quote(inner) },
  );

const STYLES: readonly Style[] = [
  { pad: " ", more: "" },
  { pad: " ", more: " " },
  { pad: " ", more: "  " },
  { pad: "  ", more: "" },
];

/**
 * A document, nested three deep at most. Two lists never meet: they would be one, and an item's number could have more
 * digits than there is room for where it is opened again.
 */
export const document: fc.Arbitrary<string> = fc
  .record({
    blocks: fc.oneof(
      ...STYLES.map((style) => {
        // Behind more than one blank an item can't begin with such code.
        const any =
          style.pad === " "
            ? fc.oneof({ weight: 10, arbitrary: leaf }, { weight: 1, arbitrary: indented })
            : leaf;
        return fc.array(nested(nested(nested(any, style), style), style), { minLength: 1, maxLength: 5 });
      }),
    ),
    eol: fc.constantFrom("\n", "\n", "\n", "\r\n"),
  })
  .map(({ blocks, eol }) => apart(blocks).join(eol));

/** A document of short blocks, nested once at most. */
export const shortDocument: fc.Arbitrary<string> = fc
  .array(nested(shortLeaf, { pad: " ", more: "" }), { minLength: 1, maxLength: 6 })
  .map((blocks) => apart(blocks).join("\n"));

/** Signs in any order, which mean whatever they happen to. */
export const soup: fc.Arbitrary<string> = fc
  .array(
    fc.constantFrom(
      ..."@all|@bob|![x](u)|`|``|```|~~~|word|words and words|a|# |\\|*|**|_|😀|日本|<b>|[x](https://x.example)|1. |- | - ".split(
        "|",
      ),
      "|",
      "\n",
      "\n\n",
      "\n> ",
      "\n- ",
      "\n1. ",
      "\n   ",
      "\n    ",
      "\n---\n",
      "\n```\n",
      "\n```ts\n",
      "\n   ```\n",
      "\n> ```\n",
      "\n| a | b |\n|---|---|\n",
      "\n| 1 | 2 |",
      "\r\n",
      "\t",
      " ",
    ),
    { maxLength: 120 },
  )
  .map((all) => all.join(""));
