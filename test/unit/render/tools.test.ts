import { describe, expect, test } from "vitest";
import type { ToolInput } from "../../../src/claude/types.ts";
import { editedFile, toolHeadline, toolInFull, toolOutcome, toolPreview } from "../../../src/render/tools.ts";

const PLACES = { directory: "/home/alice/project", home: "/home/alice" };
const use = (name: string, input: Record<string, unknown>, fileBefore?: string) => ({
  name,
  input,
  fileBefore,
});
const headline = (name: string, input: Record<string, unknown>) => toolHeadline(use(name, input), PLACES);

test.each([
  ["Read", { file_path: "/home/alice/project/src/a.ts" }, "📄 **Read** `src/a.ts`"],
  ["Read", { file_path: "/home/alice/notes.md" }, "📄 **Read** `~/notes.md`"],
  ["Read", { file_path: "/etc/hosts" }, "📄 **Read** `/etc/hosts`"],
  ["Read", { file_path: "/home/alice/project-2/a" }, "📄 **Read** `~/project-2/a`"],
  ["Edit", { file_path: "/home/alice/project/a.ts" }, "✏️ **Edit** `a.ts`"],
  ["MultiEdit", { file_path: "/home/alice/project/a.ts" }, "✏️ **Edit** `a.ts`"],
  ["NotebookEdit", { notebook_path: "/home/alice/project/a.ipynb" }, "✏️ **Edit** `a.ipynb`"],
  ["Write", { file_path: "a.ts", content: "1\n2\n" }, "📝 **Write** `a.ts` *(2 lines)*"],
  ["Write", { file_path: "a.ts", content: "1" }, "📝 **Write** `a.ts` *(1 line)*"],
  ["Write", { file_path: "a.ts", content: "" }, "📝 **Write** `a.ts` *(0 lines)*"],
  ["Bash", { command: "npm test" }, "💻 **Bash** `npm test`"],
  ["Glob", { pattern: "**/*.ts" }, "🔍 **Glob** `**/*.ts`"],
  ["Grep", { pattern: "a|b" }, "🔎 **Grep** `a|b`"],
  ["Grep", { pattern: "x", path: "/home/alice/project/src" }, "🔎 **Grep** `x` in `src`"],
  ["WebFetch", { url: "https://a.example/?q=1" }, "🌐 **Fetching** `https://a.example/?q=1`"],
  ["WebSearch", { query: "cats" }, "🔍 **Searching** `cats`"],
  ["mcp__git_hub__list_issues", {}, "🔌 **list_issues** *(git_hub)*"],
  ["Skill", {}, "● **Skill**"],
  ["constructor", {}, "● **constructor**"],
  ["__proto__", {}, "● **__proto__**"],
])("%s %j is shown as %s", (name, input, shown) => {
  expect(headline(name, input)).toBe(shown);
});

