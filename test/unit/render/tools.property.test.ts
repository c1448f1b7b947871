// Tool input of any shape: the CLI checks it only after it has been shown and asked about. Nothing of it may throw, and
// whoever decides must see all of it.

import fc from "fast-check";
import { expect, test } from "vitest";
import type { ToolInput } from "../../../src/claude/types.ts";
import { renderTasks, tasksAfter } from "../../../src/render/tasks.ts";
import { editedFile, toolHeadline, toolInFull, toolOutcome, toolPreview } from "../../../src/render/tools.ts";
import { runs } from "../../support/runs.ts";

const PLACES = { directory: "/home/alice/project", home: "/home/alice" };
const TOOLS = [
  ..."Read Edit MultiEdit Write NotebookEdit Bash Glob Grep WebFetch WebSearch Task Agent Skill".split(" "),
  ..."TodoWrite TaskCreate TaskUpdate TaskList TaskGet ExitPlanMode AskUserQuestion".split(" "),
  ..."mcp__db__query mcp__ mcp____x constructor __proto__ toString".split(" "),
];
const FIELDS = [
  ..."file_path notebook_path path old_string new_string replace_all edits content command description".split(
    " ",
  ),
  ..."timeout pattern url query prompt todos status activeForm subject taskId toString valueOf toJSON".split(
    " ",
  ),
  ..."length constructor __proto__ hasOwnProperty 0".split(" "),
];

const toolName = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...TOOLS) }, fc.string());
const anyInput = fc.dictionary(
  fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...FIELDS) }, fc.string()),
  fc.oneof(
    fc.jsonValue(),
    fc.string({ unit: "binary" }),
    fc.array(fc.dictionary(fc.constantFrom(...FIELDS), fc.jsonValue())),
  ),
) as fc.Arbitrary<ToolInput>;

test("any JSON as a tool's input is shown, and nothing throws", () => {
  fc.assert(
    fc.property(
      toolName,
      anyInput,
      fc.option(fc.string(), { nil: undefined }),
      fc.record({
        structured: fc.jsonValue(),
        text: fc.string(),
        isError: fc.boolean(),
        isAsked: fc.boolean(),
      }),
      (name, input, fileBefore, result) => {
        const use = { name, input, fileBefore };
        expect(toolHeadline(use, PLACES)).not.toMatch(/[\n\r]/);
        toolPreview(use);
        expect(toolInFull(use, PLACES).parts.length).toBeGreaterThan(0);
        expect(toolOutcome(name, result, result.isAsked)).not.toMatch(/[\n\r]/);
        editedFile(name, input);
        const tasks = tasksAfter([{ id: "1", text: "one", status: "pending" }], name, input, result);
        expect(renderTasks(tasks)).toMatch(/^📋 \*\*Tasks\*\* \(\d+\/\d+\)/);
      },
    ),
    { numRuns: runs(400) },
  );
});

/** Trees whose every leaf and every key of its own can be told from all others. */
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.nat(999_999).map((number) => `leaf-${String(number).padStart(6, "0")}`),
    fc.integer({ min: 1_000_000, max: 9_999_999 }),
    fc.array(tie("tree"), { maxLength: 3 }),
    fc.dictionary(
      fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom(...FIELDS.slice(0, 18)) },
        fc.nat(999_999).map((number) => `key-${String(number).padStart(6, "0")}`),
      ),
      tie("tree"),
      { maxKeys: 4 },
    ),
  ),
}));
const edit = fc.record(
  { old_string: tree, new_string: tree, replace_all: fc.oneof(fc.boolean(), tree), more: tree },
  { requiredKeys: ["old_string", "new_string"] },
);
const treeInput = fc.oneof(
  fc.dictionary(fc.constantFrom(...FIELDS.slice(0, 18), "key-000001", "key-000002"), tree),
  edit,
  fc.record({ file_path: tree, edits: fc.array(edit), old_string: tree }, { requiredKeys: ["edits"] }),
) as fc.Arbitrary<ToolInput>;

