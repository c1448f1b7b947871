// Which tools have a line, and what it may say of what they gave.

import { expect, test } from "vitest";
import type { ToolInput } from "../../../src/claude/types.ts";
import { OWNER, permission, toolResult, toolUse, turnEnded, working } from "../../support/session-script.ts";

test.each([false, true])(
  "what a tool read that nobody was asked about stands nowhere (error: %s)",
  (isError) => {
    const script = working();
    const mayNotBeShown = /sk_live/;
    script.claude(toolUse("a", "Bash", { command: "cat .env" }));
    script.claude(toolResult("a", "STRIPE_KEY=sk_live_51H", isError));
    script.flush();
    expect([...script.posts.values()]).toEqual([
      `💻 **Bash** \`cat .env\` ↳ ${isError ? "❌" : "✅ 1 line"}`,
    ]);
    script.claude(toolUse("tool-r", "Bash", { command: "cat .env" }));
    script.claude(permission("r", "cat .env"));
    script.react(OWNER, script.postCard(), "white_check_mark");
    script.claude(toolUse("b", "Bash", { command: "cat .env" }));
    script.claude(permission("b", "cat .env"));
    script.claude(toolResult("b", "STRIPE_KEY=sk_live_51H", isError));
    script.claude(turnEnded());
    expect(script.said()).not.toMatch(mayNotBeShown);
  },
);

test("entering plan mode and the write of Claude's own plan are no lines, except in a turn that shows nothing else", () => {
  const script = working();
  const plan = "/home/alice/.claude/plans/quiet-fox.md";
  const unseen = (id: string, name: string, input: ToolInput): void => {
    script.claude(toolUse(id, name, input));
    script.claude(toolResult(id, "done"));
  };
  unseen("a", "EnterPlanMode", {});
  unseen("b", "Write", { file_path: plan, content: "# Plan" });
  unseen("c", "Edit", { file_path: plan, old_string: "a", new_string: "b" });
  script.flush();
  expect([...script.posts.keys()]).toEqual(["header"]);
  script.claude(turnEnded());
  expect(script.said()).toContain("without a word");
});

test.each([
  "/home/alice/project/.claude/plans/x.md",
  "/tmp/.claude/plans/x.md",
  "/home/alice/.claude/plans/../settings.md",
  "/home/alice/.claude/plans/x.sh",
])("a write to %s is a line like any other, with what it writes", (path) => {
  const script = working();
  script.claude(toolUse("a", "Write", { file_path: path, content: "words" }));
  script.flush();
  expect(script.said()).toMatch(/📝 \*\*Write\*\*[\s\S]*words/);
});
