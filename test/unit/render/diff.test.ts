import { expect, test } from "vitest";
import { unifiedDiff } from "../../../src/render/diff.ts";

const one = (oldText: string, newText: string, all = false) => ({ oldText, newText, all });

test("replace_all changes every place, each in its own hunk with its own numbers", () => {
  const before = ["x", ...Array.from({ length: 12 }, (_, at) => `l${at}`), "x"].join("\n");
  const diff = unifiedDiff(before, [one("x", "y", true)]);
  expect(diff.match(/^@@.*@@$/gm)).toEqual(["@@ -1,4 +1,4 @@", "@@ -11,4 +11,4 @@"]);
  expect(unifiedDiff(before, [one("x", "y")]).match(/^\+y$/gm)).toHaveLength(1);
});

test("several edits of one file are one diff, each applied to what the one before left", () => {
  expect(unifiedDiff("a\nb\nc\n", [one("a", "b"), one("b\nb", "z")])).toBe("@@ -1,3 +1,2 @@\n-a\n-b\n+z\n c");
});

test("what replaces is taken as it is: `$&` means nothing", () => {
  expect(unifiedDiff("a\n", [one("a", "$& $1 $$")])).toContain("+$& $1 $$");
});

test.each([
  ["can't be read", undefined],
  ["doesn't hold the old text", "something else"],
])("a file that %s gives the strings' own diff, without line numbers", (_why, before) => {
  expect(unifiedDiff(before, [one("a\nb", "a\nc")])).toBe(" a\n-b\n+c");
});

test("a new file's text is all additions", () => {
  expect(unifiedDiff(undefined, [one("", "a\nb")])).toBe("+a\n+b");
});

test("a missing newline at the end is no line of its own", () => {
  expect(unifiedDiff("a\nb", [one("b", "c")])).toBe("@@ -1,2 +1,2 @@\n a\n-b\n+c");
});

test("empty lines around a change are no end of a diff, and are not counted in its range", () => {
  const before = "a\nb\n\n\t\nc\n";
  expect(unifiedDiff(before, [one("b", "x")])).toBe("@@ -1,5 +1,5 @@\n a\n-b\n+x\n \n \t\n c");
  expect(unifiedDiff("a\nb\n\n\n", [one("b", "x")])).toBe("@@ -1,2 +1,2 @@\n a\n-b\n+x");
  expect(unifiedDiff(undefined, [one("b\n\n", "x\n\n")])).toBe("-b\n+x");
  expect(unifiedDiff("b\n", [one("b\n", "b\n\n")])).toBe("@@ -1,1 +1,2 @@\n b\n+");
});

test("many lines that are taken out leave no empty line in their place, and none is taken for a new file", () => {
  const lines = Array.from({ length: 3000 }, (_, at) => `line ${at}`).join("\n");
  expect(
    unifiedDiff(undefined, [one(lines, "")])
      .split("\n")
      .at(-1),
  ).toBe("-line 2999");
  expect(
    unifiedDiff(undefined, [one("", lines)])
      .split("\n")
      .at(0),
  ).toBe("+line 0");
});

test("nothing changed is no diff", () => {
  expect(unifiedDiff("a", [one("a", "a")])).toBe("");
});

test("a file that is all different is shown as replaced, instead of being compared for minutes", () => {
  const lines = (word: string) => Array.from({ length: 20_000 }, (_, at) => `${word} ${at}`).join("\n");
  const text = unifiedDiff(lines("old"), [{ oldText: lines("old"), newText: lines("new"), all: false }]);
  expect(text.match(/^-old \d+$/gm)).toHaveLength(20_000);
  expect(text.match(/^\+new \d+$/gm)).toHaveLength(20_000);
  expect(text.startsWith("@@ -1,20000 +1,20000 @@\n")).toBe(true);
});
