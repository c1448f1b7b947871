// The built daemon as a process, with real sockets and real children: how it starts, how it ends, what it leaves.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Daemon, type DaemonWorld, daemonWorld, until } from "../support/daemon-world.ts";
import { furtherTest, outerTest } from "../support/generations.ts";
import { canSeeProcesses } from "../support/processes.ts";
import { realClaudes } from "../support/real-claude.ts";
import { sharedModel } from "../support/shared-model.ts";
import { wordsOf } from "../support/words-of.ts";

const model = sharedModel();

/** Sends the signal and checks what must then be true, whatever was going on. */
async function endsInOrder(world: DaemonWorld, daemon: Daemon, signal: NodeJS.Signals, root: string) {
  const sentAt = Date.now();
  daemon.signal(signal);
  expect(await daemon.exit).toEqual({ code: 0, signal: null });
  expect(Date.now() - sentAt).toBeLessThan(10_000);
  expect(world.thread(root)[1]?.message).toContain("⏹️");
  await until(
    () => world.processes().length === 0,
    () => `Left behind:\n${world.processes().join("\n")}`,
    // The kernel's time to bury the dead; a process that is only about to end by itself takes longer.
    2_000,
  );
}

describe("its start", () => {
  test("it shows where it works, as whom and for which server, then that it is ready; SIGTERM ends it with 0", async () => {
    const world = await daemonWorld(model.url);
    const daemon = await world.ready();
    const output = daemon.output();
    for (const word of [world.directory, "@claude-code", world.sandbox.url, "2.1.330", "interactive"]) {
      expect(output).toContain(word);
    }
    expect(output).toMatch(/^mm-claude v\d+\.\d+\.\d+\n/);
    daemon.signal("SIGTERM");
    expect(await daemon.exit).toEqual({ code: 0, signal: null });
    expect(world.processes()).toEqual([]);
  });

  test("while the server is down it says so and keeps trying, and is ready when the server is back", async () => {
    const world = await daemonWorld(model.url);
    await world.sandbox.faults.stop();
    const daemon = world.start();
    await daemon.prints("Trying again in 2 s.");
    await world.sandbox.faults.start();
    await daemon.prints("Ready! Waiting for @claude-code mentions...");
    const root = await world.ask("RUN hello");
    await world.says(root, "scripted model");
  });

  test("a signal while the server is down ends it with 0", async () => {
    const world = await daemonWorld(model.url);
    await world.sandbox.faults.stop();
    const daemon = world.start();
    await daemon.prints("Trying again in");
    daemon.signal("SIGINT");
    expect(await daemon.exit).toEqual({ code: 0, signal: null });
  });

  test.each([
    {
      what: "channel, users and claude",
      env: {
        MATTERMOST_CHANNEL_ID: "nowherenowherenowherenowhe",
        ALLOWED_USERS: "nobody",
        CLAUDE_PATH: "/no/claude",
      },
      words: ["no channel with the id nowherenowherenowherenowhe", "@nobody", '"/no/claude"'],
    },
    {
      what: "token and claude",
      env: { MATTERMOST_TOKEN: "wr0ngwr0ng", CLAUDE_PATH: "/no/claude" },
      words: ["MATTERMOST_TOKEN", '"/no/claude"'],
    },
  ])("wrong $what: one message with every problem, and exit code 2", async ({ env, words }) => {
    const world = await daemonWorld(model.url);
    const daemon = world.start({ env });
    expect(await daemon.exit).toEqual({ code: 2, signal: null });
    const output = daemon.output();
    for (const word of words) expect(output).toContain(word);
    expect(output.match(/mm-claude can't start/g)).toHaveLength(1);
    expect(output).not.toMatch(/wr0ng|\n\s+at /);
  });
});

describe.skipIf(!canSeeProcesses)("its end", () => {
  const signals = ["SIGTERM", "SIGINT"] as const;

  test.each(signals)(
    "%s during an answer of a fake that ignores its stdin's end and SIGTERM",
    async (signal) => {
      const world = await daemonWorld(model.url);
      world.setFault("deaf,grandchild,detached-grandchild");
      const daemon = await world.ready();
      const root = await world.ask("RUN slow");
      await world.says(root, "word1");
      expect(world.processes().some((line) => line.includes("sleep 30"))).toBe(true);
      await endsInOrder(world, daemon, signal, root);
    },
  );

  describe.each(realClaudes())("with Claude Code $version", ({ path, isOlder, isBetween }) => {
    furtherTest({ isOlder }).each(signals)("%s during an answer", async (signal) => {
      const world = await daemonWorld(model.url);
      const daemon = await world.ready({ claudePath: path });
      const root = await world.ask("RUN slow");
      await world.says(root, "word1");
      await endsInOrder(world, daemon, signal, root);
    });

    outerTest({ isBetween })("SIGTERM while a command of Claude's runs", async () => {
      const world = await daemonWorld(model.url);
      const daemon = await world.ready({ claudePath: path });
      const root = await world.ask("RUN gate");
      await world.react((await world.card(root)).id, "+1");
      const isRunning = () => world.processes().some((line) => /(?:sh|bash) -c .*until/.test(line));
      await until(isRunning, () => `No command runs:\n${world.processes().join("\n")}\n${world.text(root)}`);
      await endsInOrder(world, daemon, "SIGTERM", root);
    });
  });

  test("SIGTERM while a permission is open voids its card", async () => {
    const world = await daemonWorld(model.url);
    const daemon = await world.ready();
    const root = await world.ask("RUN bash");
    const card = await world.card(root);
    await endsInOrder(world, daemon, "SIGTERM", root);
    const voided = world.thread(root).find(({ id }) => id === card.id);
    expect(voided && wordsOf(voided)).toContain("mm-claude was shut down");
  });

  test("a second Ctrl-C ends it at once, with all it started", async () => {
    const world = await daemonWorld(model.url);
    world.setFault("deaf,grandchild,detached-grandchild");
    const daemon = await world.ready();
    const root = await world.ask("RUN slow");
    await world.says(root, "word1");
    daemon.signal("SIGINT");
    await daemon.prints("Ctrl-C again to stop at once");
    const secondAt = Date.now();
    daemon.signal("SIGINT");
    expect((await daemon.exit).code).toBe(1);
    expect(Date.now() - secondAt).toBeLessThan(2_000);
    await until(
      () => world.processes().length === 0,
      () => `Left behind:\n${world.processes().join("\n")}`,
      2_000,
    );
  });

  test("a server that is away does not keep it from ending", async () => {
    const world = await daemonWorld(model.url);
    const daemon = await world.ready();
    const root = await world.ask("RUN slow");
    await world.says(root, "word1");
    await world.sandbox.faults.stop();
    const sentAt = Date.now();
    daemon.signal("SIGTERM");
    expect(await daemon.exit).toEqual({ code: 0, signal: null });
    expect(Date.now() - sentAt).toBeLessThan(10_000);
    expect(world.processes()).toEqual([]);
  });
});

describe("what it keeps to itself", () => {
  test("the token is in no output, and neither in Claude's environment nor in its arguments", async () => {
    const world = await daemonWorld(model.url);
    const daemon = await world.ready({ args: ["--debug"] });
    const root = await world.ask("RUN hello");
    await world.says(root, "scripted model");
    // Also not when the server refuses it, and when the network fails.
    world.sandbox.faults.failNext("cut", { method: "POST", userId: world.bot.id });
    world.sandbox.faults.dropSockets();
    await world.say("RUN echo again", root);
    await world.says(root, "RUN echo again");
    daemon.signal("SIGTERM");
    await daemon.exit;
    const given = world.given();
    expect(given).toContain("stream-json");
    expect(given).toContain(`HOME=${world.home}`);
    for (const shown of [daemon.output(), given, world.text(root)]) {
      expect(shown).not.toContain(world.bot.token);
    }
    expect(given).not.toMatch(/^(?:MATTERMOST_|ALLOWED_USERS|CLAUDE_PATH)/m);
  });

  test("attached files can be read by Claude while the session lives, also over a restart, and are gone at its end", async () => {
    const world = await daemonWorld(model.url);
    const daemon = await world.ready();
    const form = new FormData();
    form.set("channel_id", world.channelId);
    form.set("files", new Blob(["remember the milk\n"]), "notes.txt");
    const answer = await fetch(`${world.sandbox.url}/api/v4/files`, {
      method: "POST",
      headers: { authorization: `Bearer ${world.alice.token}` },
      body: form,
    });
    const { file_infos } = (await answer.json()) as { file_infos: { id: string }[] };
    const root = await world.say("@claude-code RUN echo", "", [file_infos[0]?.id ?? ""]);
    const { message } = await world.says(root, /notes-[0-9a-f]{6}\.txt/);
    const path = /\/\S+notes-[0-9a-f]{6}\.txt/.exec(message)?.[0] ?? "";
    expect(path).toContain(join(world.temporary, "mm-claude-"));
    expect(readFileSync(path, "utf8")).toBe("remember the milk\n");
    daemon.signal("SIGTERM");
    await daemon.exit;
    expect(existsSync(path)).toBe(true);
    await world.ready();
    await world.say("!stop", root);
    await world.says(root, "Session cancelled");
    await until(
      () => readdirSync(world.temporary).length === 0,
      () => `Left behind: ${readdirSync(world.temporary)}`,
    );
  });
});
