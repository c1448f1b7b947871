// What people say in words while something is asked: what decides, what waits, what the card says then, and the files
// that came along.

import { describe, expect, test } from "vitest";
import type { RequestId } from "../../../src/claude/types.ts";
import type { FileId, FileInfo, PostId } from "../../../src/mattermost/types.ts";
import {
  asks,
  exited,
  INVITED,
  LISTED,
  OTHER,
  OWNER,
  permission,
  plan,
  question,
  type Script,
  user,
  working,
} from "../../support/session-script.ts";

const picture: FileInfo = { id: "f1" as FileId, name: "mock up.png", size: 9, mimeType: "image/png" };
const saved = (script: Script, ...paths: string[]): void => {
  const message = script.effects.flatMap((effect) => (effect.type === "saveFiles" ? [effect.message] : []));
  script.take({ type: "filesSaved", uuid: message.at(-1)?.uuid ?? "none", paths });
};
const attachments = (script: Script): string[] =>
  [...script.posts.values()].map((text) => text.split("\n").at(-2) ?? "");
const WAITING =
  "⏳ Still waiting: 👍 allows, 👎 denies, or reply `yes` / `no, because …`. Your message waits until then.";

describe("a reply while a permission is asked for", () => {
  test.each(["yes", "ok go ahead", "👍", ":+1:", "Looks good!"])("of %j allows that one tool", (text) => {
    const script = working();
    script.claude(permission("r"));
    script.postCard();
    script.says(LISTED, text);
    expect(script.answers()).toEqual([{ to: "r", behavior: "allow", updatedInput: { command: "npm test" } }]);
    expect(script.state).toMatchObject({ queue: [], asks: [], auto: undefined });
  });

  test("denies with the reason that follows", () => {
    const script = working();
    script.claude(permission("r"));
    script.postCard();
    script.says(OWNER, "No — use pnpm");
    expect(script.answers()).toMatchObject([
      { behavior: "deny", message: "@alice denied this. Their reason: use pnpm" },
    ]);
    expect(script.said()).toContain("👎 **Denied** by @alice: use pnpm");
  });

  test("that decides nothing waits, and the card says once how to decide", () => {
    const script = working();
    script.claude(permission("r"));
    script.postCard();
    const effects = script.says(OWNER, "No idea what that does, can you explain?");
    expect(effects).toContainEqual({ type: "react", target: { postId: "m2" }, emojiName: "eyes" });
    expect(script.answers()).toEqual([]);
    expect(script.state.queue).toMatchObject([{ text: "No idea what that does, can you explain?" }]);
    expect(script.posts.get(script.state.asks[0]?.key ?? "")).toContain(
      `${WAITING}\n👍 allow · ✅ allow all for this session · 👎 deny`,
    );
    const puts = script.says(LISTED, "and prioritize").filter((effect) => effect.type === "put");
    expect(puts).toEqual([]);
    script.says(OWNER, "ok, go ahead");
    expect(script.answers()).toMatchObject([{ behavior: "allow" }]);
    expect(script.said().split("Still waiting")).toHaveLength(2);
  });

  test("consents to nothing that is not there to be seen yet", () => {
    const script = working();
    script.claude(permission("r"));
    script.says(OWNER, "yes");
    expect(script.answers()).toEqual([]);
    expect(script.state.queue).toMatchObject([{ text: "yes" }]);
    script.postCard();
    script.says(OWNER, "yes");
    expect(script.answers()).toHaveLength(1);
  });

  test.each([
    ["a tool", permission("r")],
    ["a plan", plan("r")],
  ])("about %s of one who may not approve waits, whatever it says", (_what, ask) => {
    const script = working();
    script.command(OWNER, { name: "invite", username: "ivy", user: user("ivy") });
    script.claude(ask);
    script.postCard();
    for (const text of ["yes", "no, leave it", "use pnpm"]) {
      script.says(INVITED, text);
    }
    script.says(OTHER, "yes");
    expect(script.answers()).toEqual([]);
    expect(script.state.queue.map(({ text }) => text)).toEqual(["yes", "no, leave it", "use pnpm"]);
  });

  test("of one who decides about no guest answers the question that is open beside a guest's card", () => {
    const script = working();
    script.command(OWNER, { name: "invite", username: "ivy", user: user("ivy") });
    script.says(OTHER, "may I?");
    script.postCard();
    script.claude(asks("q", question("Sure?", ["yes", "no"])));
    script.postCard();
    script.says(OWNER, "yes");
    expect(script.answers()).toEqual([]);
    script.says(INVITED, "yes");
    expect(script.answers()).toMatchObject([{ to: "q", behavior: "allow" }]);
  });

  test.each(["yes", "no, use pnpm"])("of %j decides nothing when it could be about another card", (text) => {
    const others: readonly ((script: Script) => void)[] = [
      (script) => script.claude(permission("two", "b")),
      (script) => script.claude(plan("two")),
      (script) => script.claude(asks("two", question("Which?", ["a"]))),
      (script) => script.says(OTHER, "may I?"),
    ];
    for (const open of others) {
      const script = working();
      script.claude(permission("one", "a"));
      script.postCard();
      open(script);
      script.postCard();
      script.says(OWNER, text);
      expect(script.answers()).toEqual([]);
      expect(script.state.asks).toHaveLength(2);
      expect(script.state.queue).toMatchObject([{ text }]);
      expect(attachments(script)).toContain(
        "⏳ Still waiting: 👍 allows, 👎 denies. A reply can't tell which of the open cards it means. Your message waits until then.",
      );
    }
  });

  test("decides again once the other card is decided", () => {
    const script = working();
    script.claude(permission("one", "a"));
    const first = script.postCard();
    script.claude(permission("two", "b"));
    script.postCard();
    script.react(OWNER, first, "+1");
    script.says(OWNER, "no");
    expect(script.answers()).toMatchObject([
      { to: "one", behavior: "allow" },
      { to: "two", behavior: "deny" },
    ]);
  });
});

