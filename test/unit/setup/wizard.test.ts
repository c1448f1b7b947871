import { existsSync, readFileSync, statSync } from "node:fs";
import { parse } from "dotenv";
import { expect, test } from "vitest";
import { MattermostError } from "../../../src/mattermost/error.ts";
import { setupWorld } from "../../support/setup-world.ts";
import { type Answer, drive } from "./drive-wizard.ts";

type World = Awaited<ReturnType<typeof setupWorld>>;

test("the whole transcript, from welcome to saved", async () => {
  const world = await setupWorld();
  const { run, screen, places, left } = await drive(
    [world.url, world.bot.token, world.channel.id, "⏎", "alice,bob", false],
    { world },
  );
  const result = await run();
  const saved = result?.values;
  expect(result?.next).toBe("start");
  expect(left).toEqual([]);
  expect(screen.join("\n")).toBe(`Welcome to mm-claude!

No configuration found. Let's set things up.

You'll need:
• A Mattermost bot account with a token
• A channel ID where the bot will listen

? Mattermost URL: ${world.url}
? Bot token: ********
? Channel ID: ${world.channel.id}
? Bot mention name: claude-code
? Allowed usernames: alice,bob
? Skip permission prompts? No

✓ Configuration saved!
  ~/.config/mm-claude/.env
`);
  expect(parse(readFileSync(places.userFile))).toEqual(saved);
  expect(saved).toEqual({
    MATTERMOST_URL: world.url,
    MATTERMOST_TOKEN: world.bot.token,
    MATTERMOST_CHANNEL_ID: world.channel.id,
    MATTERMOST_BOT_NAME: "claude-code",
    ALLOWED_USERS: "alice,bob",
    SKIP_PERMISSIONS: "false",
  });
  expect(statSync(places.userFile).mode & 0o777).toBe(0o600);
});

