// Cards that the server does not take: nobody waits for an answer that can't come.

import { expect, test } from "vitest";
import {
  asks,
  OTHER,
  permission,
  plan,
  question,
  type Script,
  working,
} from "../../support/session-script.ts";

const quarantine = (script: Script) =>
  script.take({ type: "quarantined", key: script.state.asks.at(-1)?.key ?? "" });

test.each([
  ["a permission", permission("r1")],
  ["a plan", plan("r1")],
  ["a question", asks("r1", question("Which?", ["a", "b"]))],
])("%s whose card can't be posted is denied, and people and Claude are told", (_what, event) => {
  const script = working();
  script.claude(event);
  quarantine(script);
  expect(script.answers()).toMatchObject([{ to: "r1", behavior: "deny" }]);
  expect(script.said()).toContain("👎 **Denied** by mm-claude");
  expect(script.state.asks).toEqual([]);
});

test("a guest's message whose card can't be posted is marked, and not let in", () => {
  const script = working();
  script.says(OTHER, "may I?");
  const effects = quarantine(script);
  expect(effects).toContainEqual({ type: "react", target: { postId: "m2" }, emojiName: "no_entry_sign" });
  expect(script.state.queue).toEqual([]);
});

test("a card that stands in the thread stays open when a later change of it is not taken", () => {
  const script = working();
  script.claude(permission("r1"));
  script.postCard();
  quarantine(script);
  expect(script.answers()).toEqual([]);
  expect(script.state.asks).toHaveLength(1);
});
