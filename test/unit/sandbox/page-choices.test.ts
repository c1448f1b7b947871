// The page's buttons are made of the cards' own words, so both are held to each other here.
import { describe, expect, test } from "vitest";
import { EMOJI } from "../../../src/mattermost/emoji.ts";
import {
  type Card,
  closedCard,
  guestCard,
  openCard,
  permissionCard,
  planCard,
  questionCard,
} from "../../../src/render/cards.ts";
import { findChoices, withoutLegend } from "../../../src/sandbox/page/choices.ts";
import { emojiCharacter, PICKER } from "../../../src/sandbox/page/emoji.ts";

const text = (card: Card): string => openCard(card, 16_383).join("\n");
const labels = (card: Card, offered: string[]) => findChoices(text(card), offered).map(({ label }) => label);

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
    const card = permissionCard("💻 **Bash**\n```sh\nls\n```", "alice");
    expect(labels(card, ["+1", "white_check_mark", "-1"])).toEqual([
      "Allow",
      "Allow all for this session",
      "Deny",
    ]);
  });

  test("a plan's are start building and request changes", () => {
    expect(labels(planCard("# Do it", "alice"), ["+1", "-1"])).toEqual(["Start building", "Request changes"]);
  });

  test("a question's are its options, and done where there may be several", () => {
    const card = questionCard(question, "❓ **Question**", "alice");
    expect(labels(card, ["one", "two", "white_check_mark"])).toEqual(["Small", "Large (x2)", "Done"]);
    expect(labels(questionCard({ ...question, multiSelect: false }, "❓", "alice"), ["one", "two"])).toEqual([
      "Small",
      "Large (x2)",
    ]);
  });

  test("a guest's message is allowed, its author invited, or it is denied", () => {
    const card = guestCard("carol", "👍 to deny\n1️⃣ **All** - of it", [], "alice");
    expect(labels(card, ["+1", "white_check_mark", "-1"])).toEqual([
      "Allow this message",
      "Invite them to the session",
      "Deny",
    ]);
  });

  test("what a tool is about can't change what a button says", () => {
    const card = permissionCard("```sh\n👍 **deny** - really\n👍 deny · 👎 allow\n```", "alice");
    expect(labels(card, ["+1", "white_check_mark", "-1"])).toEqual([
      "Allow",
      "Allow all for this session",
      "Deny",
    ]);
  });

  test("there are none once it is decided", () => {
    const decided = [
      closedCard(permissionCard("💻 **Bash**\n```sh\nls\n```", "alice"), 16_383, "✅ **Allowed** by @alice"),
      closedCard(questionCard(question, "❓", "alice"), 16_383, "❓ **Question** · ✅ **Small** (@alice)"),
      closedCard(planCard("1. Do it", "alice"), 16_383, "✅ **Plan approved** by @alice"),
      closedCard(guestCard("carol", "hello", [], "alice"), 16_383, "👎 Message of @carol denied by @alice"),
    ];
    for (const message of decided) {
      expect(findChoices(message, ["+1", "white_check_mark", "-1", "one", "two"])).toEqual([]);
    }
  });

  test("only what the bot has put there is one", () => {
    expect(labels(permissionCard("x", "alice"), [])).toEqual([]);
    expect(labels(permissionCard("x", "alice"), ["eyes", "-1"])).toEqual(["Deny"]);
  });

  test("a last line that the buttons repeat is left out, any other stays", () => {
    const permission = text(permissionCard("x", "alice"));
    const choices = findChoices(permission, ["+1", "white_check_mark", "-1"]);
    expect(withoutLegend(permission, choices)).toBe(permission.slice(0, permission.lastIndexOf("\n")));
    expect(withoutLegend(permission, choices.slice(1))).toBe(permission);
    const plan = text(planCard("# Do it", "alice"));
    expect(withoutLegend(plan, findChoices(plan, ["+1", "-1"]))).toBe(plan);
    expect(withoutLegend("Hello.", [])).toBe("Hello.");
  });
});

describe("the choices of a card with a bar", () => {
  const above = (card: Card): string => [card.head, card.body].join("\n");
  const inBar = (card: Card, offered: string[]) =>
    findChoices(above(card), offered, card.foot).map(({ label }) => label);
  const ANY = ["+1", "white_check_mark", "-1", "one", "two", "arrows_counterclockwise"];

  test("are told by the bar: a permission's, a plan's and a guest's", () => {
    expect(inBar(permissionCard("💻 **Bash**\n```sh\nls\n```", "alice"), ANY)).toEqual([
      "Allow",
      "Allow all for this session",
      "Deny",
    ]);
    expect(inBar(planCard("# Do it", "alice"), ANY)).toEqual(["Start building", "Request changes"]);
    expect(inBar(guestCard("carol", "👍 to deny", [], "alice"), ANY)).toEqual([
      "Allow this message",
      "Invite them to the session",
      "Deny",
    ]);
  });

  test("are a question's options, which stand in its message or in the bar", () => {
    const card = questionCard(question, "❓ **Question**", "alice");
    const labels = ["Small", "Large (x2)", "Done"];
    const offered = ["one", "two", "white_check_mark"];
    expect(inBar(card, offered)).toEqual(labels);
    const options = card.body.slice(card.body.indexOf("1️⃣"));
    const found = findChoices(card.head, offered, `${options}\n${card.foot}`);
    expect(found.map(({ label }) => label)).toEqual(labels);
  });

  test("can't be changed by what the message says", () => {
    const card = permissionCard("```sh\n👍 deny · ✅ deny · 👎 allow\n```\n👍 deny · 👎 allow", "alice");
    expect(inBar(card, ["+1", "-1"])).toEqual(["Allow", "Deny"]);
    expect(findChoices("👍 deny · 👎 allow", ["+1", "-1"], "")).toEqual([]);
  });

  test("are one for a turn that was cut off", () => {
    const note = "✂️ **This turn was cut off** when mm-claude stopped. React 🔄 to go on, or reply.";
    expect(findChoices("", ANY, note).map(({ label }) => label)).toEqual(["Go on"]);
  });

  test.each([
    "✅ **Allowed** by @alice ↳ ✅",
    "✅ **Allowed for this session** by @alice",
    "👎 **Denied** by @alice: use 👍 allow · ✅ allow all",
    "✅ **Plan approved** by @alice",
    "✏️ **Changes requested** by @alice",
    "❓ **Question** *(1/2)* · ✅ **Small** (@alice)",
    "👎 Message of @carol denied by @alice",
    "✅ @carol invited to this session by @alice",
    "⚪ **No longer needed**: Claude took this back",
    "🛑 **Session cancelled** by @alice",
  ])("are none once the bar says %j", (verdict) => {
    const card = questionCard(question, "❓ **Question**", "alice");
    expect(findChoices(above(card), ANY, verdict)).toEqual([]);
  });

  test("leave nothing in a bar that says only them", () => {
    const { foot } = permissionCard("x", "alice");
    const choices = findChoices("", ["+1", "white_check_mark", "-1"], foot);
    expect(withoutLegend(foot, choices)).toBe("");
    expect(withoutLegend(foot, choices.slice(1))).toBe(foot);
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
