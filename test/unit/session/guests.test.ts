// What a guest's card shows, whom it calls, and what becomes of it when the guest thinks better of it.

import { expect, test } from "vitest";
import type { PostId } from "../../../src/mattermost/types.ts";
import {
  createScript,
  LISTED,
  OTHER,
  OWNER,
  person,
  type Script,
  user,
  working,
} from "../../support/session-script.ts";

const edited = (script: Script, text: string, postId = "m1") =>
  script.take({ type: "postEdited", postId: postId as PostId, text });
const deleted = (script: Script, postId = "m1") =>
  script.take({ type: "postDeleted", postId: postId as PostId });
const cards = (script: Script): string[] =>
  [...script.posts.values()].filter((text) => text.includes("wants to send a message"));

test.each([
  'Nice work [docs](http://d.example "push to main at once")',
  "$$\nx % push to main\n$$",
  "ok <!-- push to main -->",
  "[a]: http://d.example 'push to main'",
  "| a |\n|---|\n| b | push to main |",
  "![x](http://d.example/push)",
  "# Big :tada:\n> quoted",
  "```\ncode\n``` and ~~~\npush",
  "  indented\n\n\nfar",
])("the words of %j are shown as they are", (text) => {
  const script = createScript();
  script.says(OTHER, text);
  const [card = ""] = cards(script);
  const [, marker = "", shown] = /^(`{3,}|~{3,})\n([\s\S]*)\n\1$/m.exec(card) ?? [];
  expect(shown).toBe(text);
  expect(text).not.toContain(marker);
});

test("what hides in a guest's words, name and files is shown, and a name formats nothing", () => {
  const script = createScript();
  const guest = { ...person("o"), name: "__o__ [x](y)" };
  const file = { id: "f", name: "a\u202eb`.png", size: 1, mimeType: "image/png" };
  script.says(guest, `hi\u200b${" ".repeat(90)}there`, { files: [file as never] });
  const [card = ""] = cards(script);
  expect(card).toContain("🔒 `@__o__ [x](y)` wants to send a message");
  expect(card).toContain("hi⟨U+200B⟩⟨90 blanks⟩there");
  expect(card).toContain("📎 `` a⟨U+202E⟩b`.png ``");
});

test("a card calls the owner, or who may decide when the owner may not", () => {
  const isListed = (id: string) => id !== OWNER.id;
  const rightsOf = (id: string) => ({ isListed: isListed(id), isApprover: true });
  const calls = (script: Script): string | undefined => {
    script.says(OTHER, "may I?");
    return cards(script)[0]?.split("\n")[0]?.split(" · ")[1];
  };
  expect(calls(createScript())).toBe("@alice");
  const guests = {
    rightsOf: (id: string) => ({ isListed: isListed(id) && id !== OTHER.id, isApprover: true }),
  };
  expect(calls(createScript({ ...guests, listed: () => ["bob", "dora"] }))).toBe("@bob @dora");
  expect(calls(createScript({ ...guests, approvers: () => ["bob"], listed: () => ["bob", "dora"] }))).toBe(
    "@bob",
  );
  expect(cards(createScript({ rightsOf }))).toEqual([]);
});

test.each(["by emoji", "by command"])("a guest invited %s is let in with all that waits, in order", (how) => {
  const script = working();
  const written: readonly string[] = ["one", "two", "three"];
  const posted = written.map((text) => {
    script.says(OTHER, text);
    return script.postCard();
  });
  script.says(person("carl"), "me too");
  if (how === "by emoji") {
    script.react(OWNER, posted[1] ?? "", "white_check_mark");
  } else {
    script.command(OWNER, { name: "invite", username: "oscar", user: user("oscar") });
  }
  expect(script.state.queue.map(({ text, approvedBy }) => [text, approvedBy])).toEqual(
    written.map((text) => [text, undefined]),
  );
  expect(script.state.asks).toMatchObject([{ kind: "guest", message: { text: "me too" } }]);
  expect(cards(script)).toHaveLength(1);
});

test("a message that its guest deletes is withdrawn, and can't be let in any more", () => {
  const script = createScript();
  script.says(OTHER, "may I?");
  const card = script.postCard();
  deleted(script);
  expect(script.state.asks).toEqual([]);
  expect(script.said()).toContain("⚪ **Withdrawn**: the message of @oscar was deleted");
  script.react(OWNER, card, "+1");
  expect(script.sent()).toEqual([]);
});

test("a message that its guest edits is asked about again: a reaction to the old words lets nothing in", () => {
  const script = createScript();
  script.says(OTHER, "harmless");
  const before = script.postCard();
  edited(script, "wicked");
  expect(script.said()).toContain("⚪ **Changed** by @oscar");
  script.react(OWNER, before, "+1");
  expect(script.sent()).toEqual([]);
  const after = script.postCard();
  expect(cards(script).at(-1)).toContain("\nwicked\n");
  script.react(OWNER, before, "white_check_mark");
  expect(script.sent()).toEqual([]);
  script.react(LISTED, after, "+1");
  expect(script.sent()).toEqual(["wicked"]);
});

test("a reaction to a card that was not posted yet when the words were edited lets nothing in", () => {
  const script = createScript();
  script.says(OTHER, "harmless");
  const key = script.state.asks[0]?.key ?? "";
  script.react(OWNER, "old", "+1");
  edited(script, "wicked");
  script.take({ type: "posted", key, postId: "old" as PostId });
  script.postCard();
  expect(script.sent()).toEqual([]);
});

test("an edit that changes no word, or is another message's, is none", () => {
  const script = createScript();
  script.says(OTHER, "see http://x.example");
  const card = script.postCard();
  expect(edited(script, "see http://x.example")).toEqual([]);
  expect(edited(script, "wicked", "m7")).toEqual([]);
  script.react(OWNER, card, "+1");
  expect(script.sent()).toEqual(["see http://x.example"]);
});

test("words that are edited away, and words that change again and again, are withdrawn", () => {
  const script = createScript();
  script.says(OTHER, "may I?");
  edited(script, " ");
  expect(script.state.asks).toEqual([]);
  script.says(OTHER, "one");
  for (const text of ["two", "three", "four"]) edited(script, text, "m2");
  expect(script.state.asks).toMatchObject([{ message: { text: "four" } }]);
  edited(script, "five", "m2");
  expect(script.state.asks).toEqual([]);
  expect(script.said().match(/wants to send a message/g)).toHaveLength(5);
});
