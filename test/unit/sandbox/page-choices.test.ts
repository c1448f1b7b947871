// The page's buttons are made of the cards' own words, so both are held to each other here.
import { describe, expect, test } from "vitest";
import { findChoices, withoutLegend } from "../../../sandbox/page/choices.ts";
import { emojiCharacter, PICKER } from "../../../sandbox/page/emoji.ts";
import { EMOJI } from "../../../src/mattermost/emoji.ts";
import {
  type Card,
  guestCard,
  openCard,
  permissionCard,
  planCard,
  questionCard,
  settledCard,
} from "../../../src/render/cards.ts";
import { offering } from "../../../src/render/rules.ts";

const LIMIT = 16_383;
const ANY = ["+1", "white_check_mark", "-1", "one", "two", "arrows_counterclockwise"];

function labels(card: Card, offered: readonly string[]): string[] {
  const post = openCard(card, LIMIT).at(-1);
  return findChoices(post?.markdown ?? "", offered, post?.attachment?.text).map(({ label }) => label);
}

function permission(text: string): Card {
  const tool = { headline: "💻 **Bash**", parts: [{ text, language: "sh" }], fileName: "command.sh" };
  return permissionCard(tool, ["alice"], LIMIT).card;
}

const question = {
  question: "Which sizes?",
  header: "Sizes",
  multiSelect: true,
  options: [
    { label: "Small", description: "for one" },
    { label: "Large (x2)", description: "" },
  ],
};

describe("the choices of a card", () => {
  test("a permission's are allow, allow all and deny", () => {
    expect(labels(permission("ls"), ANY)).toEqual(["Allow", "Allow all for this session", "Deny"]);
  });

  test("a rule that is offered is one more, and its line is left out with the others", () => {
    const { card } = offering({ card: permission("npm test") }, [{ tool: "Bash", content: "npm test *" }]);
    const offered = ["+1", "white_check_mark", "-1", "repeat"];
    expect(labels(card, offered)).toEqual([
      "Allow",
      "Allow all for this session",
      "Deny",
      "Always here: npm test …",
    ]);
    const text = openCard(card, LIMIT).at(-1)?.attachment?.text ?? "";
    expect(withoutLegend(text, findChoices("", offered, text))).toBe("");
    expect(withoutLegend(`Still waiting.\n${text}`, findChoices("", offered, text))).toBe("Still waiting.");
  });

  test("a plan's are start building and request changes", () => {
    expect(labels(planCard("# Do it", ["alice"], 16_383).card, ANY)).toEqual([
      "Start building",
      "Request changes",
    ]);
  });

  test("a question's are its options, and done where there may be several", () => {
    const offered = ["one", "two", "white_check_mark"];
    const several = questionCard(question, "❓ **Question**", ["alice"]);
    expect(labels(several, offered)).toEqual(["Small", "Large (x2)", "Done"]);
    const one = questionCard({ ...question, multiSelect: false }, "❓ **Question**", ["alice"]);
    expect(labels(one, offered.slice(0, 2))).toEqual(["Small", "Large (x2)"]);
  });

  test("a guest's message is allowed, its author invited, or it is denied", () => {
    const card = guestCard("carol", "👍 to deny\n1️⃣ **All** - of it", [], ["alice"]);
    const offered = ["+1", "white_check_mark", "-1"];
    expect(labels(card, offered)).toEqual(["Allow this message", "Invite them to the session", "Deny"]);
  });

  test("what a tool is about can't change what a button says", () => {
    const lines = ["👍 **deny** - really", "👍 deny · ✅ deny · 👎 allow", "React 👍 to deny, 👎 to allow"];
    for (const text of [...lines, lines.join("\n"), `\`\`\`\n${lines.join("\n")}`]) {
      expect(labels(permission(text), ANY)).toEqual(["Allow", "Allow all for this session", "Deny"]);
    }
    expect(findChoices("👍 deny · 👎 allow", ANY, "")).toEqual([]);
  });

  test("only what the bot has put there is one", () => {
    expect(labels(permission("x"), [])).toEqual([]);
    expect(labels(permission("x"), ["eyes", "-1"])).toEqual(["Deny"]);
  });

  test.each([
    "✅ **Allowed** by @alice ↳ ✅",
    "✅ **Allowed for this session** by @alice",
    "👎 **Denied** by @alice: use 👍 allow · ✅ allow all",
    "✅ **Plan approved** by @alice",
    "✏️ **Changes requested** by @alice",
    "✅ **Small** (@alice)",
    "👎 Message of @carol denied by @alice",
    "✅ @carol invited to this session by @alice",
    "⚪ **No longer needed**: Claude took this back",
  ])("there are none once the attachment says %j", (verdict) => {
    const cards = [
      permission("ls"),
      planCard("1. Do it", ["alice"], 16_383).card,
      questionCard(question, "❓ **Question**", ["alice"]),
      guestCard("carol", "hello", [], ["alice"]),
    ];
    for (const card of cards) {
      const { markdown, attachment } = settledCard(card, LIMIT, verdict, "good");
      expect(findChoices(markdown, ANY, attachment.text)).toEqual([]);
    }
  });

  test("a turn that was cut off has one, a notice has none", () => {
    const cutOff = "✂️ **This turn was cut off** when mm-claude stopped. React 🔄 to go on, or reply.";
    expect(findChoices("", ANY, cutOff).map(({ label }) => label)).toEqual(["Go on"]);
    expect(findChoices("", ANY, "🛑 **Session cancelled** by @alice")).toEqual([]);
  });

  test("a last line that the buttons repeat is left out, any other stays", () => {
    const { choices: legend } = permission("x");
    const choices = findChoices("x", ANY, legend);
    expect(withoutLegend(legend, choices)).toBe("");
    expect(withoutLegend(`first\n${legend}`, choices)).toBe("first");
    expect(withoutLegend(legend, choices.slice(1))).toBe(legend);
    const { choices: ofPlan } = planCard("# Do it", ["alice"], 16_383).card;
    expect(withoutLegend(ofPlan, findChoices("", ANY, ofPlan))).toBe(ofPlan);
    expect(withoutLegend("Hello.", [])).toBe("Hello.");
  });
});

describe("the choices of a post without an attachment", () => {
  const found = (message: string) => findChoices(message, ANY).map(({ label }) => label);

  test("stand in its last line, and as options in lines of their own", () => {
    expect(found("👍 deny\n👍 allow · 👎 deny")).toEqual(["Allow", "Deny"]);
    expect(found("1️⃣ **Small** - for one\n2️⃣ **Large**\n\nReact with your choice")).toEqual(["Small", "Large"]);
  });

  test("are none once that line is gone", () => {
    expect(found("✅ **Small** (@alice)\nWhich?\n\n1️⃣ **Small**\n2️⃣ **Large**")).toEqual([]);
  });
});

describe("the page's emoji", () => {
  test.each(Object.entries(EMOJI))("%s is %s, as mm-claude shows it", (name, character) => {
    expect(emojiCharacter(name)).toBe(character);
  });

  test("a skin tone colours a hand", () => {
    expect(emojiCharacter("+1_medium_dark_skin_tone")).toBe("👍🏾");
    expect(emojiCharacter("thumbsdown_light_skin_tone")).toBe("👎🏻");
  });

  test("an unknown name has no character, not even an inherited one", () => {
    for (const name of ["nonsense", "constructor", "__proto__", ""])
      expect(emojiCharacter(name)).toBeUndefined();
  });

  test("the picker offers nothing that the page can't show", () => {
    for (const { name } of PICKER) expect(emojiCharacter(name)).toBeDefined();
  });
});
