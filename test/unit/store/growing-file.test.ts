// What a file says that a document was added to, whatever became of its last lines.

import { expect, test } from "vitest";
import { newestIn } from "../../../src/store/growing-file.ts";

test.each([
  ["one version", '{"a":1}', { a: 1 }],
  ["one over several lines", '{\n "a": 1\n}\n', { a: 1 }],
  ["several", '{"a":1}\n{"a":2}\n\n{"a":3}\n', { a: 3 }],
  ["one that was being added when the power went", '{"a":1}\n{"a":2}\n{"a":3', { a: 2 }],
  ["one that looks whole, but has no end", '{"a":1}\n{"a":2}', { a: 1 }],
  ["what is no JSON after it", '{"a":1}\n\u0000\u0000\u0000\n', { a: 1 }],
])("%s", (_what, text, document) => {
  expect(newestIn(text)).toEqual(document);
});

test("nothing at all is an error", () => {
  expect(() => newestIn("")).toThrow();
  expect(() => newestIn('{"a":1')).toThrow();
});
