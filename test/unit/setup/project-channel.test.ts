import { expect, test } from "vitest";
import { checkProjectChannel, findChannel } from "../../../src/setup/project-channel.ts";
import { setupWorld } from "../../support/setup-world.ts";

async function place() {
  const world = await setupWorld();
  const api = world.connect(world.url, world.bot.token);
  const account = await api.me();
  const told = async (given: string) => (await checkProjectChannel(api, given, account)).text;
  return { ...world, api, account, told };
}

test("a project's channel is found by its id and by its names, and the bot has to be in it", async () => {
  const { told, channel, sandbox, team } = await place();
  const inside = '@claude-code is in the channel "Claude Sessions"';
  expect(await told(channel.id)).toBe(inside);
  expect(await told("team/claude")).toBe(inside);
  const open = sandbox.createChannel({ teamId: team.id, name: "open", displayName: "Open" });
  for (const given of ["team/open", open.id]) {
    expect(await told(given)).toBe(
      '@claude-code isn\'t in the channel "Open". Write "/invite @claude-code" in that channel.',
    );
  }
  // "other" is a private one that the bot is not in.
  for (const given of ["team/other", "team/nowhere", "nowhere/claude"]) {
    expect(await told(given)).toBe(
      `There is no channel ${given} that @claude-code may see. Write "/invite @claude-code" in that channel, or correct the name.`,
    );
  }
  sandbox.archiveChannel(channel.id);
  expect(await told("team/claude")).toBe(
    'The channel "Claude Sessions" is archived. Unarchive it or choose another one.',
  );
});

test("a lone name is that of one of the bot's channels, whichever team it is in", async () => {
  const { api, account, sandbox, bot } = await place();
  const find = async (given: string) => {
    const found = await findChannel(api, given, account);
    return found.ok ? found.value : found.text;
  };
  expect(await find("claude")).toBe("team/claude");
  expect(await find("~Claude")).toBe("team/claude");
  expect(await find("any/where")).toBe("any/where");
  expect(await find("nowhere")).toMatch(
    /^@claude-code is in no channel called nowhere: it is in claude, .+\. Write "\/invite @claude-code" in that channel, or name another one\.$/,
  );
  const second = sandbox.createTeam({ name: "second" });
  const twin = sandbox.createChannel({ teamId: second.id, name: "claude" });
  sandbox.addMember(twin.id, bot.id);
  expect(await find("claude")).toBe(
    "There is more than one channel called claude: team/claude, second/claude. Name one of these.",
  );
});
