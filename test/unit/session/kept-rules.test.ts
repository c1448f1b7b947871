// The document of the rules that new sessions begin with.

import { expect, test } from "vitest";
import { decodeKeptRules, encodeKeptRules } from "../../../src/session/steering/kept-rules.ts";
import type { KeptRule } from "../../../src/session/steering/types.ts";
import { LISTED, OWNER } from "../../support/session-script.ts";

const RULES: readonly KeptRule[] = [
  { rule: { tool: "Bash", content: "npm test *" }, by: OWNER },
  { rule: { tool: "WebSearch" }, by: LISTED },
];

test("it is read as it was written", () => {
  expect(decodeKeptRules(JSON.parse(encodeKeptRules(RULES)))).toEqual(RULES);
});

test.each([
  undefined,
  {},
  [],
  { version: 2, rules: [] },
  { version: 1, rules: [{ rule: "Bash", by: OWNER }] },
  { version: 1, rules: [{ rule: { tool: "Bash" } }] },
])("of one that can't be read no rule holds: %j", (document) => {
  expect(decodeKeptRules(document)).toEqual([]);
});
