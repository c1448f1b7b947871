// What the wizard has to do with the machine: Claude before its first question, and a service after the last.

import { existsSync, readFileSync } from "node:fs";
import { parse } from "dotenv";
import { describe, expect, test } from "vitest";
import { setupWorld } from "../../support/setup-world.ts";
import { type Answer, drive, type Over } from "./drive-wizard.ts";

describe("Claude is looked for before the first question", () => {
  const missing = async () => {
    throw new Error(
      "Claude Code was not found. Install it (npm install -g …) or set CLAUDE_PATH to its full path.",
    );
  };

  const PATH_QUESTION = "Path of Claude Code (empty to go on without):";

  test("one that is missing is told and asked for, and who gives up there has ended", async () => {
    const { run, screen, places } = await drive([undefined], { claudeVersion: missing });
    expect(await run()).toBeUndefined();
    const [complaint, question] = screen.slice(-4);
    expect(complaint).toBe(
      "✗ Claude Code was not found. Install it (npm install -g …) or set the path of Claude Code to its full path.",
    );
    expect(question).toBe(`? ${PATH_QUESTION} ^C`);
    expect(screen.at(-1)).toMatch(/^Setup cancelled, nothing was saved/);
    expect(existsSync(`${places.home}/.config`)).toBe(false);
  });

  test("one that is missing keeps nobody from going on, and then no service is offered", async () => {
    const world = await setupWorld();
    const { run, left, places } = await drive(
      ["", world.url, world.bot.token, world.channel.id, "⏎", "alice", false],
      { world, claudeVersion: missing, offerService: async () => expect.unreachable() },
    );
    expect(await run()).toMatchObject({ next: "start" });
    expect(left).toEqual([]);
    expect(parse(readFileSync(places.userFile))).not.toHaveProperty("CLAUDE_PATH");
  });

  test("the path of one is asked for until it is right, is saved, and then a service is offered", async () => {
    const world = await setupWorld();
    let offered = 0;
    const { run, screen, places } = await drive(
      ["/no/claude", "~/bin/claude", world.url, world.bot.token, world.channel.id, "⏎", "alice", false, true],
      {
        world,
        claudeVersion: async (path) => (path.endsWith("home/bin/claude") ? "2.1.330" : missing()),
        offerService: async () => {
          offered += 1;
          return true;
        },
      },
    );
    await run();
    expect(screen.filter((line) => line.startsWith(`? ${PATH_QUESTION}`))).toHaveLength(2);
    expect(parse(readFileSync(places.userFile))["CLAUDE_PATH"]).toBe(`${places.home}/bin/claude`);
    expect(offered).toBe(1);
  });

  test("one that was asked for and is not logged in is told as well", async () => {
    const { run, screen } = await drive(["/opt/claude", false], {
      claudeVersion: async (path) => (path === "/opt/claude" ? "2.1.330" : missing()),
      claudeLogin: async () => "logged-out",
    });
    await run();
    expect(screen).toContain("✗ Claude is not logged in. Run: /opt/claude auth login");
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
