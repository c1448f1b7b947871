// What of a session's steps goes into the audit trail: each decision once, with who and what in full, and before it
// takes effect. What decides nothing leaves no line.

import { describe, expect, test } from "vitest";
import type { RequestId } from "../../../src/claude/types.ts";
import type { PostId } from "../../../src/mattermost/types.ts";
import type { Effect } from "../../../src/session/types.ts";
import {
  asks,
  createScript,
  INVITED,
  LISTED,
  OTHER,
  OWNER,
  permission,
  person,
  plan,
  question,
  type Script,
  turnEnded,
  user,
  working,
} from "../../support/session-script.ts";

const entries = (effects: readonly Effect[]): unknown[] =>
  effects.flatMap((effect) => (effect.type === "audit" ? [effect.entry] : []));

/** Longer than anything that is shown. */
const LONG = `echo ${"x".repeat(40_000)}`;
const TOOL = { tool: "Bash", input: { command: LONG } };
const PLAN = `# The plan\n${LONG}`;
const KINDS = question("Which kinds?", ["a", "b", "c"], true);

function guestAsks(script: Script): string {
  script.says(OTHER, LONG);
  return script.postCard();
}

interface Decision {
  readonly context?: Parameters<typeof working>[0];
  /** Sets the stage; its answer is the card's id, where there is one. */
  readonly given?: (script: Script) => string;
  readonly when: (script: Script, card: string) => Effect[];
  readonly leaves: readonly unknown[];
}

const asked =
  (event: Parameters<Script["claude"]>[0]) =>
  (script: Script): string => {
    script.claude(event);
    return script.postCard();
  };

