// A session that a bot account has begun: people decide in it, and nothing calls the bot.

import { expect, test } from "vitest";
import type { RightsOf } from "../../../src/session/authorization.ts";
import type { SessionContext } from "../../../src/session/context.ts";
import { startChoices } from "../../../src/session/steering/start.ts";
import {
  asks,
  CONTEXT,
  createScript,
  LISTED,
  OTHER,
  OWNER,
  permission,
  plan,
  question,
  type Script,
  turnEnded,
} from "../../support/session-script.ts";

/** The owner of the script is a bot account; `bob` is listed. */
const rightsOf: RightsOf = (id) =>
  id === OWNER.id
    ? { isListed: false, isApprover: false, isBot: true }
    : { isListed: id === LISTED.id, isApprover: true };
const OF_BOT = { rightsOf, listed: () => ["bob"] };

function working(more: Partial<SessionContext> = {}): Script {
  const script = createScript({ ...OF_BOT, ...more });
  script.take({ type: "opened" });
  script.says(OWNER, "the build failed");
  script.claude({ type: "turnStarted", model: "m" });
  script.claude({ type: "replayed", uuid: "u1" });
  return script;
}

/** Names that the server would take for mentions: outside code and not made quiet. */
const called = (text: string): string[] => text.replace(/`[^`]*`/g, "").match(/@(?!\u200b)\w+/g) ?? [];

test("its messages reach Claude", () => {
  const script = working();
  script.says(OWNER, "and again");
  expect(script.sent()).toEqual(["the build failed"]);
  expect(script.state.queue.map(({ text }) => text)).toEqual(["and again"]);
});

test("neither skipped permissions nor a mode of the project make anything run unasked in it", () => {
  const modeOf = (context: SessionContext) => {
    const script = createScript(context);
    script.take({ type: "opened" });
    return [script.state.auto, startChoices(script.state, context).permissionMode];
  };
  const defaults = { mode: "acceptEdits", model: undefined, effort: undefined, thinking: undefined } as const;
  const context = { ...CONTEXT, ...OF_BOT, isAuto: true, defaults };
  expect(modeOf(context)).toEqual([undefined, "default"]);
  expect(modeOf({ ...context, defaults: { ...defaults, mode: "plan" } })).toEqual([undefined, "plan"]);
  expect(modeOf({ ...context, rightsOf: CONTEXT.rightsOf })).toEqual([
    { grantedBy: undefined },
    "acceptEdits",
  ]);
});

test.each([
  ["a permission", permission("r")],
  ["a plan", plan("r")],
  ["a question", asks("r", question("Which?", ["a", "b"]))],
])("%s asks the people who may decide, and no word or emoji of the bot decides it", (_what, ask) => {
  const script = working({ isAuto: true });
  script.claude(ask);
  const card = script.postCard();
  expect(called(script.said())).toContain("@bob");
  expect(called(script.said())).not.toContain("@alice");
  for (const emoji of ["+1", "-1", "white_check_mark", "one"]) script.react(OWNER, card, emoji);
  for (const words of ["yes", "no, use pnpm", "a"]) script.says(OWNER, words);
  expect(script.answers()).toEqual([]);
  script.react(LISTED, card, script.state.asks[0]?.kind === "question" ? "one" : "+1");
  expect(script.answers()).toHaveLength(1);
});

test("the bot stops nothing, and invites nobody", () => {
  const script = working();
  const effects = [
    ...script.react(OWNER, "any", "x"),
    ...script.react(OWNER, "any", "double_vertical_bar"),
    ...script.command(OWNER, { name: "stop" }),
    ...script.command(OWNER, { name: "interrupt" }),
    ...script.command(OWNER, { name: "invite", username: "oscar", user: undefined }),
  ];
  expect(effects.filter(({ type }) => ["ended", "interruptClaude"].includes(type))).toEqual([]);
  expect(script.state.participants.size).toBe(0);
});

test("nothing calls the bot: not Claude's words, not the header, not the end of a long turn", () => {
  const script = working();
  script.claude({ type: "messageStarted", messageId: "m1" });
  script.claude({ type: "textDelta", text: "@alice is this enough?", blockIndex: 0 });
  script.now += 3_600_000;
  script.claude(turnEnded());
  script.flush();
  expect(script.said()).toContain("is this enough?");
  expect(called(script.said())).toEqual([]);
  expect(script.effects.filter(({ type }) => type === "findAvailable")).toEqual([]);
});

test("in a session that is not its own, a bot's message is not even shown for approval", () => {
  const script = createScript({
    rightsOf: (id) =>
      id === OTHER.id ? { isListed: false, isApprover: false, isBot: true } : CONTEXT.rightsOf(id),
  });
  script.says(OTHER, "do something else");
  expect([script.state.asks, script.state.queue, script.sent()]).toEqual([[], [], []]);
});

test("once it is taken off the list, what it wrote reaches Claude no more, and no card is made of it", () => {
  let isListed = true;
  const script = working({ rightsOf: (id) => (id === OWNER.id && !isListed ? undefined : rightsOf(id)) });
  script.says(OWNER, "waits");
  isListed = false;
  script.says(OWNER, "more");
  script.claude(turnEnded());
  expect(script.sent()).toEqual(["the build failed"]);
  expect(script.state.asks).toEqual([]);
});
