// A turn that ends with nothing to see says so; what people do always has an answer.

import { expect, test } from "vitest";
import { unsentMessages } from "../../../src/session/waiting.ts";
import {
  messageOf,
  OTHER,
  permission,
  plan,
  toolResult,
  toolUse,
  turnEnded,
  working,
} from "../../support/session-script.ts";

const WITHOUT_A_WORD = "Claude ended this turn without a word";

test.each([
  ["a plan that was refused before anybody was asked", toolUse("t", "ExitPlanMode", {})],
  ["a look at the todo list", toolUse("t", "TaskList", {})],
])("a turn with nothing but %s says that there was nothing", (_what, event) => {
  const script = working();
  script.claude(event);
  script.claude(toolResult("t", "no", true));
  script.claude(turnEnded());
  expect(script.said()).toContain(WITHOUT_A_WORD);
});

test.each([
  ["a card", permission("r")],
  ["a plan", plan("r")],
  ["a tool's line", toolUse("t", "Read", { file_path: "/a" })],
])("a turn that showed %s says no such thing", (_what, event) => {
  const script = working();
  script.claude(event);
  script.claude(turnEnded());
  expect(script.said()).not.toContain(WITHOUT_A_WORD);
});

test("a refusal's reason loads no picture", () => {
  const script = working();
  script.claude({ type: "promptRefused", reason: "![x](http://evil.example/p.png?d=1)" });
  script.claude(turnEnded());
  expect(script.said()).not.toContain("![x]");
});

test.each([
  ["!important: look at the red build", "/important: look at the red build", undefined],
  ["/tmp is full, can you look?", "/tmp is full, can you look?", "/tmp is full, can you look?"],
])("a guest's %j is shown for approval like any other message", (written, asCommand, orElse) => {
  const script = working();
  script.command(OTHER, {
    name: "slash",
    slash: "x",
    message: messageOf("g1", asCommand, { by: OTHER, isSlashCommand: true }),
    orElse: orElse === undefined ? undefined : messageOf("g1", orElse, { by: OTHER }),
  });
  expect(script.state.asks).toMatchObject([
    { kind: "guest", message: { text: written, isSlashCommand: false } },
  ]);
});

test("what waits for leave can be taken back while nobody listens: it is among the messages to be looked at", () => {
  const script = working();
  script.says(OTHER, "may I?");
  expect(unsentMessages(script.state).map(({ postId }) => postId)).toEqual(["m2"]);
});