const DECISIONS: Readonly<Record<string, Decision>> = {
  "a tool is allowed": {
    given: asked(permission("r", LONG)),
    when: (script, card) => script.react(LISTED, card, "+1"),
    leaves: [{ action: "tool-allowed", by: LISTED, what: TOOL }],
  },
  "a tool is denied": {
    given: asked(permission("r", LONG)),
    when: (script, card) => script.react(LISTED, card, "-1"),
    leaves: [{ action: "tool-denied", by: LISTED, what: { ...TOOL, reason: "" } }],
  },
  "a tool is denied in words": {
    given: asked(permission("r", LONG)),
    when: (script) => script.says(LISTED, `no, ${LONG}`),
    leaves: [{ action: "tool-denied", by: LISTED, what: { ...TOOL, reason: LONG } }],
  },
  "the session's tools are allowed, with those that wait": {
    given: (script) => {
      script.claude(permission("q", "ls"));
      return asked(permission("r", LONG))(script);
    },
    when: (script, card) => script.react(LISTED, card, "white_check_mark"),
    leaves: [
      { action: "session-allowed", by: LISTED },
      { action: "tool-allowed", by: LISTED, what: TOOL },
      { action: "tool-allowed", by: LISTED, what: { tool: "Bash", input: { command: "ls" } } },
    ],
  },
  "a tool is allowed by itself": {
    context: { isAuto: true },
    when: (script) => script.claude(permission("r", LONG)),
    leaves: [{ action: "tool-allowed-automatically", what: TOOL }],
  },
  "a plan is approved": {
    given: asked(plan("r", PLAN)),
    when: (script, card) => script.react(LISTED, card, "+1"),
    leaves: [{ action: "plan-approved", by: LISTED, what: { plan: PLAN } }],
  },
  "a plan is sent back": {
    given: asked(plan("r", PLAN)),
    when: (script, card) => script.react(LISTED, card, "-1"),
    leaves: [{ action: "plan-changes", by: LISTED, what: { plan: PLAN, changes: "" } }],
  },
  "a plan is sent back in words": {
    given: asked(plan("r", PLAN)),
    when: (script) => script.says(LISTED, LONG),
    leaves: [{ action: "plan-changes", by: LISTED, what: { plan: PLAN, changes: LONG } }],
  },
  "a later plan is approved by itself": {
    given: (script) => {
      script.react(OWNER, asked(plan("first"))(script), "+1");
      return "";
    },
    when: (script) => script.claude(plan("r", PLAN)),
    leaves: [{ action: "plan-approved-automatically", what: { plan: PLAN } }],
  },
  "a question is answered": {
    given: asked(asks("r", question("Which?", ["a", "b"]))),
    when: (script, card) => script.react(LISTED, card, "two"),
    leaves: [{ action: "answered", by: LISTED, what: { question: "Which?", answer: "b" } }],
  },
  "a question is answered in words": {
    given: asked(asks("r", question("Which?", ["a", "b"]))),
    when: (script) => script.says(LISTED, LONG),
    leaves: [{ action: "answered", by: LISTED, what: { question: "Which?", answer: LONG } }],
  },
  "a question that takes several is answered": {
    given: (script) => {
      const card = asked(asks("r", KINDS))(script);
      script.react(OWNER, card, "three");
      script.react(LISTED, card, "one");
      return card;
    },
    when: (script, card) => script.react(LISTED, card, "white_check_mark"),
    leaves: [{ action: "answered", by: LISTED, what: { question: "Which kinds?", answer: "a, c" } }],
  },
  "a guest's message is allowed": {
    given: guestAsks,
    when: (script, card) => script.react(LISTED, card, "+1"),
    leaves: [{ action: "guest-allowed", by: LISTED, what: { guest: OTHER, message: LONG } }],
  },
  "a guest's message is denied": {
    given: guestAsks,
    when: (script, card) => script.react(LISTED, card, "-1"),
    leaves: [{ action: "guest-denied", by: LISTED, what: { guest: OTHER, message: LONG } }],
  },
  "a guest is invited with the message": {
    given: guestAsks,
    when: (script, card) => script.react(LISTED, card, "white_check_mark"),
    leaves: [
      { action: "guest-allowed", by: LISTED, what: { guest: OTHER, message: LONG } },
      { action: "invited", by: LISTED, what: { user: OTHER } },
    ],
  },
  "somebody is invited": {
    when: (script) => script.command(LISTED, { name: "invite", username: "ivy", user: user("ivy") }),
    leaves: [{ action: "invited", by: LISTED, what: { user: INVITED } }],
  },
  "somebody is removed": {
    given: (script) => {
      script.command(OWNER, { name: "invite", username: "ivy", user: user("ivy") });
      return "";
    },
    when: (script) => script.command(LISTED, { name: "kick", username: "ivy", user: user("ivy") }),
    leaves: [{ action: "removed", by: LISTED, what: { user: INVITED } }],
  },
  "the session is made interactive": {
    context: { isAuto: true },
    when: (script) => script.command(LISTED, { name: "permissions", mode: "interactive" }),
    leaves: [{ action: "made-interactive", by: LISTED }],
  },
  "the turn is interrupted by command": {
    when: (script) => script.command(LISTED, { name: "interrupt" }),
    leaves: [{ action: "interrupted", by: LISTED }],
  },
  "the turn is interrupted by emoji": {
    when: (script) => script.react(LISTED, "any", "double_vertical_bar"),
    leaves: [{ action: "interrupted", by: LISTED }],
  },
  "the session is stopped by command": {
    when: (script) => script.command(LISTED, { name: "stop" }),
    leaves: [{ action: "stopped", by: LISTED }],
  },
  "the session is stopped by emoji": {
    given: asked(permission("r", LONG)),
    when: (script) => script.react(LISTED, "any", "octagonal_sign"),
    leaves: [{ action: "stopped", by: LISTED }],
  },
  "a turn that was cut off is taken up again": {
    given: (script) => {
      script.take({ type: "restored", saved: { holdsMessage: undefined, texts: [] } });
      script.take({ type: "posted", key: script.state.cutOff?.key ?? "", postId: "offer" as PostId });
      return "offer";
    },
    when: (script, card) => script.react(LISTED, card, "arrows_counterclockwise"),
    leaves: [{ action: "resumed-turn", by: LISTED }],
  },
};

