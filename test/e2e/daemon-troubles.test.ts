// The built daemon among failures: a claude that misbehaves, a server that refuses, fails, goes away or talks
// nonsense. Every time the thread says so in one sentence or shows nothing at all, and the next message works.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { describe, expect, test } from "vitest";
import { longText } from "../../sandbox/model/long-text.ts";
import type { SandboxOptions } from "../../sandbox/server/sandbox.ts";
import { type Daemon, type DaemonWorld, daemonWorld, until } from "../support/daemon-world.ts";
import { sharedModel } from "../support/shared-model.ts";

const model = sharedModel();

/** A test that runs beside others has one of its own. */
type AtEnd = (end: () => Promise<void>) => void;

async function readyWorld(
  options?: SandboxOptions,
  atEnd?: AtEnd,
): Promise<{ world: DaemonWorld; daemon: Daemon }> {
  const world = await daemonWorld(model.url, options, atEnd);
  return { world, daemon: await world.ready() };
}

/** How often the part stands in what the bot said below the header. */
const times = (world: DaemonWorld, root: string, part: string): number =>
  world.answer(root).split(part).length - 1;

/** The session in this thread takes the next message and answers it, once. */
async function goesOn(world: DaemonWorld, root: string, words = "and on it goes"): Promise<void> {
  await world.say(`RUN echo ${words}`, root);
  await world.says(root, `RUN echo ${words}`);
  expect(times(world, root, `RUN echo ${words}`)).toBe(1);
}

