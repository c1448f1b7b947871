// Patterns that meet other people's words, however long those are: the time they take grows with them and no faster.
import { expect, test } from "vitest";
import { readAttachments } from "../../../sandbox/page/attachments.ts";
import { findChoices, withoutLegend } from "../../../sandbox/page/choices.ts";
import { emojiCharacter } from "../../../sandbox/page/emoji.ts";
import { findMentions } from "../../../sandbox/server/mentions.ts";
import { processorMs } from "../../support/processor-time.ts";
import { isLongRun } from "../../support/runs.ts";

const [LENGTH, BUDGET_MS] = isLongRun ? [500_000, 4_000] : [250_000, 2_000];

const BASE64 = "iVBORw0KGgo+/abcdefghijklmn";

test.each([
  "@a.",
  "@a",
  ".",
  ":",
  "-",
  "@",
  "`a",
  "`",
  "``a`",
  "\n",
  "\n`",
  " ",
  "@a:",
  "a@",
  "React ",
  "👍 a · ",
  "1️⃣ **",
  BASE64,
])("any amount of %j is read in a moment", (part) => {
  const text = part.repeat(LENGTH / part.length);
  const ms = processorMs(() => {
    for (const words of [text, `@a${text}`, `\`${text}`, `👍 ${text}`]) {
      findMentions(words, () => false);
      withoutLegend(words, findChoices(words, ["+1", "one"], words));
      readAttachments({ attachments: [{ text: words, title: "t", thumb_url: words }] });
      emojiCharacter(words);
    }
  });
  expect(ms).toBeLessThan(BUDGET_MS);
});

test("backticks in runs of every length are looked through once", () => {
  let text = "";
  for (let length = 1; text.length < 1_000_000; length += 1) text += `${"`".repeat(length)}a`;
  const ms = processorMs(() =>
    expect(findMentions(`${text} @bob`, (name) => name === "bob").names).toEqual(new Set(["bob"])),
  );
  expect(ms).toBeLessThan(1_000);
});
