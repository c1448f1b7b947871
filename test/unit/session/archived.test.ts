import { expect, test } from "vitest";
import { OWNER, permission, working } from "../../support/session-script.ts";

test("in a channel that is archived nobody can decide: Claude ends, its card is void, and a reply resumes", () => {
  const script = working();
  script.claude(permission("r"));
  script.postCard();
  const effects = script.take({ type: "channelArchived" });
  expect(effects).toContainEqual({ type: "closeClaude", now: true });
  expect(script.said()).toContain("⚪ **No longer open**: the channel was archived");
  expect(script.said()).toContain("Reply in this thread to resume");
  expect(script.take({ type: "channelArchived" })).toEqual([]);
  expect(script.says(OWNER, "back again")).toContainEqual({ type: "acquireSlot" });
});
