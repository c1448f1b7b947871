// Which of the rules that Claude offers are a choice on the card. What is offered is as 2.0.76 and 2.1.330 offer it.

import { describe, expect, test } from "vitest";
import type { PermissionRule } from "../../../src/claude/permission-rules.ts";
import type { ClaudeEvent, RequestId } from "../../../src/claude/types.ts";
import { withSafeRules } from "../../../src/session/safe-rules.ts";

const PLACE = {
  home: "/home/dev",
  directory: "/home/dev/shop",
  deniedPaths: ["/home/dev/.config/mm-claude", "/var/lib/mm-claude", "/home/dev/shop/.env"],
};
/** `/tmp/link` leads to the settings, `/tmp/up` to the home directory. */
const LINKS: Readonly<Record<string, string>> = {
  "/tmp/link": "/home/dev/.config/mm-claude",
  "/tmp/up": "/home/dev",
};
const realPath = (path: string): string => {
  if (path.startsWith("/gone")) throw new Error("ENOENT");
  return LINKS[path] ?? path;
};

function offered(rules: readonly PermissionRule[], more: object = {}): readonly PermissionRule[] | undefined {
  const event: ClaudeEvent = {
    type: "permissionAsked",
    requestId: "r" as RequestId,
    toolName: "Bash",
    input: {},
    toolUseId: undefined,
    rules,
    ...more,
  };
  const heard = withSafeRules(event, PLACE, realPath);
  return heard.type === "permissionAsked" ? heard.rules : undefined;
}

const bash = (content: string): PermissionRule => ({ tool: "Bash", content });
const read = (content: string): PermissionRule => ({ tool: "Read", content });

describe("offered", () => {
  test.each([
    bash("npm test *"),
    bash("npm run *"),
    bash("npm test"),
    bash("npm test:*"),
    bash("git init *"),
    bash("git init -q sub"),
    bash("./run.sh one *"),
    bash("./run.sh *"),
    bash("touch one.txt"),
    bash("cat out.txt"),
    read("//etc/**"),
    read("//gone/data/**"),
    { tool: "WebFetch", content: "domain:example.com" },
    { tool: "WebSearch" },
    { tool: "mcp__chat__send_file" },
  ])("$tool $content", (rule) => {
    expect(offered([rule])).toEqual([rule]);
  });
});

describe("not offered, because it covers everything that the tool can do:", () => {
  test.each([
    { tool: "Bash" },
    { tool: "Read" },
    { tool: "Write" },
    { tool: "Edit" },
    { tool: "*" },
    { tool: "mcp__*" },
    { tool: "mcp__chat" },
    { tool: "mcp__chat__*" },
    bash("*"),
    bash(":*"),
    bash(" *"),
    bash(""),
    bash("npm *"),
    bash("git *"),
    bash("npm * test"),
    bash("git -C *"),
    read("/**"),
    read("//**"),
    read("**"),
    read("~/**"),
    { tool: "WebFetch", content: "domain:*" },
    { tool: "WebFetch", content: "*" },
  ])("$tool $content", (rule) => {
    expect(offered([rule])).toBeUndefined();
  });
});

describe("not offered, because it reads, changes or runs whatever it is given:", () => {
  test.each([
    "bash -c *",
    "sh run *",
    "/bin/sh run *",
    "sudo ls",
    "sudo ls *",
    "env FOO *",
    "python3 run *",
    "python3.12 run *",
    "node index.js *",
    "npx tsc *",
    "npm exec *",
    "uv run *",
    "go run *",
    "pnpm dlx *",
    "cat src *",
    "cp src *",
    "grep secret *",
    "find src *",
    "xargs rm *",
    "curl http *",
    "FOO=1 npm test",
    "FOO=1 npm test *",
    "git config *",
  ])("%s", (content) => {
    expect(offered([bash(content)])).toBeUndefined();
  });
});

describe("not offered, because it means something else where it is given again:", () => {
  test.each([
    "npm test) Bash(rm *",
    "npm test, Bash",
    "echo $(id) *",
    "echo `id` *",
    "npm test; rm -r x",
    "npm test && rm -r x",
    "npm test\nrm -r x *",
    "npm  test *",
    "npm test\u202e *",
    "npm tеst\u200b *",
    "git commit -m 'a b' *",
    "npm test \\*",
    `npm ${"x".repeat(300)} *`,
  ])("%j", (content) => {
    expect(offered([bash(content)])).toBeUndefined();
  });
});

describe("not offered, because of what lies there:", () => {
  test.each([
    "//home/**",
    "//home/dev/**",
    "//home/dev/.config/**",
    "//home/dev/.config/mm-claude/**",
    "//var/lib/mm-claude/sub/**",
    "//var/lib/**",
    "//home/dev/shop/**",
    "//tmp/link/**",
    "//tmp/up/**",
    "//etc/*/x/**",
    "//tmp/a b/**",
    "//etc/../home/dev/**",
    "//etc/passwd",
  ])("%s", (content) => {
    expect(offered([read(content)])).toBeUndefined();
  });

  test.each([
    { tool: "Edit", content: "//tmp/x/**" },
    { tool: "Write", content: "//tmp/x/**" },
    { tool: "Skill", content: "anything" },
    { tool: "PowerShell", content: "Get-Item *" },
  ])("$tool", (rule) => {
    expect(offered([rule])).toBeUndefined();
  });
});

test("one that may not be made takes the others with it: without it people would be asked again", () => {
  expect(offered([bash("npm test *"), bash("cat src *")])).toBeUndefined();
  expect(offered([bash("npm test *"), bash("npm run *")])).toHaveLength(2);
});

test("more rules than a card shows are no choice", () => {
  expect(offered(Array.from({ length: 6 }, (_, at) => bash(`npm run s${at}`)))).toBeUndefined();
});

test("mm-claude's own tools decide themselves about whom they ask", () => {
  expect(offered([{ tool: "mcp__mattermost__send_file" }])).toBeUndefined();
  expect(offered([bash("npm test *")], { ownTool: "send_file" })).toBeUndefined();
});

test("where a path on another machine leads can't be seen, so that none is offered; a command is what it is there, too", () => {
  const asked = (rule: PermissionRule): ClaudeEvent => ({
    type: "permissionAsked",
    requestId: "r" as RequestId,
    toolName: "Bash",
    input: {},
    toolUseId: undefined,
    rules: [rule],
  });
  const there = { ...PLACE, machine: "build1" };
  const path = asked(read("//tmp/data/**"));
  expect(withSafeRules(path, PLACE, realPath)).toHaveProperty("rules");
  expect(withSafeRules(path, there, realPath)).not.toHaveProperty("rules");
  expect(withSafeRules(asked(bash("npm test *")), there, realPath)).toHaveProperty("rules");
});
