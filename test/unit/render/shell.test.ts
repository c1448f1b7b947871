import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { shellWord } from "../../../src/render/shell.ts";

test.each([
  "/home/alice/project",
  "/home/alice/my project",
  'it\'s; rm -rf ~ $(echo x) `echo y` "z" \\',
  "two\nlines",
  "-n",
  "~",
  "A=b",
  "",
  "プロジェクト",
])("%j is one word to a shell, and itself", (text) => {
  expect(execFileSync("sh", ["-c", `printf %s ${shellWord(text)}`], { encoding: "utf8" })).toBe(text);
});

test("a plain path is left as it is", () => {
  expect(shellWord("/home/alice/project-2")).toBe("/home/alice/project-2");
});
