// What single versions of Claude Code do that people should not have to know of.

import { expect, test } from "vitest";
import { exited, OWNER, turnEnded, working } from "../../support/session-script.ts";

test("a process that ends at the first message after a background command is started again with that message", () => {
  const script = working();
  script.claude(turnEnded());
  script.says(OWNER, "next");
  script.claude(exited("Error: only prompt commands are supported in streaming mode"));
  script.take({ type: "slotGranted", slot: 1 });
  expect(script.effects.findLast((effect) => effect.type === "startClaude")).toMatchObject({ resume: true });
  expect(script.sent()).toEqual(["go", "next", "next"]);
  expect(script.said()).not.toContain("💥");
});

test("a usage limit is told with its time in words, as Claude's text and as the reason of a failure", () => {
  const script = working();
  script.now = 1_760_000_000_000;
  script.claude({ type: "text", messageId: "m1", text: "Claude AI usage limit reached|1760003600" });
  script.claude(turnEnded(true, "Claude AI usage limit reached|1760003600"));
  expect(script.said()).toContain("Claude AI usage limit reached; it resets at 09:53 (UTC)");
  expect(script.said()).not.toContain("|1760003600");
  expect(script.said()).toContain("for the reason above");
});
