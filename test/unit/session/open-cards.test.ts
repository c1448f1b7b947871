// What is told of the cards that are looked at again after a gap.

import { expect, test } from "vitest";
import { openCardsOf } from "../../../src/session/open-cards.ts";
import { asks, LISTED, OWNER, permission, question, working } from "../../support/session-script.ts";

test("a card that is not posted yet is none that can be looked at", () => {
  const script = working();
  script.claude(permission("p"));
  expect(openCardsOf(script.state)).toEqual([]);
  const postId = script.postCard();
  expect(openCardsOf(script.state)).toEqual([{ postId }]);
});

test("a question that takes several tells each person's choices, as the emoji they chose them by", () => {
  const script = working();
  script.claude(asks("q", question("Which?", ["a", "b", "c"], true)));
  const postId = script.postCard();
  expect(openCardsOf(script.state)).toEqual([{ postId, choices: [] }]);
  script.react(OWNER, postId, "one");
  script.react(OWNER, postId, "three");
  script.react(LISTED, postId, "two");
  script.react(LISTED, postId, "two", true);
  script.react(LISTED, postId, "three");
  expect(openCardsOf(script.state)).toEqual([
    {
      postId,
      choices: [
        { userId: OWNER.id, emojiName: "one" },
        { userId: OWNER.id, emojiName: "three" },
        { userId: LISTED.id, emojiName: "three" },
      ],
    },
  ]);
});
