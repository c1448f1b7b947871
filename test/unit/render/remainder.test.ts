import { expect, test } from "vitest";
import { remainderAfter } from "../../../src/render/remainder.ts";

test.each([
  ["a text that grew", "First words", "First words and more", "and more"],
  ["a text that is all there", "First words", "First words", ""],
  ["a paragraph", "One.", "One.\n\nTwo.", "Two."],
  ["a word in the middle", "Half a wor", "Half a word", "d"],
  [
    "a fence that is open",
    "Look:\n```ts\nlet a;",
    "Look:\n```ts\nlet a;\nlet b;\n```\nDone.",
    "```ts\nlet b;\n```\nDone.",
  ],
  ["a fence that only closes", "Look:\n```ts\nlet a;", "Look:\n```ts\nlet a;\n```", ""],
  ["what follows a fence", "```\na\n```", "```\na\n```\n\nSo.", "So."],
])("of %s what follows is left", (_title, said, wanted, rest) => {
  expect(remainderAfter(said, wanted)).toBe(rest);
});

test("a tool's outcome is told with its line, and no other line again", () => {
  const said = "I look.\n\n📄 **Read** `a`\n💻 **Bash** `ls`\n📄 **Read** `b`";
  const wanted = "I look.\n\n📄 **Read** `a` ↳ ✅\n💻 **Bash** `ls`\n📄 **Read** `b` ↳ ✅ 3 lines\n\nDone.";
  expect(remainderAfter(said, wanted)).toBe("📄 **Read** `a` ↳ ✅\n📄 **Read** `b` ↳ ✅ 3 lines\n\nDone.");
});

test("an outcome that is all that is new is told with its line", () => {
  expect(remainderAfter("Hm.\n\n💻 **Bash** `ls`", "Hm.\n\n💻 **Bash** `ls` ↳ ✅")).toBe(
    "💻 **Bash** `ls` ↳ ✅",
  );
  expect(remainderAfter("🤖 **Subagent** x ⏳", "🤖 **Subagent** x ✅")).toBe("🤖 **Subagent** x ✅");
});

test("a text that grew after a tool's outcome goes on where it was", () => {
  const said = "📄 **Read** `a`\n\nIt says";
  expect(remainderAfter(said, "📄 **Read** `a` ↳ ✅\n\nIt says nothing.")).toBe(
    "📄 **Read** `a` ↳ ✅\n\nnothing.",
  );
});

test("a notice that was replaced is told, and what stands around it is not told again", () => {
  const said = "Hm.\n\n🗜️ **Compacting the conversation** …\n\nAnd on.";
  expect(remainderAfter(said, "Hm.\n\n🗜️ **Conversation compacted**\n\nAnd on.")).toBe(
    "🗜️ **Conversation compacted**",
  );
});

test("lines that changed inside a fence stand in one", () => {
  const said = "📝 **Write** `a`\n```ts\nlet a;\n```\nyes";
  const wanted = "📝 **Write** `a` ↳ ✅\n```ts\nlet a;\nlet b;\n```\nyes";
  expect(remainderAfter(said, wanted)).toBe("📝 **Write** `a` ↳ ✅\n```ts\nlet b;\n```");
});

test("a card that is decided says nothing of its words again", () => {
  expect(
    remainderAfter(
      "⚠️ **Permission requested** · @alice\n💻 **Bash**\n```sh\nrm x\n```",
      "💻 **Bash**\n```sh\nrm x\n```",
    ),
  ).toBe("");
});
