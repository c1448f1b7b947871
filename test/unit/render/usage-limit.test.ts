// The words are those of Claude Code: a time stamp after a bar, for a program to read.

import { describe, expect, it } from "vitest";
import { usageLimitInWords } from "../../../src/render/usage-limit.ts";

const noon = Date.UTC(2025, 9, 9, 12, 0);
const at = (hours: number, day = 9): number => Date.UTC(2025, 9, day, hours) / 1000;
const words = (text: string, zone = "Europe/Amsterdam", now = noon): string =>
  usageLimitInWords(text, now, zone);

describe("a usage limit", () => {
  it("says when it resets, in the server's time zone and by its name", () => {
    expect(words(`Claude AI usage limit reached|${at(14)}`)).toBe(
      "Claude AI usage limit reached; it resets at 16:00 (Europe/Amsterdam)",
    );
    expect(words(`Claude AI usage limit reached|${at(14)}`, "UTC")).toBe(
      "Claude AI usage limit reached; it resets at 14:00 (UTC)",
    );
  });

  it("says the date as well when that is another day there", () => {
    // Half past midnight in Amsterdam, still the same day in UTC.
    const text = `Claude AI usage limit reached|${at(22) + 1800}`;
    expect(words(text)).toBe(
      "Claude AI usage limit reached; it resets on 10 October at 00:30 (Europe/Amsterdam)",
    );
    expect(words(text, "UTC")).toBe("Claude AI usage limit reached; it resets at 22:30 (UTC)");
    expect(words(`limit reached|${Date.UTC(2026, 0, 2, 8) / 1000}`, "UTC")).toBe(
      "limit reached; it resets on 2 January 2026 at 08:00 (UTC)",
    );
  });

  it("has been reset where that time is over", () => {
    expect(words(`Claude AI usage limit reached|${at(9)}`, "UTC")).toBe(
      "Claude AI usage limit reached; it was reset at 09:00 (UTC)",
    );
  });

  it("is found within other words, in milliseconds as well, each time", () => {
    const text = `❌ 5-hour limit reached|${at(14)}000. And: Usage Limit Reached|${at(15)}`;
    expect(words(text, "UTC")).toBe(
      "❌ 5-hour limit reached; it resets at 14:00 (UTC). And: Usage Limit Reached; it resets at 15:00 (UTC)",
    );
  });

  it.each([
    "Claude usage limit reached ∙ resets 3pm",
    "Claude AI usage limit reached|",
    "Claude AI usage limit reached|soon",
    "Claude AI usage limit reached|176",
    "Claude AI usage limit reached|17600000000000000000",
    "1760000000",
  ])("is left as it is where no time can be read: %s", (text) => {
    expect(words(text)).toBe(text);
  });
});
