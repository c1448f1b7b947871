import { expect, test } from "vitest";
import { loadColours } from "../../../src/app/colours.ts";

test("where nobody sees colours the text stays as it is", async () => {
  const paint = await loadColours({}, {});
  expect(paint("green", "Ready!")).toBe("Ready!");
});

test("on a terminal, or where colours are asked for, it is painted as the library sees fit", async () => {
  for (const [stdout, environment] of [
    [{ isTTY: true }, {}],
    [{}, { FORCE_COLOR: "1" }],
  ] as const) {
    expect((await loadColours(stdout, environment))("bold", "Ready!")).toContain("Ready!");
  }
});
