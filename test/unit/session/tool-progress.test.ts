// How far a long upload is: on the tool's line, or behind the decision on its card, and nowhere once it is over.

import { expect, test } from "vitest";
import type { RequestId, ToolUseId } from "../../../src/claude/types.ts";
import { OWNER, type Script, toolResult, toolUse, turnEnded, working } from "../../support/session-script.ts";

const INPUT = { path: "all.tar.gz" };
const LINE = "📎 **Sent** `all.tar.gz`";
const texts = (script: Script): string[] => [...script.posts.values()];

function sending(): Script {
  const script = working();
  script.claude(toolUse("tool-r", "mcp__mattermost__send_file", INPUT));
  return script;
}

function tell(script: Script, words: string): void {
  script.take({
    type: "tool",
    report: { act: "progress", toolUseId: "tool-r" as ToolUseId, words },
  });
}

test("a path is shown as other tools' paths are", () => {
  const script = working();
  const paths = ["/home/alice/project/out/a.txt", "/home/alice/b.txt", "c.txt"];
  script.claude(toolUse("tool-r", "mcp__mattermost__send_file", { paths }));
  script.flush();
  expect(texts(script)).toEqual(["📎 **Sent** `out/a.txt, ~/b.txt, c.txt`"]);
});

test("the tool's line says how far an upload is, and in the end only what came of it", () => {
  const script = sending();
  tell(script, "25 % of 60 MB");
  script.flush();
  expect(texts(script)).toEqual([`${LINE} ↳ ⏳ 25 % of 60 MB`]);
  tell(script, "75 % of 60 MB");
  script.flush();
  expect(texts(script)).toEqual([`${LINE} ↳ ⏳ 75 % of 60 MB`]);
  script.claude(toolResult("tool-r", "all.tar.gz (60 MB)\nSent"));
  tell(script, "99 % of 60 MB");
  script.claude(turnEnded());
  expect(texts(script)).toEqual([`${LINE} ↳ ✅ \`all.tar.gz (60 MB)\``]);
});

test("a turn that ends before the upload leaves a line without it", () => {
  const script = sending();
  tell(script, "25 % of 60 MB");
  script.flush();
  script.claude(turnEnded(false, "", true));
  expect(texts(script).join("\n")).toContain(LINE);
  expect(script.posts.size).toBe(1);
  expect(texts(script).join("\n")).not.toContain("⏳");
});

test("a card that was decided says it behind the decision, also takes it back", () => {
  for (const isOver of [false, true]) {
    const script = sending();
    script.claude({
      type: "permissionAsked",
      requestId: "r" as RequestId,
      toolName: "mcp__mattermost__send_file",
      input: INPUT,
      toolUseId: "tool-r" as ToolUseId,
    });
    script.react(OWNER, script.postCard(), "+1");
    tell(script, "50 % of 60 MB");
    expect(texts(script).join("\n")).toContain("✅ **Allowed** by @alice ↳ ⏳ 50 % of 60 MB");
    script.flush();
    expect(texts(script).join("\n")).toContain("50 %");
    if (!isOver) script.claude(toolResult("tool-r", "all.tar.gz (60 MB)\nSent"));
    script.claude(turnEnded(false, "", isOver));
    expect(texts(script).join("\n")).toContain(
      isOver ? "✅ **Allowed** by @alice" : "✅ **Allowed** by @alice ↳ ✅ `all.tar.gz (60 MB)`",
    );
    expect(texts(script).join("\n")).not.toContain("50 %");
  }
});