test("every wrong answer is told and asked again before the next question", async () => {
  const world = await setupWorld();
  const { run, screen } = await drive(
    [
      "chat.example.com",
      `${world.url}/elsewhere`,
      `${world.url}/`,
      "two words",
      "wrong-token",
      world.bot.token,
      // The list's last entry: typed instead of chosen.
      "",
      "not an id!",
      world.other.id,
      world.channel.id,
      "claude code",
      "claude-code",
      "alice,nobody",
      "alice",
      true,
    ],
    { world },
  );
  const result = await run();
  expect(result?.values).toMatchObject({
    MATTERMOST_URL: world.url,
    ALLOWED_USERS: "alice",
    SKIP_PERMISSIONS: "true",
  });
  expect(screen.filter((line) => line.startsWith("? Mattermost URL:"))).toHaveLength(3);
  const complaints = screen.filter((line) => line.startsWith("✗"));
  expect(complaints).toEqual([
    expect.stringMatching(/^✗ Mattermost URL: "chat\.example\.com" doesn't begin with https:/),
    expect.stringMatching(/isn't Mattermost's API; check "Mattermost URL" and any proxy/),
    expect.stringMatching(/^✗ Bot token: it holds spaces or characters that no token has\. Copy/),
    expect.stringMatching(/doesn't accept the token; correct "Bot token"/),
    expect.stringMatching(/^✗ Channel ID: "not an id!" is not a channel id\. Copy/),
    expect.stringContaining("/invite @claude-code"),
    expect.stringMatching(/^✗ Bot mention name: "claude code" is not a username/),
    "✗ Allowed usernames: no such user: @nobody. Correct the list.",
  ]);
});

test("channels are chosen from those the bot is in", async () => {
  const world = await setupWorld();
  const { run, questions } = await drive([world.url, world.bot.token, undefined], { world });
  await run();
  expect(questions.at(-1)).toMatchObject({
    kind: "select",
    message: "Channel ID:",
    choices: [
      { title: `Claude Sessions (${world.channel.id})`, value: world.channel.id },
      { title: expect.stringContaining("Off-Topic") },
      { title: expect.stringContaining("Town Square") },
      { title: "Another channel, by its ID", value: "" },
    ],
  });
});

test("a bot that is in no channel is told how to get into one, and the id is typed", async () => {
  const world = await setupWorld();
  const newcomer = world.sandbox.createUser({ username: "claude-2", isBot: true });
  const { run, questions, screen } = await drive([world.url, newcomer.token, undefined], { world });
  await run();
  expect(questions.at(-1)).toMatchObject({ kind: "text", message: "Channel ID:" });
  expect(screen.join("\n")).toContain("/invite @claude-2");
});

test("an empty list of users is allowed, with a warning", async () => {
  const world = await setupWorld();
  const { run, screen } = await drive([world.url, world.bot.token, world.channel.id, "⏎", "", false], {
    world,
  });
  expect((await run())?.values).toMatchObject({ ALLOWED_USERS: "" });
  expect(screen.join("\n")).toContain('! "Allowed usernames" is empty: everyone');
});

test.each(["-", "none", " None "])(
  "a list of users that was kept is emptied by %j, and the question says how",
  async (word) => {
    const world = await setupWorld();
    const given = { allowedUsers: "alice" };
    const { run, questions, screen } = await drive(
      [world.url, world.bot.token, world.channel.id, "⏎", word, false],
      { world, given },
    );
    expect((await run())?.values).toMatchObject({ ALLOWED_USERS: "" });
    expect(questions[4]).toMatchObject({ message: "Allowed usernames (- for none):", initial: "alice" });
    expect(screen.join("\n")).toContain('! "Allowed usernames" is empty: everyone');
  },
);

test.each([
  ["kept", "⏎", { skipPermissions: "yes" }],
  ["wanted", true, {}],
] as const)("skipped permissions that are %s are warned of", async (_how, answer, given) => {
  const world = await setupWorld();
  const { run, screen } = await drive([world.url, world.bot.token, world.channel.id, "⏎", "alice", answer], {
    world,
    given,
  });
  await run();
  expect(screen).toContain(
    '! "Skip permission prompts" is on: Claude runs every tool without asking anybody.',
  );
});

test("permissions that are asked for are no matter for a warning", async () => {
  const world = await setupWorld();
  const { run, screen } = await drive([world.url, world.bot.token, world.channel.id, "⏎", "alice", false], {
    world,
    given: { skipPermissions: "true" },
  });
  await run();
  expect(screen.join("\n")).not.toContain("without asking");
});

test("giving up at any question leaves nothing behind and says so", async () => {
  const world = await setupWorld();
  const complete: Answer[] = [world.url, world.bot.token, world.channel.id, "claude-code", "alice", false];
  for (let count = 0; count < complete.length; count++) {
    const { run, screen, places } = await drive([...complete.slice(0, count), undefined], { world });
    expect(await run()).toBeUndefined();
    expect(screen.at(-1)).toBe("Setup cancelled, nothing was saved. Run mm-claude setup to start again.");
    expect(existsSync(`${places.home}/.config`)).toBe(false);
  }
});

test("a file that can't be written is told with what to do", async () => {
  const world = await setupWorld();
  const { run, places } = await drive([world.url, world.bot.token, world.channel.id, "⏎", "alice", false], {
    world,
  });
  places.write(`${places.home}/.config`, "");
  await expect(run()).rejects.toThrow(
    /^These settings can't be saved:\n {2}~\/\.config\/mm-claude\/\.env: it can't be written \(ENOTDIR[^\n]+\. Mend the rights/,
  );
});

test("run again, it offers what is set and keeps what it doesn't ask for", async () => {
  const world = await setupWorld();
  const given = {
    url: world.url,
    token: world.bot.token,
    channelId: world.channel.id,
    botName: "helper",
    allowedUsers: "alice",
    skipPermissions: "yes",
  };
  const { run, screen, places } = await drive(["⏎", "⏎", "⏎", "⏎", "⏎", "⏎"], { world, given });
  places.write(places.userFile, "MAX_SESSIONS=9\nALLOWED_USERS=mallory\n");
  expect((await run(false))?.values).toEqual({
    MAX_SESSIONS: "9",
    MATTERMOST_URL: world.url,
    MATTERMOST_TOKEN: world.bot.token,
    MATTERMOST_CHANNEL_ID: world.channel.id,
    MATTERMOST_BOT_NAME: "helper",
    ALLOWED_USERS: "alice",
    SKIP_PERMISSIONS: "true",
  });
  expect(screen[2]).toBe("Let's set things up.");
});

test("the token is on no line of the screen", async () => {
  const world = await setupWorld();
  const { run, screen } = await drive(
    [world.url, "wrong", world.bot.token, world.channel.id, "⏎", "⏎", false],
    { world },
  );
  await run();
  expect(screen.join("\n")).not.toContain(world.bot.token);
});

test("a list of channels that can't be had is not told as an empty one, and the id is typed", async () => {
  const world = await setupWorld();
  const failing: World["connect"] = (url, token) => ({
    ...world.connect(url, token),
    myChannels: async () => {
      throw new MattermostError("server", "Could not list the bot's channels: the server failed.");
    },
  });
  const { run, screen, questions } = await drive([world.url, world.bot.token, undefined], {
    world: { ...world, connect: failing },
  });
  await run();
  expect(screen.join("\n")).toContain(
    "! There is no list to choose a channel from. Could not list the bot's channels",
  );
  expect(screen.join("\n")).not.toContain("is in no channel yet");
  expect(questions.at(-1)).toMatchObject({ kind: "text", message: "Channel ID:" });
});
