// What a file is called where Claude finds it, whatever somebody has called it.

import fc from "fast-check";
import { expect, test } from "vitest";
import { safeFileName } from "../../../src/util/file-names.ts";

test.each([
  ["../../etc/passwd", "etc_passwd"],
  [".env", "env"],
  [".git", "git"],
  ["..", "file"],
  [". .", "file"],
  ["-rf", "rf"],
  ["a\u202egpj.exe", "agpj.exe"],
  ["a\u00a0\u2800b\u3164.txt", "a_b.txt"],
  ["\u0301a\u200d\ufe0f.txt", "a.txt"],
  ["a\nb$(rm).txt", "a_b_rm_.txt"],
  ["", "file"],
  ["ärger.pdf", "ärger.pdf"],
  ["a\u0308.pdf", "ä.pdf"],
  ["report.pdf ", "report.pdf"],
  ["end...", "end"],
  ["CON", "file-CON"],
  ["nul.tar.gz", "file-nul.tar.gz"],
  [".Com1.txt", "file-Com1.txt"],
  ["lpt².a", "file-lpt².a"],
  ["c\u200bon.", "file-con"],
  ["console.log", "console.log"],
  [`${"x".repeat(300)}.tar`, `${"x".repeat(136)}.tar`],
  [`${"😀".repeat(100)}.tar`, `${"😀".repeat(34)}.tar`],
])("the file name %j is made safe as %j", (name, safe) => {
  expect(safeFileName(name, "")).toBe(safe);
});

const awkward = fc.constantFrom(
  ...[
    "/",
    "\\",
    "..",
    ".",
    " ",
    "\0",
    "\n",
    "\u202e",
    "\u200b",
    "\u2800",
    "\u3164",
    "\u0301",
    "\u0338",
    "\ud800",
  ],
  ...[
    "-",
    "_",
    "con",
    "NUL",
    "com1",
    "LPT³",
    ".git",
    ".env",
    ".txt",
    "😀",
    "\u2000",
    "\u037e",
    "a",
    "é",
    "x".repeat(139),
  ],
);
const fileName = fc
  .array(fc.oneof(awkward, awkward, fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" })), {
    maxLength: 60,
  })
  .map((parts) => parts.join(""));

test("whatever it is called, a file's name is short, visible, no path, no device, and safe as it is", () => {
  fc.assert(
    fc.property(fileName, fc.constantFrom("", "p1f1"), (name, source) => {
      const safe = safeFileName(name, source);
      expect(safe).not.toMatch(/[/\\\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u);
      expect(safe).not.toMatch(/^(?:|\.{1,2}|[.\-\p{M}].*|.*\.)$/u);
      expect(safe).not.toMatch(/^(?:con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³])(?:\.|$)/i);
      expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(140);
      expect(safe).toBe(safe.normalize("NFC"));
      expect(safeFileName(safe, "")).toBe(safe);
    }),
    { numRuns: 2000 },
  );
});

test("two files of one name do not overwrite each other", () => {
  expect(safeFileName("a.txt", "1")).not.toBe(safeFileName("a.txt", "2"));
});
