// The rules that Claude offers, as recorded, and what speaks against them.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { offeredRules, rulesToAdd } from "../../../src/claude/permission-rules.ts";

const RECORDINGS = join(import.meta.dirname, "../../fixtures/claude");

interface Frame {
  readonly type: string;
  readonly request?: Readonly<Record<string, unknown>>;
}

/** The questions in a recording. */
function questions(name: string): Readonly<Record<string, unknown>>[] {
  const lines = readFileSync(join(RECORDINGS, name), "utf8").split("\n").filter(Boolean);
  return lines
    .map((line) => (JSON.parse(line) as { frame?: Frame }).frame)
    .flatMap((frame) => (frame?.request?.["subtype"] === "can_use_tool" ? [frame.request] : []));
}

describe("what Claude offers", () => {
  test("is a rule with an open end (2.1.330)", () => {
    const [first] = questions("2.1.330-always-allow.ndjson");
    expect(offeredRules(first ?? {})).toEqual([{ tool: "Bash", content: "npm test *" }]);
  });

  test("is that very command (2.0.76)", () => {
    const [first] = questions("2.0.76-bash.ndjson");
    expect(offeredRules(first ?? {})).toEqual([{ tool: "Bash", content: "cat out.txt" }]);
  });

  test("is nothing (1.0.128)", () => {
    const [first] = questions("1.0.128-bash.ndjson");
    expect(first).toBeDefined();
    expect(offeredRules(first ?? {})).toEqual([]);
  });

  test("is no rule where a mode or a directory goes with it", () => {
    for (const request of questions("2.1.330-rewind-files.ndjson")) expect(offeredRules(request)).toEqual([]);
  });
});

const rules = [{ toolName: "Bash", ruleContent: "npm test *" }];
const suggestion = { type: "addRules", behavior: "allow", destination: "localSettings", rules };
const setMode = { type: "setMode", mode: "acceptEdits", destination: "session" };

test.each([
  ["Claude's own setting", { suppress_always_allow_rule: true }],
  ["a choice that is to be no", { default_to_no: true }],
  ["a path", { blocked_path: "/etc/hostname" }],
  ["a tool that always asks", { requires_user_interaction: true }],
  ["a policy", { server_policy_ask_only: true }],
  ["another kind of suggestion beside it", { permission_suggestions: [suggestion, setMode] }],
  ["a rule that forbids", { permission_suggestions: [{ ...suggestion, behavior: "deny" }] }],
  ["a rule that takes others' place", { permission_suggestions: [{ ...suggestion, type: "replaceRules" }] }],
  ["no form we know", { permission_suggestions: [{ ...suggestion, rules: ["Bash"] }] }],
  ["no list", { permission_suggestions: "Bash" }],
  ["an empty list", { permission_suggestions: [{ ...suggestion, rules: [] }] }],
])("%s speaks against a rule", (_what, more) => {
  expect(offeredRules({ permission_suggestions: [suggestion], ...more })).toEqual([]);
});

test("what is said to be no objection is none", () => {
  const request = {
    permission_suggestions: [suggestion],
    server_policy_ask_only: false,
    default_to_no: false,
  };
  expect(offeredRules(request)).toHaveLength(1);
});

test("a rule is made for the process alone, whatever place Claude offers", () => {
  expect(rulesToAdd(offeredRules({ permission_suggestions: [suggestion] }))).toEqual([
    { type: "addRules", behavior: "allow", destination: "session", rules },
  ]);
});
