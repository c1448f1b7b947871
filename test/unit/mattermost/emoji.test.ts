import { expect, test } from "vitest";
import { canonicalEmoji, EMOJI } from "../../../src/mattermost/emoji.ts";

test("every name of the table stands for itself", () => {
  for (const name of Object.keys(EMOJI)) {
    expect(canonicalEmoji(name)).toBe(name);
  }
});

test("aliases and skin tones mean the plain emoji", () => {
  expect(["thumbsup", "thumbsdown", "pause_button"].map(canonicalEmoji)).toEqual([
    "+1",
    "-1",
    "double_vertical_bar",
  ]);
  for (const tone of ["light", "medium_light", "medium", "medium_dark", "dark"]) {
    expect(canonicalEmoji(`+1_${tone}_skin_tone`)).toBe("+1");
    expect(canonicalEmoji(`thumbsdown_${tone}_skin_tone`)).toBe("-1");
  }
});

test("every other emoji means nothing", () => {
  for (const name of ["tada", "+1_green_skin_tone", "heavy_check_mark", "", "toString", "__proto__", "+1 "]) {
    expect(canonicalEmoji(name), name).toBeUndefined();
  }
});

test("the characters are those people see, each once", () => {
  expect(EMOJI["+1"] + EMOJI["-1"] + EMOJI.white_check_mark + EMOJI.octagonal_sign).toBe("👍👎✅🛑");
  expect(new Set(Object.values(EMOJI)).size).toBe(Object.keys(EMOJI).length);
});
