// What a session has used, from the totals that Claude reports: measured with 1.0.128, 2.0.76 and 2.1.330.

import { expect, test } from "vitest";
import { noCosts } from "../../../../src/session/steering/cost-state.ts";
import { exited, OWNER, type Script, turnEnded, working } from "../../../support/session-script.ts";

/** A turn's end; the totals are those of the whole counter. */
function ends(script: Script, costUsd: number, outputTokens = 0, turnOutputTokens = 0): void {
  const used = { costUsd, inputTokens: outputTokens / 2, outputTokens, turnOutputTokens };
  script.claude({ ...turnEnded(), used } as ReturnType<typeof turnEnded>);
}
const cost = (script: Script): number => script.state.steering.costs.spent.microUsd;
const tokens = (script: Script): number => script.state.steering.costs.spent.outputTokens;

/** The process ends, and the next message starts another one. */
function resumed(script: Script): void {
  script.claude(exited("gone"));
  script.says(OWNER, "again");
  script.take({ type: "slotGranted", slot: 1 });
}

test("Claude's total grows from turn to turn, and each turn is counted once", () => {
  const script = working();
  ends(script, 0.00044, 20, 20);
  ends(script, 0.00088, 40, 20);
  ends(script, 0.00088, 40, 0);
  expect([cost(script), tokens(script)]).toEqual([880, 40]);
  expect(
    script.effects.flatMap((effect) =>
      effect.type === "costs" && effect.change.type === "spent" ? [effect.change.spent.microUsd] : [],
    ),
  ).toEqual([440, 440]);
});

test("a slash command that tells the cost without its tokens (1.0.128, 2.0.76) changes nothing", () => {
  const script = working();
  ends(script, 0.00066, 40, 20);
  ends(script, 0.00066, 0, 0);
  ends(script, 0.00099, 60, 20);
  expect([cost(script), tokens(script)]).toEqual([990, 60]);
});

test("a resumed process that counts from 0 (1.0.128, 2.0.76) adds all that it tells", () => {
  const script = working();
  ends(script, 0.00066, 40, 20);
  resumed(script);
  ends(script, 0.00042, 40, 20);
  expect([cost(script), tokens(script)]).toEqual([1080, 80]);
});

test("a resumed process that goes on counting (2.1.330) adds only what is new", () => {
  const script = working();
  ends(script, 0.00088, 40, 20);
  resumed(script);
  ends(script, 0.00132, 60, 20);
  resumed(script);
  ends(script, 0.00176, 80, 20);
  expect([cost(script), tokens(script)]).toEqual([1760, 80]);
});

test("after a crash it goes on where an earlier process stopped, or at 0", () => {
  const script = working();
  ends(script, 0.00088, 40, 20);
  resumed(script);
  ends(script, 0.00132, 60, 20);
  resumed(script);
  // The process before was killed, so what it used is not in Claude's own total.
  ends(script, 0.00132, 60, 20);
  expect(cost(script)).toBe(1760);
});

test("a cleared conversation begins at 0 in the same process (2.1.330)", () => {
  const script = working();
  ends(script, 0.00132, 60, 20);
  ends(script, 0, 0, 0);
  ends(script, 0.00044, 20, 20);
  expect([cost(script), tokens(script)]).toEqual([1760, 80]);
});

test("a turn that failed and is tried again costs what both tries cost, and no more", () => {
  const script = working();
  script.claude({ ...turnEnded(true, "API Error"), used: used(0.0002) } as ReturnType<typeof turnEnded>);
  script.says(OWNER, "again");
  ends(script, 0.0005);
  expect(cost(script)).toBe(500);
});

test("a thousand small turns add up to what Claude tells in the end", () => {
  const script = working();
  for (let turn = 1; turn <= 1000; turn++) ends(script, turn * 0.0000014);
  expect(cost(script)).toBe(1400);
});

test("a Claude that tells no cost costs nothing that is known", () => {
  const script = working();
  script.claude(turnEnded());
  expect(script.state.steering.costs).toEqual(noCosts());
});

test("!cost tells what the session has used, and that a plan pays for it", () => {
  const script = working();
  ends(script, 1.234, 1_234_567, 20);
  script.command(OWNER, { name: "cost", argument: "", postId: "p" as never });
  expect(script.said()).toContain("| This session | $1.23 | 617,284 | 1,234,567 |");
  expect(script.said()).toContain("With a Claude plan nobody pays this");
});

test.each([
  ["context", "show how full its context is"],
  ["usage", "show the limits of its plan"],
] as const)("!%s is refused in one sentence by a Claude that does not know it", (kind, what) => {
  const script = working();
  script.command(OWNER, { name: kind, argument: "", postId: "p" as never });
  expect(script.effects).toContainEqual({ type: "request", request: { kind }, by: OWNER });
  const reply = { type: "unknown" } as const;
  script.take({ type: "replied", generation: script.state.generation, request: { kind }, by: OWNER, reply });
  expect(script.said()).toContain(`⚠️ This version of Claude Code can't ${what}; 2.1.330 can.`);
});

function used(costUsd: number) {
  return { costUsd, inputTokens: 0, outputTokens: 0, turnOutputTokens: 0 };
}