describe("a reply to a plan", () => {
  test.each(["yes, looks good", "LGTM", "👍🏽"])("of %j approves it", (text) => {
    const script = working();
    script.claude(plan("p"));
    script.postCard();
    script.says(OWNER, text);
    expect(script.answers()).toMatchObject([{ behavior: "allow" }]);
    expect(script.said()).toContain("✅ **Plan approved** by @alice");
  });

  test.each([
    ["no", "@alice wants changes to this plan. Ask them which."],
    ["👎", "@alice wants changes to this plan. Ask them which."],
    ["yes, but use pnpm", "@alice wants changes to this plan: yes, but use pnpm"],
    ["no, use pnpm", "@alice wants changes to this plan: no, use pnpm"],
    ["No problem with step 1", "@alice wants changes to this plan: No problem with step 1"],
  ])("of %j asks for changes", (text, message) => {
    const script = working();
    script.claude(plan("p"));
    script.postCard();
    script.says(OWNER, text);
    expect(script.answers()).toMatchObject([{ behavior: "deny", message }]);
  });

  test("is one also while a permission is asked for, when it can be about the plan alone", () => {
    const script = working();
    script.claude(permission("r"));
    script.postCard();
    script.claude(plan("p"));
    script.postCard();
    script.says(OWNER, "add tests");
    expect(script.answers()).toMatchObject([{ to: "p", behavior: "deny" }]);
  });

  test("with a picture is the changes, with where the picture is", () => {
    const script = working();
    script.claude(plan("p"));
    script.postCard();
    script.says(OWNER, "looks good", { files: [picture] });
    saved(script, "/tmp/f/mock.png");
    expect(script.answers()).toMatchObject([
      {
        behavior: "deny",
        message: expect.stringContaining("looks good\n\nAttached files:\n- /tmp/f/mock.png"),
      },
    ]);
  });

  test("which has no text says what the choices mean then, and approving none approves no later one", () => {
    const script = working();
    script.claude(plan("p1", ""));
    expect(script.said()).toContain("*Claude gave no text for its plan.*");
    script.postCard();
    script.says(OWNER, "yes");
    script.claude(plan("p2", "# Push to main"));
    expect(script.answers()).toMatchObject([{ to: "p1", behavior: "allow" }]);
    expect(script.state.asks).toMatchObject([{ kind: "plan", plan: "# Push to main" }]);
  });
});

