import { expect, test } from "vitest";
import wrap from "wrap-ansi";
import { loadWrapping, wrapLine } from "../../../src/terminal/wrapping.ts";

test.each([
  ["short", "short"],
  [
    "error: ALLOWED_USERS is empty: everyone who can write in the channel can use it",
    "error: ALLOWED_USERS is empty: everyone\nwho can write in the channel can use it",
  ],
  [
    "  channel     Shop of the whole company, on the ground floor",
    "  channel     Shop of the whole company,\n              on the ground floor",
  ],
  [
    "    indented text that is longer than the line may be",
    "    indented text that is longer than\n    the line may be",
  ],
  [
    "see https://chat.example.com/a/very/long/address/of/a/channel",
    "see\nhttps://chat.example.com/a/very/long/address/of/a/channel",
  ],
])("at 40 columns %j", (line, expected) => {
  expect(wrapLine(line, 40, wrap)).toBe(expected);
});

test("a pipe gets lines as they are, a terminal as wide as it is", async () => {
  const line = "many words ".repeat(10);
  expect((await loadWrapping({}))(line)).toBe(line);
  const wrapped = (await loadWrapping({ isTTY: true, columns: 30 }))(line).split("\n");
  expect(Math.max(...wrapped.map(({ length }) => length))).toBeLessThanOrEqual(30);
});