function leaves(value: unknown): string[] {
  if (typeof value !== "object" || value === null)
    return [String(value)].filter((text) => /\d{6}/.test(text));
  return Object.entries(value).flatMap(([key, inside]) => [
    ...(/^key-/.test(key) ? [key] : []),
    ...leaves(inside),
  ]);
}

test("whatever its shape, all of a tool's input stands on its card", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...TOOLS),
      treeInput,
      fc.constantFrom(undefined, "", "zero\nleaf-000000\n"),
      (name, input, fileBefore) => {
        const { headline, parts } = toolInFull({ name, input, fileBefore }, PLACES);
        const card = [headline, ...parts.map(({ text }) => text)].join("\n");
        const { description, timeout, ...decisive } = input;
        // What Claude says of a command, and how long it may take, is not what runs.
        const told = {
          ...(typeof description === "string" ? {} : { description }),
          ...(typeof timeout === "number" ? {} : { timeout }),
        };
        const whole = name === "Bash" ? { ...decisive, ...told } : input;
        expect(leaves(whole).filter((leaf) => !card.includes(leaf))).toEqual([]);
      },
    ),
    { numRuns: runs(1000) },
  );
});

test.each<[string, ToolInput]>([
  ["MultiEdit", { file_path: "a", edits: [null] }],
  ["MultiEdit", { file_path: "a", edits: [] }],
  ["MultiEdit", { file_path: "a", edits: "x" }],
  ["MultiEdit", { file_path: "a", edits: { 0: { old_string: "a", new_string: "b" } } }],
  ["MultiEdit", { file_path: "a", edits: [{ old_string: "a", new_string: "b", extra: 1 }] }],
  ["MultiEdit", { file_path: "a", edits: [{ old_string: "a", new_string: "b" }, 7] }],
  ["Edit", { file_path: "a", edits: [{ old_string: "a", new_string: "b" }] }],
  ["Edit", { file_path: "a", old_string: "a", new_string: ["b"] }],
  ["Edit", { file_path: "a", old_string: null, new_string: "b" }],
  ["Edit", { file_path: "a", old_string: "a", new_string: "b", replace_all: "true" }],
  ["Edit", { file_path: "a", old_string: "a", new_string: "a" }],
  ["Edit", { file_path: ["a"], old_string: "a", new_string: "b" }],
  ["Write", { file_path: "a", content: { text: "b" } }],
  ["Write", { file_path: 1, content: "b" }],
  ["Write", { content: "b" }],
  ["Bash", { command: ["rm", "-rf"] }],
  ["Bash", { command: "ls", description: { of: "what" } }],
  ["Bash", { command: "ls", timeout: "7" }],
  ["Bash", {}],
  ["NotebookEdit", { notebook_path: 7 }],
])("%s %j can't be read, and its card shows it as it is", (name, input) => {
  const card = toolInFull({ name, input, fileBefore: "a\n" }, PLACES);
  expect(card.parts).toEqual([{ text: JSON.stringify(input, null, 2), language: "json" }]);
  expect(card.fileName).toBe("input.json");
});

test("edits beside an Edit's own strings do not take their place", () => {
  const input = { file_path: "a", old_string: "a", new_string: "evil", edits: [] };
  const { parts } = toolInFull({ name: "Edit", input, fileBefore: "a\n" }, PLACES);
  expect(parts).toEqual([
    { text: "@@ -1,1 +1,1 @@\n-a\n+evil", language: "diff" },
    { text: '{\n  "edits": []\n}', language: "json" },
  ]);
});