describe("a reply to a question", () => {
  test.each(["yes", "no", "no, neither", "👍"])("of %j is the answer in those words", (text) => {
    const script = working();
    script.claude(asks("q", question("Shall I?", ["maybe"])));
    script.postCard();
    script.says(OWNER, text);
    expect(script.answers()).toMatchObject([{ updatedInput: { answers: { "Shall I?": text } } }]);
  });

  test("with a picture is the answer, with where the picture is, once it is there", () => {
    const script = working();
    script.claude(asks("q", question("Like what?", ["a"]), question("And?", ["b"])));
    const first = script.postCard();
    script.says(OWNER, "like this", { files: [picture] });
    expect(script.effects).toContainEqual({ type: "react", target: { postId: "m2" }, emojiName: "eyes" });
    script.react(LISTED, first, "one");
    expect(script.state.asks).toMatchObject([{ index: 0 }]);
    saved(script, "/tmp/f/mock.png");
    expect(script.effects).toContainEqual({ type: "unreact", target: { postId: "m2" }, emojiName: "eyes" });
    expect(script.said()).toContain("✅ **like this** 📎 `mock up.png` (@alice)");
    script.react(OWNER, script.postCard(), "one");
    expect(script.answers()).toMatchObject([
      {
        updatedInput: {
          answers: { "Like what?": "like this\n\nAttached files:\n- /tmp/f/mock.png", "And?": "b" },
        },
      },
    ]);
    expect(script.state.queue).toEqual([]);
  });

  test("that is a picture alone is the answer too", () => {
    const script = working();
    script.claude(asks("q", question("Like what?", ["a"])));
    script.postCard();
    script.says(OWNER, "", { files: [picture] });
    saved(script, "/tmp/f/mock.png");
    expect(script.answers()).toMatchObject([
      { updatedInput: { answers: { "Like what?": "Attached files:\n- /tmp/f/mock.png" } } },
    ]);
  });

  test("whose only picture can't be had leaves the question open", () => {
    const script = working();
    script.claude(asks("q", question("Like what?", ["a"])));
    const card = script.postCard();
    script.says(OWNER, "", { files: [picture] });
    saved(script);
    expect(script.answers()).toEqual([]);
    expect(script.state.waiting.size).toBe(0);
    script.react(OWNER, card, "one");
    expect(script.answers()).toHaveLength(1);
  });

  test.each([
    ["is taken back", { type: "askCancelled", requestId: "q" as RequestId }],
    ["goes with its process", exited("boom")],
  ] as const)("is a message as any other when the question %s while its files are fetched", (_how, event) => {
    const script = working();
    script.claude(asks("q", question("Like what?", ["a"])));
    script.postCard();
    script.says(OWNER, "like this", { files: [picture] });
    script.claude(event);
    saved(script, "/tmp/f/mock.png");
    expect(script.answers()).toEqual([]);
    expect(script.state.queue).toMatchObject([{ text: "like this", files: [picture] }]);
    expect(script.state.waiting.size).toBe(1);
  });

  test("is withdrawn when it is deleted while its files are fetched", () => {
    const script = working();
    script.claude(asks("q", question("Like what?", ["a"])));
    script.postCard();
    script.says(OWNER, "the password is hunter2", { files: [picture] });
    script.take({ type: "postDeleted", postId: "m2" as PostId });
    saved(script, "/tmp/f/mock.png");
    expect(script.answers()).toEqual([]);
    expect(script.state.asks).toHaveLength(1);
    expect(script.state.waiting.size).toBe(0);
  });

  test("answers with its new words when it is edited while its files are fetched", () => {
    const script = working();
    script.claude(asks("q", question("Like what?", ["a"])));
    script.postCard();
    script.says(OWNER, "like this", { files: [picture] });
    script.take({ type: "postEdited", postId: "m2" as PostId, text: "like that" });
    saved(script, "/tmp/f/mock.png");
    expect(JSON.stringify(script.answers())).toContain("like that");
  });

  test("counts for nothing when its author lost the right while its files were fetched", () => {
    let isListed = true;
    const script = working({ rightsOf: () => ({ isListed, isApprover: true }) });
    script.claude(asks("q", question("Like what?", ["a"])));
    script.postCard();
    script.says(OWNER, "like this", { files: [picture] });
    isListed = false;
    saved(script, "/tmp/f/mock.png");
    expect(script.answers()).toEqual([]);
    expect(script.state.asks).toHaveLength(1);
  });

  test("without choices is asked for, and a choice beyond the ninth is reached in words", () => {
    const script = working();
    script.claude(asks("q", question("How?", [], true)));
    expect(script.said()).toContain("Reply with your answer");
    expect(script.effects.filter((effect) => effect.type === "react")).toEqual([]);
    script.postCard();
    script.says(OWNER, "slowly");
    const labels = Array.from({ length: 12 }, (_, at) => `choice ${at + 1}`);
    script.claude(asks("q2", question("Which?", labels)));
    expect(script.said()).toContain("▫️ **choice 12**");
    script.postCard();
    script.says(OWNER, "choice 12");
    expect(script.answers()).toMatchObject([
      { updatedInput: { answers: { "How?": "slowly" } } },
      { updatedInput: { answers: { "Which?": "choice 12" } } },
    ]);
  });
});

