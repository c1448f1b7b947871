import { expect, it } from "vitest";
import { withJoinedWords } from "../../../src/claude/joined-words.ts";

const words = (text: string, blockIndex = 0) => ({ type: "textDelta", text, blockIndex }) as const;
const begun = { type: "messageStarted", messageId: "m" } as const;

it("joins words of one block that follow each other, and nothing else", () => {
  expect(
    withJoinedWords([words("a"), words(" b"), words("c", 1), begun, words("d", 1), words("e", 1)]),
  ).toEqual([words("a b"), words("c", 1), begun, words("de", 1)]);
});
