// What is said of a machine that can't be reached: its runner may say anything, and nothing of it is more than words.

import { expect, test } from "vitest";
import { type RemoteError, remoteError } from "../../../src/remote/error.ts";
import { harmless } from "../../../src/render/markdown.ts";
import { unambiguousCode } from "../../../src/render/unambiguous-code.ts";
import { lastWords } from "../../../src/util/last-words.ts";

const HOSTILE = "@channel @bob **bold** [a](http://evil.example)\n```\n# Big\r\n";
const of = (said: string, name = "build1"): RemoteError =>
  remoteError("unreached", { name, path: "ssh", arguments: [name] }, said);

test("for people the runner's words are one line of code, which they can't end", () => {
  const { message } = of(HOSTILE);
  expect(message).toBe(
    "`build1` can't be reached: `@channel @bob **bold** [a](http://evil.example) \uFFFD\uFFFD\uFFFD # Big`.",
  );
  // What is code to every reader is left as it is.
  expect(harmless(message)).toBe(message);
  expect(unambiguousCode(message).flatMap(({ code, text }) => (code ? [] : [text]))).toEqual([
    " can't be reached: ",
    ".",
  ]);
  expect(of("", "ssh `@bob`").message).toBe("`ssh \uFFFD@bob\uFFFD` can't be reached.");
});

test("for Claude and for a terminal they are plain, and a sentence of their own", () => {
  expect(of(HOSTILE).plain).toBe(
    "build1 can't be reached: @channel @bob **bold** [a](http://evil.example) ``` # Big.",
  );
  expect(of("Connection refused.").plain).toBe("build1 can't be reached: Connection refused.");
  expect(of("\r\n").plain).toBe("build1 can't be reached.");
});

test("of long words the end is said, from a word on", () => {
  const long = `error: ${"unable to reach the server; ".repeat(3000)}connection refused`;
  const { message, plain } = of(long);
  for (const text of [message, plain]) {
    expect(text.length).toBeLessThan(350);
    expect(text).toMatch(/: `?… (?:unable|to|reach|the|server;) .*connection refused`?\.$/);
  }
});

test("the last words are whole words and whole characters, if there are any", () => {
  expect(lastWords("  Permission denied\r\n\r\nbye\r\n", 50)).toBe("Permission denied bye");
  expect(lastWords("one two three", 10)).toBe("… three");
  expect(lastWords("one two three", 13)).toBe("one two three");
  expect(lastWords("one two-three-four five", 20)).toBe("…two-three-four five");
  expect(lastWords("a".repeat(20), 10)).toBe(`…${"a".repeat(9)}`);
  expect(lastWords("🦉".repeat(20), 10)).toBe(`…${"🦉".repeat(4)}`);
  expect(lastWords("\u001b[31mred\u001b[0m", 50)).toBe("[31mred [0m");
});
