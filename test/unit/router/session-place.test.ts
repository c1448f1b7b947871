// Where a first message wants its session, by its first words.

import { describe, expect, test } from "vitest";
import { isSameName, sessionPlaceIn } from "../../../src/router/session-place.ts";
import { processorMs } from "../../support/processor-time.ts";
import { createRouterWorld } from "../../support/router-world.ts";

const NAMES = ["web", "api"];
const projectIn = (text: string, names: readonly string[] = NAMES) => sessionPlaceIn(text, names).project;

describe("what names a project", () => {
  test.each([
    ["in api: fix it", "api"],
    ["  IN\tapi : fix it", "api"],
    ["in api, on branch x: fix it", "api"],
    ["in api:", "api"],
    // No project is called so, which is to be said: the first is not what was meant.
    ["in apt: fix it", "apt"],
    ["in \u0430pi: fix it", "\u0430pi"],
    ["in \u202Eipa: fix it", "\u202Eipa"],
    ["in a\u200Bpi: fix it", "a\u200Bpi"],
    ["in \uFF41pi: fix it", "\uFF41pi"],
  ])("%j", (text, project) => {
    expect(projectIn(text)).toBe(project);
  });

  test.each([
    "`in api: fix it`",
    "> in api: fix it",
    "```\nin api: fix it\n```",
    "look in api: fix it",
    "in src/api/login.ts: a typo",
    "in the api: fix it",
    "inapi: fix it",
    "in api fix it",
  ])("not %j", (text) => {
    expect(sessionPlaceIn(text, NAMES)).toEqual({ project: undefined, branch: undefined, text });
  });

  test("where there is one project alone, other words are a sentence", () => {
    expect(projectIn("in short: fix it", ["api"])).toBeUndefined();
    expect(projectIn("in API: fix it", ["api"])).toBe("API");
  });

  test("no other sign counts as a letter of a name", () => {
    expect(
      ["AP\u0130", "ap\u0131", "a\u0440i", "\uFF41pi", "api\u200B"].filter((one) => isSameName(one, "api")),
    ).toEqual([]);
  });
});

test.each([
  `in api${" ".repeat(1_000_000)}x`,
  `,${" ,".repeat(500_000)}x`,
  `on branch x${"\n".repeat(1_000_000)}x`,
  `in ${"a".repeat(1_000_000)}:`,
  `in${" ".repeat(1_000_000)}`,
])("a megabyte that names nothing is read at once", (text) => {
  expect(processorMs(() => sessionPlaceIn(text, NAMES))).toBeLessThan(500);
});

describe("whoever is listed nowhere", () => {
  const projects = [
    { name: "web", allowed: ["alice"] },
    { name: "api", allowed: ["bob"] },
  ];

  test("is refused, and is not told which projects there are", async () => {
    const { says, replies, opened } = createRouterWorld({ projects });
    await says("carol", "@claude-code in apt: hello");
    expect([replies.length, opened]).toEqual([1, []]);
    expect(replies.join()).toContain("you are not among those who may start a session");
    expect(replies.join()).not.toMatch(/web|api/);
  });

  test("but who is listed in one of them is", async () => {
    const { says, replies } = createRouterWorld({ projects });
    await says("bob", "@claude-code in \u0430pi: hello");
    expect(replies.join()).toContain(
      "There is no project `\u0430pi` here. The projects of this channel are `web`, `api`",
    );
  });
});
