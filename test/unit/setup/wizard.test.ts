import { existsSync, readFileSync, statSync } from "node:fs";
import { parse } from "dotenv";
import { expect, test } from "vitest";
import type { SettingKey } from "../../../src/config/settings.ts";
import type { Ask, Question } from "../../../src/setup/prompt.ts";
import { runWizard } from "../../../src/setup/wizard.ts";
import { emptyPlaces, setupWorld } from "../../support/setup-world.ts";

type Answer = string | boolean | undefined;

/** Answers in turn as a person would, "⏎" meaning the answer that is offered; records what the terminal shows. */
async function drive(
  answers: Answer[],
  {
    given = {},
    world,
  }: { given?: Partial<Record<SettingKey, string>>; world?: Awaited<ReturnType<typeof setupWorld>> } = {},
) {
  const { connect } = world ?? (await setupWorld());
  const places = emptyPlaces();
  const screen: string[] = [];
  const questions: Question[] = [];
  const ask = async (question: Question): Promise<Answer> => {
    questions.push(question);
    if (answers.length === 0) throw new Error(`unexpected question: ${question.message}`);
    const next = answers.shift();
    const answer = next === "⏎" ? (question.initial ?? "") : next;
    const shown =
      question.kind === "password" ? "********" : answer === false ? "No" : answer === true ? "Yes" : answer;
    screen.push(`? ${question.message} ${answer === undefined ? "^C" : shown}`);
    return answer;
  };
  const run = (isFirstStart = true) =>
    runWizard({
      ask: ask as Ask,
      print: (line) => screen.push(line),
      connect,
      given,
      file: places.userFile,
      fileName: "~/.config/mm-claude/.env",
      isFirstStart,
    });
  return { run, screen, questions, places, left: answers };
}

test("the whole transcript, from welcome to saved", async () => {
  const world = await setupWorld();
  const { run, screen, places, left } = await drive(
    [world.url, world.bot.token, world.channel.id, "⏎", "alice,bob", false],
    { world },
  );
  const saved = await run();
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
      "",
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
  const saved = await run();
  expect(saved).toMatchObject({
    MATTERMOST_URL: world.url,
    ALLOWED_USERS: "alice",
    SKIP_PERMISSIONS: "true",
  });
  expect(screen.filter((line) => line.startsWith("? Mattermost URL:"))).toHaveLength(3);
  const complaints = screen.filter((line) => line.startsWith("✗"));
  expect(complaints).toEqual([
    expect.stringContaining("https://"),
    expect.stringContaining("isn't Mattermost's API"),
    expect.stringContaining("no token has"),
    expect.stringContaining("doesn't accept the token"),
    expect.stringContaining("is not a channel id"),
    expect.stringContaining("/invite @claude-code"),
    expect.stringContaining("is not a username"),
    expect.stringContaining("no such user: @nobody"),
  ]);
});

test("a wrong answer is offered again for correction", async () => {
  const world = await setupWorld();
  const { run, questions } = await drive(["chat.example.com", undefined], { world });
  await run();
  expect(questions[1]).toMatchObject({ message: "Mattermost URL:", initial: "chat.example.com" });
});

test("channels are chosen from those the bot is in", async () => {
  const world = await setupWorld();
  const { run, questions } = await drive([world.url, world.bot.token, undefined], { world });
  await run();
  expect(questions.at(-1)).toMatchObject({
    kind: "select",
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
  expect(await run()).toMatchObject({ ALLOWED_USERS: "" });
  expect(screen.join("\n")).toContain("! ALLOWED_USERS is empty: everyone");
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
  expect(await run(false)).toEqual({
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
