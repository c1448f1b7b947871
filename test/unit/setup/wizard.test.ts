import { existsSync, readFileSync, statSync } from "node:fs";
import { parse } from "dotenv";
import { describe, expect, test } from "vitest";
import { SETTINGS, type SettingKey } from "../../../src/config/settings.ts";
import { MattermostError } from "../../../src/mattermost/error.ts";
import type { Ask, Question } from "../../../src/setup/prompt.ts";
import { runWizard, type WizardOptions } from "../../../src/setup/wizard.ts";
import { emptyPlaces, setupWorld } from "../../support/setup-world.ts";

type Answer = string | boolean | undefined;

type World = Awaited<ReturnType<typeof setupWorld>>;

interface Over extends Partial<Pick<WizardOptions, "claudeVersion" | "claudeLogin" | "offerService">> {
  readonly given?: Partial<Record<SettingKey, string>>;
  readonly world?: World;
}

/**
 * Answers in turn as a person would, "⏎" meaning the answer that is offered; records what the terminal shows. As there, a
 * question stays open until an answer can be taken.
 */
async function drive(answers: Answer[], { given = {}, world, ...over }: Over = {}) {
  const { connect } = world ?? (await setupWorld());
  const places = emptyPlaces();
  const screen: string[] = [];
  const questions: Question[] = [];
  const answerOnce = (question: Question): Answer => {
    if (answers.length === 0) throw new Error(`unexpected question: ${question.message}`);
    const next = answers.shift();
    const answer = next === "⏎" ? (question.initial ?? "") : next;
    const shown =
      question.kind === "password" ? "********" : answer === false ? "No" : answer === true ? "Yes" : answer;
    screen.push(`? ${question.message} ${answer === undefined ? "^C" : shown}`);
    return answer;
  };
  const ask = async (question: Question): Promise<Answer> => {
    questions.push(question);
    for (;;) {
      const answer = answerOnce(question);
      if (question.kind === "confirm" || answer === undefined) return answer;
      const reason = await question.judge(String(answer));
      if (reason === undefined) return answer;
      screen.push(`✗ ${reason}`);
    }
  };
  const run = async (isFirstStart = true) => {
    const result = await runWizard({
      ask: ask as Ask,
      print: (line) => screen.push(line),
      connect,
      claudePath: "claude",
      claudeVersion: async () => "2.1.330",
      claudeLogin: async () => "logged-in",
      given,
      file: places.userFile,
      fileName: "~/.config/mm-claude/.env",
      isFirstStart,
      ...over,
    });
    // Whatever happened: who reads this never set a variable.
    for (const { variable } of Object.values(SETTINGS)) expect(screen.join("\n")).not.toContain(variable);
    return result;
  };
  return { run, screen, questions, places, left: answers };
}

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

describe("Claude is looked for before the first question", () => {
  const missing = async () => {
    throw new Error(
      "Claude Code was not found. Install it (npm install -g …) or set CLAUDE_PATH to its full path.",
    );
  };

  test.each([false, undefined])(
    "one that is missing is told, and who then answers %s has ended",
    async (answer) => {
      const { run, screen, places } = await drive([answer], { claudeVersion: missing });
      expect(await run()).toBeUndefined();
      const [complaint, question] = screen.slice(-4);
      expect(complaint).toBe(
        "✗ Claude Code was not found. Install it (npm install -g …) or set the path of Claude Code to its full path.",
      );
      expect(question).toMatch(/^\? Go on all the same\?/);
      expect(screen.at(-1)).toMatch(/^Setup cancelled, nothing was saved/);
      expect(existsSync(`${places.home}/.config`)).toBe(false);
    },
  );

  test("one that is missing keeps nobody from going on", async () => {
    const world = await setupWorld();
    const { run, left } = await drive(
      [true, world.url, world.bot.token, world.channel.id, "⏎", "alice", false],
      { world, claudeVersion: missing },
    );
    expect(await run()).toMatchObject({ next: "start" });
    expect(left).toEqual([]);
  });

  test("one that is not logged in is told with the command for it", async () => {
    const { run, screen } = await drive([false], { claudeLogin: async () => "logged-out" });
    await run();
    expect(screen).toContain("✗ Claude is not logged in. Run: claude auth login");
  });

  test("one that can't tell is no matter", async () => {
    const { run, questions } = await drive([undefined], { claudeLogin: async () => "unknown" });
    await run();
    expect(questions[0]).toMatchObject({ message: "Mattermost URL:" });
  });
});

describe("at its end the service", () => {
  async function end(answer: Answer[], over: Over = {}) {
    const world = await setupWorld();
    const before: Answer[] = [world.url, world.bot.token, world.channel.id, "⏎", "alice", false];
    const driven = await drive([...before, ...answer], { world, ...over });
    const result = await driven.run();
    return { ...driven, result, offered: driven.questions.at(-1)?.message ?? "" };
  }
  const OFFER = "Start mm-claude as a service, at each boot?";

  test("is offered, and started by a yes: then nothing else starts", async () => {
    let installed = 0;
    const offerService = async () => {
      installed += 1;
      return true;
    };
    const { result, offered, questions } = await end([true], { offerService });
    expect(offered).toBe(OFFER);
    expect(questions.at(-1)).toMatchObject({ kind: "confirm", initial: false });
    expect(result?.next).toBe("end");
    expect(installed).toBe(1);
  });

  test("that is not wanted, or can't be started, lets the start go on", async () => {
    const never = async () => expect.unreachable();
    expect((await end([false], { offerService: never })).result?.next).toBe("start");
    expect((await end([true], { offerService: async () => false })).result?.next).toBe("start");
  });

  test("is no reason to take back what is saved, when the person gives up there", async () => {
    const { result, screen, places } = await end([undefined], { offerService: async () => true });
    expect(result?.next).toBe("end");
    expect(existsSync(places.userFile)).toBe(true);
    expect(screen.join("\n")).not.toContain("nothing was saved");
  });

  test("is not offered where nothing can run one", async () => {
    expect((await end([])).result?.next).toBe("start");
  });
});
