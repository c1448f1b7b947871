import { expect, test } from "vitest";
import { withoutEnd } from "../../../src/util/without-end.ts";

test.each([
  ["stop!.!", ".!", "stop"],
  ["a.b.", ".", "a.b"],
  ["...", ".", ""],
  ["", ".", ""],
  ["a ", ".", "a "],
])("%j without the signs at its end that are among %j is %j", (text, signs, rest) => {
  expect(withoutEnd(text, signs)).toBe(rest);
});