test("a slash command to Claude decides nothing and answers nothing", () => {
  const script = working();
  script.claude(asks("q", question("Which?", ["a"])));
  script.postCard();
  script.says(OWNER, "/compact", { isSlashCommand: true });
  expect(script.state.queue).toHaveLength(1);
});

test("what was decided in words on a card is told in the words as they were written", () => {
  const script = working();
  script.claude(permission("r"));
  script.postCard();
  script.says(OWNER, 'no, [docs](http://d.example "push to main") <!-- x -->');
  expect(script.said()).toContain('`[docs](http://d.example "push to main") <!-- x -->`');
  expect(script.state.earlyReactions.map(({ postId }: { postId: PostId }) => postId)).toEqual([]);
});

describe("words that cross a card on its way", () => {
  const at = (script: Script, when: number, text: string): void =>
    void script.says(OWNER, text, { at: when });
  const stands = (script: Script, when?: number): void => {
    const key = script.state.asks[0]?.key ?? "";
    const time = when === undefined ? {} : { at: when };
    script.take({ type: "posted", key, postId: "card" as PostId, ...time });
  };
  const CASES = [
    ["consent", permission("r"), "yes"],
    ["denial", permission("r"), "no, leave the footer alone"],
    ["changes of a plan", plan("r"), "use pnpm"],
    ["an answer", asks("r", question("Which?", ["a"])), "the red one"],
  ] as const;

  test.each(CASES)("are %s when they were written after it stood there", (_what, event, words) => {
    const script = working();
    script.claude(event);
    at(script, 2000, words);
    expect(script.answers()).toEqual([]);
    stands(script, 1000);
    expect(script.answers()).toHaveLength(1);
    expect(script.state.queue).toEqual([]);
  });

  test.each(CASES)("are no %s when they were written before it stood there", (_what, event, words) => {
    const script = working();
    script.claude(event);
    at(script, 1000, words);
    stands(script, 1000);
    expect(script.answers()).toEqual([]);
    expect(script.state.queue).toHaveLength(1);
    expect(script.said()).toContain("Still waiting");
  });

  test.each(CASES)("are no %s when they come late, from before the card", (_what, event, words) => {
    const script = working();
    script.claude(event);
    stands(script, 5000);
    at(script, 4000, words);
    expect(script.answers()).toEqual([]);
  });

  test.each(CASES)("are no %s when nobody knows which was first", (_what, event, words) => {
    const script = working();
    script.claude(event);
    stands(script);
    at(script, 4000, words);
    expect(script.answers()).toEqual([]);
  });
});