test("a change that multiplies itself is shown as Claude sent it", () => {
  const edits = Array.from({ length: 40 }, () => ({ old_string: "a", new_string: "aa", replace_all: true }));
  const input = { file_path: "a", edits };
  expect(toolPreview({ name: "MultiEdit", input, fileBefore: "a\n" })).toContain("-a\n+aa");
  const long = { file_path: "a", old_string: "a", new_string: "b".repeat(100_000), replace_all: true };
  const fileBefore = "a".repeat(1_000_000);
  expect(toolInFull({ name: "Edit", input: long, fileBefore }, PLACES).parts[0]?.text).toHaveLength(
    "@@ every place @@\n-a\n+".length + 100_000,
  );
});

test("that a change is made everywhere is told where the places can't be shown", () => {
  const input = { file_path: "a", old_string: "a", new_string: "b", replace_all: true };
  expect(toolPreview({ name: "Edit", input, fileBefore: undefined })).toBe(
    "```diff\n@@ every place @@\n-a\n+b\n```",
  );
});

test.each<[string, string]>([
  ["Read", "\n".repeat(300_000)],
  ["Read", `x${"\n\n<system-reminder>".repeat(50_000)}`],
  ["Read", `${"\n 1".repeat(200_000)}x`],
  ["Grep", " ".repeat(1_000_000)],
  ["Bash", "\n ".repeat(400_000)],
  [`mcp__${"a__".repeat(300_000)}\n`, "x"],
])("a result of a megabyte is summed up at once: %.20s", (name, text) => {
  for (const [isError, isAsked] of [
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ] as const) {
    toolOutcome(name, { isError, text }, isAsked);
  }
  toolHeadline({ name, input: {}, fileBefore: undefined }, PLACES);
});

test("what is no list of tasks is shown as what it is", () => {
  const one = [{ id: "1", text: "one", status: "pending" as const }];
  const shown = (input: ToolInput): string => renderTasks(tasksAfter(one, "TodoWrite", input));
  expect(shown({ todos: [null, "two", { content: 3 }, { content: "four", status: "done" }] })).toBe(
    '📋 **Tasks** (0/4)\n⬜ null\n⬜ "two"\n⬜ {"content":3}\n⬜ four',
  );
  expect(shown({ todos: "all of it" })).toBe('📋 **Tasks** (0/1)\n⬜ "all of it"');
  expect(shown({ todos: { content: "x" } })).toBe("📋 **Tasks** (0/1)\n⬜ x");
  expect(tasksAfter(one, "TodoWrite", {})).toBe(one);
  const create = { structured: { task: { id: "2" } }, text: "" };
  expect(renderTasks(tasksAfter(one, "TaskCreate", { subject: ["a"], x: 1 }, create))).toContain(
    '⬜ {"subject":["a"],"x":1}',
  );
  expect(tasksAfter(one, "TaskUpdate", { taskId: { toString: 1, valueOf: 1 }, status: "completed" })).toEqual(
    one,
  );
});

test.each([
  "tex",
  "latex",
  "TEX",
  "texcode",
  "mermaid",
  "math",
  "dot",
  "svg",
  "sty",
  "plantuml",
  "x",
  "",
  "constructor",
])(
  "a file that ends in .%s has no language of its own: clients may draw it instead of showing it",
  (extension) => {
    const input = { file_path: `a.${extension}`, content: "% a comment \\phantom{x}" };
    expect(toolPreview({ name: "Write", input, fileBefore: undefined })).toMatch(/^```\n/);
    expect(toolInFull({ name: "Write", input, fileBefore: undefined }, PLACES).parts[0]?.language).toBe("");
  },
);

test.each([
  "ts",
  "tsx",
  "js",
  "py",
  "go",
  "rs",
  "java",
  "c",
  "cpp",
  "sh",
  "md",
  "json",
  "yaml",
  "yml",
  "html",
  "css",
  "sql",
])("a file that ends in .%s is coloured", (extension) => {
  const input = { file_path: `src/a.${extension}`, content: "x" };
  expect(toolPreview({ name: "Write", input, fileBefore: undefined })).toBe(`\`\`\`${extension}\nx\n\`\`\``);
});
