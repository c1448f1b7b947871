// What doctor says of projects.yaml.

import { chmodSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { claudeAnswers, claudeProgram, farPlace } from "../../../support/far-machine.ts";
import { emptyPlaces, setupWorld } from "../../../support/setup-world.ts";
import { examine, settings } from "./examine.ts";

async function place(text: string, directories: readonly string[] = []) {
  const world = await setupWorld();
  const places = emptyPlaces();
  for (const name of directories) mkdirSync(join(places.home, name), { recursive: true });
  places.write(join(dirname(places.userFile), "projects.yaml"), text);
  return { world, places };
}

const from = (lines: readonly string[], title: string): string[] => {
  const start = lines.indexOf(title);
  return lines.slice(start, lines.indexOf("", start));
};

test("each project has a section with its channel, its people, its directory, and git where it makes worktrees", async () => {
  const at = await place(
    `projects:
  shop: {channel: team/claude, directory: ~/shop, allowedUsers: [alice, bob], approvers: [bob], worktree: ask}
  api: {channel: team/claude, directory: ~/api}
directMessages: {directory: ~/scratch, allowedUsers: [alice]}
`,
    ["shop", "api", "scratch"],
  );
  const { lines, exitCode } = await examine(at);
  const inside = '✓ @claude-code is in the channel "Claude Sessions"';
  expect(from(lines, "Project shop")).toEqual([
    "Project shop",
    inside,
    "✓ @alice, @bob may start sessions",
    "✓ @bob may approve tools and plans",
    "✓ ~/shop",
    "✓ it is in a git repository",
  ]);
  expect(from(lines, "Project api")).toEqual([
    "Project api",
    inside,
    "✓ @alice may start sessions",
    "✓ everyone who is listed may approve tools and plans",
    "✓ ~/api",
  ]);
  expect(from(lines, "Direct messages")).toEqual([
    "Direct messages",
    "✓ @alice may start sessions",
    "✓ everyone who is listed may approve tools and plans",
    "✓ ~/scratch",
  ]);
  expect([lines.at(-1), exitCode]).toEqual(["All is well.", 0]);
});

test.skipIf(process.getuid?.() === 0)(
  "a directory in which nothing can be written is a failure",
  async () => {
    const at = await place("projects: {shop: {channel: team/claude, directory: ~/shop}}", ["shop"]);
    chmodSync(join(at.places.home, "shop"), 0o500);
    expect((await examine(at)).bad).toEqual([
      "Claude can't read and write in ~/shop. Mend its rights, or choose another directory.",
    ]);
  },
);

test("what keeps a project from being served is a failure, and no git where worktrees are made a warning", async () => {
  const at = await place(
    `projects:
  gone: {channel: team/gone, directory: ~/gone}
  old: {channel: team/old, directory: ~/shop, allowedUsers: [alice, zoe], worktree: always}
  out: {channel: team/out, directory: ~/shop, allowedUsers: [], approvers: [alice], skipPermissions: true}
`,
    ["shop"],
  );
  const { sandbox, team } = at.world;
  sandbox.createChannel({ teamId: team.id, name: "out", displayName: "Out" });
  sandbox.archiveChannel(sandbox.createChannel({ teamId: team.id, name: "old", displayName: "Old" }).id);
  const run = async () => ({ code: 128, output: "" });
  const { bad, warnings, exitCode } = await examine({ ...at, run });
  expect(bad).toEqual([
    'There is no channel team/gone that @claude-code may see. Write "/invite @claude-code" in that channel, or correct the name.',
    "There is no directory ~/gone. Make it, or correct the project's directory.",
    'The channel "Old" is archived. Unarchive it or choose another one.',
    "allowedUsers: no such user: @zoe. Correct the list.",
    '@claude-code isn\'t in the channel "Out". Write "/invite @claude-code" in that channel.',
  ]);
  expect(warnings).toEqual([
    "worktree: always needs a git repository, and it is in none. Run git init there, or set worktree: off.",
    "allowedUsers is empty: everyone who can write in the channel can make Claude work on this machine.",
    "approvers is set, but with skipPermissions nobody is asked about a tool: every one is allowed.",
  ]);
  expect(exitCode).toBe(1);
});

test("a file that is wrong is a failure for each of its problems", async () => {
  const at = await place("projects:\n  shop:\n    chanel: x\n");
  expect((await examine(at)).bad).toEqual([
    "projects.yaml:2:3: shop has no channel. Write team/channel as in its address, or its id.",
    "projects.yaml:2:3: shop has no directory. Write its path.",
    'projects.yaml:3:5: shop has no key "chanel". Call it channel, or take it out.',
  ]);
});

test("nothing is checked that needs what is not right yet, and a server that is down is told once", async () => {
  const at = await place("projects: {shop: {channel: team/claude, directory: ~/shop}}", ["shop"]);
  const { lines } = await examine({ ...at, env: {} });
  expect(from(lines, "Projects")).toEqual(["Projects", "- not checked before the settings are right"]);
  const env = { ...settings(at.world), MATTERMOST_TOKEN: "wrong" };
  const unknown = await examine({ ...at, env });
  expect(from(unknown.lines, "Project shop")).toEqual([
    "Project shop",
    "- its channel and its people are not checked before the bot's account is right",
    "✓ ~/shop",
  ]);
  expect(unknown.bad).toHaveLength(1);
});

test("a project on another machine is looked at there, and where all are, no Claude is needed here", async () => {
  const far = farPlace();
  far.directory("shop");
  far.program("claude", claudeProgram("2.1.330"));
  const reached: (readonly string[])[] = [];
  const reach = (runner: readonly string[]) => {
    reached.push(runner);
    return far.shell;
  };
  const at = await place(
    "projects: {shop: {channel: team/claude, runner: ssh dev@build1, directory: ~/shop, allowedUsers: [alice]}}",
  );
  const claudeVersion = () => Promise.reject(new Error("Claude Code was not found."));
  const env = { ...settings(at.world), MATTERMOST_CHANNEL_ID: "" };
  const { lines, exitCode } = await examine({ ...at, env, reach, claudeAnswers, claudeVersion });
  expect(from(lines, "Claude")).toEqual(["Claude", "- not needed here: all projects are on other machines"]);
  expect(from(lines, "Project shop").slice(4)).toEqual([
    expect.stringMatching(/^✓ dev@build1 answers within \d+ ms$/),
    "✓ ~/shop on dev@build1",
    expect.stringContaining("✓ Claude Code 2.1.330 ("),
    "✓ Claude is logged in there",
  ]);
  expect([reached, exitCode]).toEqual([[["ssh", "dev@build1"]], 0]);
  const both = await examine({ ...at, reach, claudeAnswers, claudeVersion });
  expect(both.bad).toEqual(["Claude Code was not found."]);
});
