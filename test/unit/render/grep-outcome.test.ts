// What a search says of how it went: never the words of the files it has found.
import { expect, test } from "vitest";
import { toolOutcome } from "../../../src/render/tools.ts";

const outcomeOf = (text: string): string => toolOutcome("Grep", { isError: false, text }, true);

test("lines that were found call nobody and show nothing of a file", () => {
  expect(outcomeOf("src/notify.ts:3:  post('@channel the deploy is over')")).toBe("↳ ✅ 1 line");
  expect(outcomeOf(".env:1:STRIPE_KEY=sk_live_51H\nsrc/pay.ts:7:@here")).toBe("↳ ✅ 2 lines");
});

test("what the search says of itself is shown", () => {
  expect(outcomeOf("Found 3 files\na.ts\n@all.ts\nc.ts")).toBe("↳ ✅ Found 3 files");
  expect(outcomeOf("No files found")).toBe("↳ ✅ No files found");
  expect(outcomeOf("No API key: sk_live_51H")).toBe("↳ ✅ 1 line");
  expect(outcomeOf("No matches found")).toBe("↳ ✅ No matches found");
});