describe.each(Object.entries(DECISIONS))("when %s", (_what, { context = {}, given, when, leaves }) => {
  const play = (): Effect[] => {
    const script = working(context);
    const card = given?.(script) ?? "";
    return when(script, card);
  };

  test("there is one line for each decision, with who and what in full", () => {
    expect(entries(play())).toEqual(leaves);
  });

  test("the line is there before Claude or the thread hears of it", () => {
    const types = play().map((effect) => effect.type);
    const answers = types.flatMap((type, index) => (type === "answer" ? [index] : []));
    const lines = types.flatMap((type, index) => (type === "audit" ? [index] : []));
    const first = types.findIndex((type) => ["put", "send", "interruptClaude", "ended"].includes(type));
    expect(first === -1 || (lines[0] ?? Infinity) < first).toBe(true);
    for (const [nth, at] of answers.entries()) {
      // The lines that stand before an answer are at least as many as the answers up to there.
      expect(lines.filter((line) => line < at).length).toBeGreaterThan(nth);
    }
  });
});

test("each of several questions has a line when it is answered, and Claude its answers after the last", () => {
  const script = working();
  script.claude(asks("r", question("One?", ["a"]), question("Two?", ["b"])));
  script.react(OWNER, script.postCard(), "one");
  script.react(LISTED, script.postCard(), "one");
  const told = script.effects.filter(({ type }) => type === "audit" || type === "answer");
  expect(told).toMatchObject([
    { type: "audit", entry: { by: OWNER, what: { question: "One?", answer: "a" } } },
    { type: "audit", entry: { by: LISTED, what: { question: "Two?", answer: "b" } } },
    { type: "answer" },
  ]);
});

describe("no line is left by", () => {
  test.each<[string, (script: Script) => unknown]>([
    ["a card that is shown", (script) => script.claude(permission("r"))],
    ["a message", (script) => script.says(LISTED, "hello")],
    ["a guest who asks to take part", (script) => script.says(OTHER, "hello")],
    ["a reaction that is no choice", (script) => script.react(OWNER, asked(permission("r"))(script), "eyes")],
    [
      "a choice that is taken off",
      (script) => script.react(OWNER, asked(permission("r"))(script), "+1", true),
    ],
    ["somebody who may not approve", (script) => script.react(OTHER, asked(permission("r"))(script), "+1")],
    ["somebody who may not steer", (script) => script.react(OTHER, guestAsks(script), "+1")],
    ["somebody who may not stop", (script) => script.command(OTHER, { name: "stop" })],
    ["a part of an answer", (script) => script.react(OWNER, asked(asks("r", KINDS))(script), "one")],
    [
      "an ask that Claude takes back",
      (script) => {
        const card = asked(permission("r"))(script);
        script.claude({ type: "askCancelled", requestId: "r" as RequestId });
        script.react(OWNER, card, "+1");
      },
    ],
    [
      "an ask that is void with its turn",
      (script) => {
        const card = asked(plan("r"))(script);
        script.claude(turnEnded());
        script.react(OWNER, card, "+1");
      },
    ],
    [
      "who starts it being invited",
      (script) => script.command(LISTED, { name: "invite", username: "alice", user: user("alice") }),
    ],
    [
      "nobody being invited",
      (script) => script.command(LISTED, { name: "invite", username: "no", user: undefined }),
    ],
    [
      "a bot being invited",
      (script) => script.command(LISTED, { name: "invite", username: "b", user: user("b", { isBot: true }) }),
    ],
    [
      "somebody being removed who was not in",
      (script) => script.command(LISTED, { name: "kick", username: "ivy", user: user("ivy") }),
    ],
    [
      "what is interactive being made so",
      (script) => script.command(LISTED, { name: "permissions", mode: "interactive" }),
    ],
    [
      "permissions that are refused",
      (script) => script.command(LISTED, { name: "permissions", mode: "auto" }),
    ],
  ])("%s", (_what, play) => {
    const script = working();
    play(script);
    expect(entries(script.effects)).toEqual([]);
  });

  test("an interruption of nothing", () => {
    expect(entries(createScript().command(OWNER, { name: "interrupt" }))).toEqual([]);
  });

  test("a late answer, which the first one has decided", () => {
    const script = working();
    const card = asked(permission("r"))(script);
    script.react(OWNER, card, "-1");
    expect(entries(script.react(LISTED, card, "+1"))).toEqual([]);
    expect(entries(script.react(person("carol"), card, "+1"))).toEqual([]);
  });
});
