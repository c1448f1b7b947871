// A sandbox server with a bot, people and channels, and a home directory to write to: what the setup's tests share.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { startSandbox } from "../../sandbox/server/sandbox.ts";
import { connectRest } from "../../src/mattermost/rest.ts";
import { temporaryDirectory } from "./temporary.ts";

export async function setupWorld() {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  const bot = sandbox.createUser({ username: "claude-code", isBot: true });
  const alice = sandbox.createUser({ username: "alice" });
  const bob = sandbox.createUser({ username: "bob" });
  const team = sandbox.createTeam({ name: "team" });
  const channel = sandbox.createChannel({ teamId: team.id, name: "claude", displayName: "Claude Sessions" });
  const other = sandbox.createChannel({ teamId: team.id, name: "other", displayName: "Other", type: "P" });
  sandbox.addMember(channel.id, bot.id);
  sandbox.addMember(channel.id, alice.id);
  sandbox.addMember(other.id, alice.id);
  return {
    sandbox,
    url: sandbox.url,
    bot,
    alice,
    bob,
    team,
    channel,
    other,
    connect: (url: string, token: string) => connectRest({ url, token, tries: 1 }),
  };
}

/** An empty project and an empty home. */
export function emptyPlaces() {
  const root = temporaryDirectory();
  const cwd = join(root, "project");
  const home = join(root, "home");
  mkdirSync(cwd);
  mkdirSync(home);
  const userFile = join(home, ".config", "mm-claude", ".env");
  return {
    cwd,
    home,
    configHome: undefined,
    userFile,
    write(path: string, text: string, mode = 0o600): void {
      if (!existsSync(dirname(path))) mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text, { mode });
    },
  };
}