describe("a value can't break its line or hide", () => {
  test.each([
    ["`rm -rf`", "💻 **Bash** `` `rm -rf` ``"],
    ["a ``b`` c", "💻 **Bash** ``` a ``b`` c ```"],
    ["one\ntwo\r\nthree", "💻 **Bash** `one⏎two⏎three`"],
    ["a | b", "💻 **Bash** `a | b`"],
    ["ls\u200b", "💻 **Bash** `ls⟨U+200B⟩`"],
    ["a\u202eb", "💻 **Bash** `a⟨U+202E⟩b`"],
    ["a\u2066b\u00ad", "💻 **Bash** `a⟨U+2066⟩b⟨U+00AD⟩`"],
    ["a\u001b[2Jb", "💻 **Bash** `a⟨U+001B⟩[2Jb`"],
    ["\u{e0041}", "💻 **Bash** `⟨U+E0041⟩`"],
    ["", "💻 **Bash** `''`"],
    ["   ", "💻 **Bash** `''`"],
  ])("%j", (command, shown) => {
    expect(headline("Bash", { command })).toBe(shown);
  });

  test("nor be endless: hidden characters count as they are shown", () => {
    expect([...headline("Bash", { command: "\u200b".repeat(5000) })].length).toBeLessThan(330);
    expect(headline("Bash", { command: "x".repeat(5000) })).toMatch(/x…`$/);
  });

  test("nor can a tool's name", () => {
    expect(headline("a**b\n# `x` [y](z)", {})).toBe("● **ab x yz**");
  });
});

test("an input of the wrong kind is shown as what it is", () => {
  expect(headline("Bash", { command: 7 })).toBe("💻 **Bash** `7`");
  expect(headline("Bash", { command: ["rm", "-rf"] })).toBe('💻 **Bash** `["rm","-rf"]`');
  expect(headline("Grep", { pattern: null })).toBe("🔎 **Grep** `null`");
  expect(headline("Bash", {})).toBe("💻 **Bash** `''`");
  expect(toolInFull(use("Edit", { file_path: null, edits: "x" }), PLACES).headline).toContain("**Edit**");
});

test("a file that is written shows its first 6 lines, in its language", () => {
  const content = Array.from({ length: 9 }, (_, at) => `line ${at}`).join("\n");
  expect(toolPreview(use("Write", { file_path: "a.TS", content }))).toBe(
    "```ts\nline 0\nline 1\nline 2\nline 3\nline 4\nline 5\n… 3 more lines\n```",
  );
});

test("a preview can't be closed by what it holds", () => {
  const preview = toolPreview(use("Write", { file_path: "a.md", content: "```\ncode\n```` x ````" }));
  expect(preview.startsWith("`````md\n")).toBe(true);
  expect(preview.endsWith("\n`````")).toBe(true);
});

const parts = (name: string, input: ToolInput): string[] =>
  toolInFull(use(name, input), PLACES).parts.map(({ text }) => text);

test("what will run is shown whole to whoever must allow it", () => {
  const command = "echo a\n".repeat(9000);
  expect(toolInFull(use("Bash", { command, description: "safe", timeout: 5 }), PLACES)).toEqual({
    headline: "💻 **Bash**",
    parts: [{ text: command, language: "sh" }],
    fileName: "command.sh",
  });
  expect(toolInFull(use("mcp__db__query", { sql: "drop ```" }), PLACES)).toEqual({
    headline: "🔌 **query** *(db)*",
    parts: [{ text: '{\n  "sql": "drop ```"\n}', language: "json" }],
    fileName: "input.json",
  });
  const path = `/${"x".repeat(600)}/a.sh`;
  expect(toolInFull(use("Write", { file_path: path, content: "" }), PLACES).headline).toContain(path);
  expect(parts("Write", { file_path: "a.sh", content: "x\n".repeat(500) })[0]?.match(/^x$/gm)).toHaveLength(
    500,
  );
  expect(parts("WebFetch", { url: "https://a", prompt: "p" })[0]).toContain('"prompt": "p"');
});

test("what a tool is told beside the usual is shown as well", () => {
  expect(parts("Bash", { command: "ls", dangerouslyDisableSandbox: true })).toEqual([
    "ls",
    '{\n  "dangerouslyDisableSandbox": true\n}',
  ]);
  expect(parts("Write", { file_path: "a", content: "b", mode: "777" })[1]).toContain("777");
});

test("nothing of it can hide: neither by characters nor out of sight", () => {
  expect(parts("Bash", { command: "ls \u202e; rm x\u200b\ufe0f" })).toEqual([
    "ls ⟨U+202E⟩; rm x⟨U+200B⟩⟨U+FE0F⟩",
  ]);
  expect(parts("Bash", { command: `ls${" ".repeat(300)}; rm x` })).toEqual(["ls⟨300 blanks⟩; rm x"]);
  expect(parts("Bash", { command: `ls\n${"\n".repeat(200)}rm x` })).toEqual(["ls\n⟨200 empty lines⟩\nrm x"]);
  expect(parts("WebFetch", { url: "https://a\u202e" })[0]).toContain("⟨U+202E⟩");
});

test("an edit is a unified diff with the file's own line numbers", () => {
  const before = Array.from({ length: 20 }, (_, at) => `l${at + 1}`).join("\n");
  const edit = use("Edit", { file_path: "a", old_string: "l10", new_string: "ten" }, before);
  expect(toolPreview(edit)).toBe(
    "```diff\n@@ -7,7 +7,7 @@\n l7\n l8\n l9\n-l10\n+ten\n l11\n l12\n l13\n```",
  );
});

test("a long diff is bounded in the stream and whole on the card", () => {
  const lines = Array.from({ length: 100 }, (_, at) => `l${at}`).join("\n");
  const edit = use("Edit", { file_path: "a", old_string: "", new_string: lines });
  expect(toolPreview(edit)).toContain("more lines");
  expect(toolInFull(edit, PLACES).parts[0]?.text.match(/^\+l\d+$/gm)).toHaveLength(100);
});

test.each([
  ["Read", "a\nb", false, "↳ ✅ 2 lines"],
  ["Read", "a\n\n<system-reminder>\nx\n</system-reminder>", false, "↳ ✅ 1 line"],
  ["Bash", "", false, "↳ ✅"],
  ["Bash", "1\n2\n3", false, "↳ ✅ 3 lines"],
  ["Glob", "No files found", false, "↳ ✅ no files"],
  ["Glob", "a\nb", false, "↳ ✅ 2 files"],
  ["Grep", "Found 3 files\na", false, "↳ ✅ Found 3 files"],
  ["Edit", "The file has been updated", false, "↳ ✅"],
  ["Other", "long text", false, "↳ ✅"],
  ["Bash", "<tool_use_error>no such `file`\nmore</tool_use_error>", true, "↳ ❌ `` no such `file` ``"],
  ["Bash", "", true, "↳ ❌"],
])("the outcome of %s %j (error: %s) is %s", (name, text, isError, shown) => {
  expect(toolOutcome(name, { isError, text }, false)).toBe(shown);
  expect(toolOutcome(name, { isError, text }, true)).toBe(shown);
});

test.each([
  ["Bash", "STRIPE_KEY=sk_live_51H\n", false, "↳ ✅ 1 line", "↳ ✅ `STRIPE_KEY=sk_live_51H`"],
  ["Bash", "ok `x`\n", false, "↳ ✅ 1 line", "↳ ✅ `` ok `x` ``"],
  ["Bash", "Exit code 1\nKEY=1", true, "↳ ❌ `Exit code 1`", "↳ ❌ `Exit code 1`"],
  // So do versions that tell no exit code, and a command that imitates one.
  ["Bash", "KEY=1", true, "↳ ❌", "↳ ❌ `KEY=1`"],
  ["Bash", "Exit code 1 KEY=1", true, "↳ ❌", "↳ ❌ `Exit code 1 KEY=1`"],
  ["Bash", "KEY=1 <tool_use_error>x</tool_use_error>", true, "↳ ❌", "↳ ❌ `KEY=1 x`"],
  ["mcp__vault__read", "KEY=1", true, "↳ ❌", "↳ ❌ `KEY=1`"],
  ["Novel", "KEY=1", true, "↳ ❌", "↳ ❌ `KEY=1`"],
  ["Read", "File does not exist.", true, "↳ ❌ `File does not exist.`", "↳ ❌ `File does not exist.`"],
])(
  "what %s gave, %j, is told when somebody was asked about it, and else no word of it (error: %s)",
  (name, text, isError, unasked, asked) => {
    expect(toolOutcome(name, { isError, text }, false)).toBe(unasked);
    expect(toolOutcome(name, { isError, text }, true)).toBe(asked);
  },
);

test("an outcome stays one short line", () => {
  const outcome = toolOutcome("Bash", { isError: true, text: "\u200b|`\r".repeat(4000) }, true);
  expect(outcome).not.toMatch(/[\r\n]/);
  expect([...outcome].length).toBeLessThan(200);
});

test("only edits need the file as it was", () => {
  expect(editedFile("Edit", { file_path: "a" })).toBe("a");
  expect(editedFile("MultiEdit", { file_path: "a" })).toBe("a");
  expect(editedFile("Edit", {})).toBeUndefined();
  expect(editedFile("Write", { file_path: "a" })).toBeUndefined();
});