/** A post of Claude's is written once: nothing doubled, nothing missing, whatever its splits added. */
function expectWhole(world: DaemonWorld, root: string, text: string): void {
  const marks = (markdown: string): string[] => markdown.match(/\[\d+\]/g) ?? [];
  const words = (markdown: string): string => markdown.replaceAll(/^```\w*$/gm, "").replaceAll(/\s+/g, "");
  expect(marks(world.answer(root))).toEqual(marks(text));
  expect(words(world.answer(root))).toBe(words(text));
}

describe("a claude", () => {
  test("that crashes at its start is told with its last words, and the next message starts it again", async () => {
    const { world } = await readyWorld();
    world.setFault("crash-at-start");
    const root = await world.ask("RUN hello");
    const post = await world.says(root, "💥 **Claude stopped unexpectedly** (exit code 1)");
    expect(post.message).toContain("the fake was told to crash at its start");
    expect(times(world, root, "💥")).toBe(1);
    world.setFault("");
    await goesOn(world, root);
  });

  test("that prints what is no JSON at its start works as ever", async () => {
    const { world } = await readyWorld();
    world.setFault("noise");
    const root = await world.ask("RUN echo hello");
    await world.says(root, "RUN echo hello");
    expect(world.answer(root)).not.toMatch(/Welcome|⚠️|💥/);
    await goesOn(world, root);
  });

  test.each(["garbage", "unknown-frames"])("that sends %s in a turn finishes its turn", async (fault) => {
    const { world } = await readyWorld();
    const root = await world.ask(`RUN ${fault}`);
    await world.says(root, "I follow a script.");
    expect(times(world, root, "I follow a script.")).toBe(1);
    expect(world.answer(root)).not.toMatch(/⚠️|💥|❌/);
    await goesOn(world, root);
  });

  test("that sends a frame without what it needs is told once, and goes on", async () => {
    const { world } = await readyWorld();
    const root = await world.ask("RUN lacking-field");
    await world.says(root, "⚠️ Claude sent something mm-claude can't read");
    await world.says(root, "I follow a script.");
    expect(times(world, root, "⚠️")).toBe(1);
    await goesOn(world, root);
  });

  test("that dies in a turn is told with its last words, and the next message resumes the conversation", async () => {
    const { world } = await readyWorld();
    const root = await world.ask("RUN die");
    const post = await world.says(root, "💥 **Claude stopped unexpectedly** (exit code 134)");
    expect(post.message).toContain("the fake was told to die");
    await goesOn(world, root);
    expect(times(world, root, "💥")).toBe(1);
    expect(world.given()).toContain("--resume");
  });
});

describe("a thread", () => {
  test("whose first post is deleted ends its session, and others go on", async () => {
    const { world } = await readyWorld();
    const root = await world.ask("RUN slow");
    await world.says(root, "word1");
    const withClaude = world.processes().length;
    await world.api(world.alice, "DELETE", `/posts/${root}`);
    await until(
      () => world.processes().length < withClaude,
      () => `Still there:\n${world.processes().join("\n")}`,
    );
    const other = await world.ask("RUN hello");
    await world.says(other, "scripted model");
  });

  test("whose card is deleted gets it again, and the new one decides", async () => {
    const { world } = await readyWorld();
    const root = await world.ask("RUN bash");
    const first = await world.card(root);
    await world.api(world.bot, "DELETE", `/posts/${first.id}`);
    const second = await world.card(root);
    expect(second.id).not.toBe(first.id);
    await world.react(second.id, "+1");
    await world.says(root, "Done: the command ran.");
    await goesOn(world, root);
  });

  test("in a channel that is archived ends its Claude; the daemon lives on and ends with 0", async () => {
    const { world, daemon } = await readyWorld();
    const root = await world.ask("RUN slow");
    await world.says(root, "word1");
    const withClaude = world.processes().length;
    world.sandbox.archiveChannel(world.channelId);
    await until(
      () => world.processes().length < withClaude,
      () => `Still there:\n${world.processes().join("\n")}\n${daemon.output()}`,
    );
    daemon.signal("SIGTERM");
    expect(await daemon.exit).toEqual({ code: 0, signal: null });
  });
});

// Beside each other: they wait, for their turn to try again and for what is too late, far more than they work.
describe.concurrent("a server", () => {
  // Open and dead at once: the commonest way such a daemon loses messages. It takes the 40 s after which silence is
  // taken for death.
  test("that falls silent is given up after a ping, and what was said and clicked in between is heard", async ({
    onTestFinished,
  }) => {
    const { world, daemon } = await readyWorld({}, onTestFinished);
    const root = await world.ask("RUN bash");
    const card = await world.card(root);
    world.sandbox.faults.freezeSockets();
    await world.react(card.id, "+1");
    await world.say("RUN echo into the silence", root);
    await daemon.prints("no answer to a ping within 10 s");
    await world.says(root, "Done: the command ran.");
    await world.says(root, "RUN echo into the silence");
    expect(times(world, root, "into the silence")).toBe(1);
  });

  test("that takes less than it told at the start gets the whole answer in smaller posts", async ({
    onTestFinished,
  }) => {
    const { world } = await readyWorld(
      {
        maxPostSize: 4000,
        mount: (app) => app.get("/api/v4/config/client", (c) => c.json({ MaxPostSize: "16383" })),
      },
      onTestFinished,
    );
    const root = await world.ask("RUN long");
    await world.says(root, "The end.");
    expectWhole(world, root, longText(60_000));
    await goesOn(world, root);
  });

  test.for([
    { what: "500 on edits", fail: [500, { method: "PUT", count: 6 }] },
    { what: "429 on edits", fail: [429, { method: "PUT", count: 3 }] },
    { what: "500 on new posts", fail: [500, { method: "POST", path: "/api/v4/posts", count: 6 }] },
    { what: "429 on new posts", fail: [429, { method: "POST", path: "/api/v4/posts", count: 3 }] },
    {
      what: "500 to new posts it has made",
      fail: [500, { method: "POST", path: "/api/v4/posts", count: 3, afterEffect: true }],
    },
    {
      what: "nothing, having made the post",
      fail: ["cut", { method: "POST", path: "/api/v4/posts", count: 3, afterEffect: true }],
    },
  ] as const)(
    "that answers $what gets the answer whole and once",
    async ({ fail: [failure, match] }, { onTestFinished }) => {
      const { world } = await readyWorld({}, onTestFinished);
      const root = await world.ask("RUN hello");
      await world.says(root, "scripted model");
      world.sandbox.faults.failNext(failure, { ...match, userId: world.bot.id });
      await world.say("RUN long", root);
      await world.says(root, "The end.");
      // What the server refused often enough is set aside, and written once more behind all that waited.
      await expect.poll(() => world.answer(root)).not.toContain("could not be posted");
      expectWhole(world, root, `Hello! I am a scripted model.\n\n${longText(60_000)}`);
      await goesOn(world, root);
    },
  );

  test("that sends frames nobody can read is heard all the same", async ({ onTestFinished }) => {
    const sockets: Duplex[] = [];
    const { world, daemon } = await readyWorld(
      {
        allowUpgrade: ({ socket }) => sockets.push(socket) > 0,
      },
      onTestFinished,
    );
    // Between frames of the server's own, some of them events that mm-claude has no name for.
    const frames = ["this is no JSON", "[]", "null", '"text"', '{"event":"brand_new"}', '{"seq":"x"}', "{}"];
    for (const text of frames) sockets.at(-1)?.write(textFrame(text));
    const root = await world.ask("RUN hello");
    await world.says(root, "scripted model");
    await goesOn(world, root);
    expect(sockets).toHaveLength(1);
    expect(daemon.output()).toContain("skipped a socket message that is no frame: this is no JSON");
    expect(daemon.output()).not.toMatch(/error:|\n\s+at /);
  });

  test("whose sockets drop loses neither a message nor an emoji", async ({ onTestFinished }) => {
    let isOut = false;
    const { world, daemon } = await readyWorld({ allowUpgrade: () => !isOut }, onTestFinished);
    const root = await world.ask("RUN bash");
    const card = await world.card(root);
    isOut = true;
    world.sandbox.faults.dropSockets();
    await daemon.prints("no connection to Mattermost");
    await world.react(card.id, "+1");
    await world.say("RUN echo said in between", root);
    isOut = false;
    await world.says(root, "Done: the command ran.");
    await world.says(root, "RUN echo said in between");
    expect(times(world, root, "RUN echo said in between")).toBe(1);
  });

  test("that comes back without a memory of the socket gives up no message", async ({ onTestFinished }) => {
    let isOut = false;
    const { world, daemon } = await readyWorld({ allowUpgrade: () => !isOut }, onTestFinished);
    const root = await world.ask("RUN slow");
    await world.says(root, "word1");
    isOut = true;
    world.sandbox.faults.dropSockets();
    world.sandbox.faults.forgetResumable();
    await daemon.prints("no connection to Mattermost");
    await world.say("RUN echo said in between", root);
    const other = await world.ask("RUN echo begun in between");
    isOut = false;
    await world.says(other, "RUN echo begun in between");
    await world.says(root, "RUN echo said in between");
    for (const id of [root, other]) expect(times(world, id, "in between")).toBe(1);
    expect(world.answer(root)).toContain("word199 word200");
  });

  test("that restarts in the middle of a turn gets the whole answer", async ({ onTestFinished }) => {
    const { world, daemon } = await readyWorld({}, onTestFinished);
    const root = await world.ask("RUN slow");
    await world.says(root, "word1");
    await world.sandbox.faults.stop();
    await daemon.prints("no connection to Mattermost");
    await daemon.prints("is delayed");
    await world.sandbox.faults.start();
    await world.says(root, "word200");
    const words = Array.from({ length: 200 }, (_, at) => `word${at + 1}`).join(" ");
    expect(world.answer(root)).toBe(words);
    await goesOn(world, root);
  });
});

/** A WebSocket text frame as a server sends it (RFC 6455, 5.2), for texts of less than 126 bytes. */
function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  return Buffer.concat([Buffer.from([0x81, payload.length]), payload]);
}

describe("a project whose channel the bot is not in when the daemon starts", () => {
  test("is served as soon as somebody adds the bot", async () => {
    const world = await daemonWorld(model.url);
    const { sandbox, bot, alice, home, directory } = world;
    const { id: teamId } = sandbox.createTeam({ name: "shop" });
    const channel = sandbox.createChannel({ teamId, name: "web" });
    for (const { id } of [bot, alice]) sandbox.addMember(channel.id, id);
    sandbox.removeMember(channel.id, bot.id, alice.id);
    mkdirSync(join(home, ".config/mm-claude"), { recursive: true });
    mkdirSync(join(directory, "web"));
    writeFileSync(
      join(home, ".config/mm-claude/projects.yaml"),
      `projects: { web: { channel: ${channel.id}, directory: ${join(directory, "web")} } }\n`,
    );
    const daemon = await world.ready();
    sandbox.addMember(channel.id, bot.id);
    await daemon.prints("Project web is served from now on.");
    const root = await world.api(alice, "POST", "/posts", {
      channel_id: channel.id,
      message: "@claude-code RUN hello",
    });
    await world.says(root, "scripted model");
  });
});
