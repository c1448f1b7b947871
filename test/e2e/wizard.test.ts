// The wizard on a real terminal, from the first line to what starts after it.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parse } from "dotenv";
import { beforeAll, describe, expect, test } from "vitest";
import { SETTINGS } from "../../src/config/settings.ts";
import { fakeClaude, hasScript, ROOT, terminal } from "../support/program.ts";
import { emptyPlaces, setupWorld } from "../support/setup-world.ts";

beforeAll(() => {
  if (!existsSync(join(ROOT, "dist", "cli.js"))) execFileSync("npm", ["run", "build"], { cwd: ROOT });
});

describe.skipIf(!hasScript)("on a terminal", () => {
  test("the wizard asks, saves, starts the bridge, and Ctrl-C ends it with 0", async () => {
    const world = await setupWorld();
    const places = emptyPlaces();
    const shell = terminal("", places, { CLAUDE_PATH: fakeClaude(places) });
    await shell.shows("No configuration found. Let's set things up.");
    const answer = async (question: string, text: string) => {
      await shell.shows(`? ${question}`);
      shell.type(`${text}\r`);
      await shell.shows(`✔ ${question}`);
    };
    await answer("Mattermost URL:", world.url);
    await answer("Bot token:", world.bot.token);
    await answer("Channel ID:", "");
    await answer("Bot mention name:", "");
    await answer("Allowed usernames:", "alice,bob");
    await shell.shows("Skip permission prompts?");
    shell.type("n");
    await shell.shows("✓ Configuration saved!");
    await shell.shows("~/.config/mm-claude/.env");
    await shell.shows("Starting mm-claude...");
    await shell.shows("Ready! Waiting for @claude-code mentions...");
    shell.type("\u0003");
    expect(await shell.exit).toBe(0);
    expect(parse(readFileSync(places.userFile))).toEqual({
      MATTERMOST_URL: world.url,
      MATTERMOST_TOKEN: world.bot.token,
      MATTERMOST_CHANNEL_ID: world.channel.id,
      MATTERMOST_BOT_NAME: "claude-code",
      ALLOWED_USERS: "alice,bob",
      SKIP_PERMISSIONS: "false",
    });
    expect(statSync(places.userFile).mode & 0o777).toBe(0o600);
    expect(shell.screen()).not.toContain(world.bot.token);
  });

  test("a wrong answer is never marked as right, and what is wrong is told without a variable", async () => {
    const world = await setupWorld();
    const places = emptyPlaces();
    const shell = terminal("setup", places, { CLAUDE_PATH: fakeClaude(places) });
    const correct = async (question: string, wrong: string, reason: string, right: string) => {
      await shell.shows(`? ${question}`);
      shell.type(`${wrong}\r`);
      await shell.shows(reason);
      await shell.shows(`? ${question}`);
      expect(shell.screen()).not.toContain(`✔ ${question}`);
      shell.type(`${"\u007f".repeat(wrong.length)}${right}\r`);
      await shell.shows(`✔ ${question}`);
    };
    await correct("Mattermost URL:", "chat", "✗ Mattermost URL: ", world.url);
    await correct("Bot token:", "nonsense", 'correct "Bot token"', world.bot.token);
    await shell.shows("? Channel ID:");
    shell.type("\r");
    await shell.shows("? Bot mention name:");
    shell.type("\r");
    await correct("Allowed usernames:", "nobody", "✗ Allowed usernames: no such user: @nobody.", "alice");
    await shell.shows("Skip permission prompts?");
    shell.type("n");
    await shell.shows("Start it in the directory");
    expect(await shell.exit).toBe(0);
    for (const { variable } of Object.values(SETTINGS)) expect(shell.screen()).not.toContain(variable);
  });

  test("a Claude that is missing is told before the first question", async () => {
    const places = emptyPlaces();
    const shell = terminal("setup", places, { CLAUDE_PATH: "/no/claude" });
    await shell.shows('✗ Claude Code was not found at "/no/claude". Install it (npm install -g');
    await shell.shows("Path of Claude Code (empty to go on without):");
    shell.type("\u0003");
    await shell.shows("Setup cancelled, nothing was saved.");
    expect(await shell.exit).toBe(130);
  });

  test("Ctrl-C in the wizard leaves nothing behind", async () => {
    const places = emptyPlaces();
    const shell = terminal("setup", places, { CLAUDE_PATH: fakeClaude(places) });
    await shell.shows("Mattermost URL:");
    shell.type("\u0003");
    await shell.shows("Setup cancelled, nothing was saved.");
    expect(await shell.exit).toBe(130);
    expect(existsSync(join(places.home, ".config"))).toBe(false);
  });
});
