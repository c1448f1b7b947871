import { expect, test } from "vitest";
import { loadColours } from "../../../src/terminal/colours.ts";

const terminal = { isTTY: true };
const pipe = {};
const painted = "\u001B[32mReady!\u001B[39m";

test.each([
  ["a pipe", pipe, {}, "Ready!"],
  ["a terminal", terminal, {}, painted],
  ["a terminal with NO_COLOR", terminal, { NO_COLOR: "1" }, "Ready!"],
  // https://no-color.org: "when present and not an empty string".
  ["a terminal with an empty NO_COLOR", terminal, { NO_COLOR: "" }, painted],
  ["a terminal that has none", terminal, { TERM: "dumb" }, "Ready!"],
  ["a pipe with FORCE_COLOR", pipe, { FORCE_COLOR: "1" }, painted],
  ["a pipe with an empty FORCE_COLOR", pipe, { FORCE_COLOR: "" }, painted],
  ["a terminal with FORCE_COLOR=0", terminal, { FORCE_COLOR: "0" }, "Ready!"],
  ["a pipe with both, as in Node", pipe, { FORCE_COLOR: "1", NO_COLOR: "1" }, painted],
])("%s", async (_where, stream, environment, expected) => {
  const paint = await loadColours(stream, environment);
  expect(paint("green", "Ready!")).toBe(expected);
});
