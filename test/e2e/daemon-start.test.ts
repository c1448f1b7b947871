// What keeps the built daemon from starting, besides its settings: another one, a place where nothing can be kept, a
// signal that comes first.

import { chmodSync, existsSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type DaemonWorld, daemonWorld, until } from "../support/daemon-world.ts";
import { sharedModel } from "../support/shared-model.ts";

const model = sharedModel();

describe("a second daemon of the same bot and channel", () => {
  test.each([
    { what: "as the first", env: () => ({}) },
    {
      what: "by another name of the server",
      env: ({ sandbox }: DaemonWorld) => ({
        MATTERMOST_URL: sandbox.url.replace("127.0.0.1", "localhost"),
      }),
    },
    { what: "from another home", env: ({ directory }: DaemonWorld) => ({ HOME: directory }) },
    {
      what: "with another place for its state",
      env: ({ directory }: DaemonWorld) => ({ XDG_STATE_HOME: join(directory, "state") }),
    },
    {
      what: "with all of it different",
      isSilent: true,
      env: ({ sandbox, directory }: DaemonWorld) => ({
        MATTERMOST_URL: `${sandbox.url.replace("127.0.0.1", "localhost")}/`,
        HOME: directory,
        XDG_STATE_HOME: join(directory, "state"),
        XDG_RUNTIME_DIR: directory,
        TMPDIR: directory,
      }),
    },
  ])(
    "$what is refused in a few sentences, and starts when the first was killed",
    async ({ env, isSilent = false }) => {
      const world = await daemonWorld(model.url);
      const first = await world.ready();
      const second = world.start({ env: env(world) });
      expect(await second.exit).toEqual({ code: 2, signal: null });
      const [time, ...words] = second.output().trim().split(" ");
      expect(time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
      const other = "is already run by another mm-claude on this machine";
      const here = `"Claude", ${world.sandbox.url}/lab/channels/${world.channelId}`;
      expect(words.join(" ").replace(/for \d+ s/, "for 3 s")).toBe(
        isSilent
          ? `error: @claude-code in this channel ${other} (process ${first.pid}). Stop that one first.`
          : `error: @claude-code ${other} (process ${first.pid}, for 3 s, in ${world.directory}). It serves project ` +
              `(${world.directory}). This directory is its project project: write "@claude-code …" in ${here}`,
      );
      first.signal("SIGKILL");
      await first.exit;
      await world.ready({ env: env(world) });
    },
  );
});

describe("a place for the state", () => {
  test.each([
    { what: "below /proc", state: () => "/proc/nope" },
    { what: "below a process in /proc", state: () => "/proc/self/nope" },
    {
      what: "that is a file",
      state: ({ directory }: DaemonWorld) => {
        writeFileSync(join(directory, "file"), "");
        return join(directory, "file");
      },
    },
    { what: "that takes no directory", state: () => "/sys/kernel" },
  ])("$what is told in one sentence, exit code 2, and no banner", async ({ state }) => {
    if (process.platform !== "linux") return;
    const world = await daemonWorld(model.url);
    const path = state(world);
    const startedAt = Date.now();
    const daemon = world.start({ env: { XDG_STATE_HOME: path } });
    expect(await daemon.exit).toEqual({ code: 2, signal: null });
    expect(Date.now() - startedAt).toBeLessThan(10_000);
    const lines = daemon.output().trim().split("\n");
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^mm-claude can't start: /);
    expect(lines[0]).toContain(`${path}/mm-claude/`);
    expect(lines[0]).toContain("set XDG_STATE_HOME to a directory that can be written");
  });

  test("that is taken away while it runs is made again, and nothing else changes", async () => {
    const world = await daemonWorld(model.url);
    const daemon = await world.ready();
    const root = await world.ask("RUN hello");
    await world.says(root, "scripted model");
    renameSync(join(world.home, ".local"), join(world.home, "gone"));
    await world.say("RUN echo still here", root);
    await world.says(root, "RUN echo still here");
    await daemon.prints("was taken away and is made again");
    daemon.signal("SIGTERM");
    expect(await daemon.exit).toEqual({ code: 0, signal: null });
  });

  test("for temporary files that does not exist keeps nobody from working", async () => {
    const world = await daemonWorld(model.url);
    const daemon = await world.ready({ env: { TMPDIR: join(world.directory, "nowhere") } });
    const root = await world.ask("RUN hello");
    await world.says(root, "scripted model");
    daemon.signal("SIGTERM");
    expect(await daemon.exit).toEqual({ code: 0, signal: null });
  });
});

describe("a page in the server's place", () => {
  test("is a wrong address to whoever starts for the first time, and says so", async () => {
    const world = await daemonWorld(model.url);
    world.sandbox.faults.failNext("forbiddenPage", { count: 1000 });
    const daemon = world.start();
    expect(await daemon.exit).toEqual({ code: 2, signal: null });
    expect(daemon.output()).toContain("check MATTERMOST_URL");
  });

  test("is waited out where the server was reached before", async () => {
    const world = await daemonWorld(model.url);
    const first = await world.ready();
    first.signal("SIGTERM");
    await first.exit;
    const undo = world.sandbox.faults.failNext("forbiddenPage", { count: 1000 });
    const second = world.start();
    await until(
      () => second.output().includes("Trying again"),
      () => second.output(),
    );
    undo();
    await until(
      () => second.output().includes("Ready!"),
      () => second.output(),
    );
    second.signal("SIGTERM");
    expect(await second.exit).toEqual({ code: 0, signal: null });
  });
});

describe("a signal", () => {
  test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
    "%s while claude does not tell its version ends all of it with 0",
    async (signal) => {
      const world = await daemonWorld(model.url);
      const asked = join(world.directory, "asked");
      const claudePath = join(world.directory, "claude");
      writeFileSync(claudePath, `#!/bin/sh\ntouch ${asked}\nexec sleep 60\n`);
      chmodSync(claudePath, 0o755);
      const daemon = world.start({ claudePath });
      await until(
        () => existsSync(asked),
        () => daemon.output(),
      );
      await endsSoon(world, daemon, signal);
    },
  );

  test("while the server takes the question and never answers ends it with 0", async () => {
    let isAsked = false;
    const world = await daemonWorld(model.url, {
      mount: (app) =>
        app.get("/api/v4/users/me", () => {
          isAsked = true;
          return new Promise<Response>(() => {});
        }),
    });
    const daemon = world.start();
    await until(
      () => isAsked,
      () => daemon.output(),
    );
    await endsSoon(world, daemon, "SIGTERM");
  });

  test("while the server fails to tell who wrote what waits ends it with 0", async () => {
    const world = await daemonWorld(model.url);
    // Nobody is looked up by name.
    const everyone = { env: { ALLOWED_USERS: "" } };
    const first = await world.ready(everyone);
    const root = await world.ask("RUN slow");
    await world.says(root, "word1");
    const waiting = await world.say("RUN echo later", root);
    await world.until(root, (posts) => posts.find(({ id }) => id === waiting)?.reactions.length);
    first.signal("SIGKILL");
    await first.exit;
    world.sandbox.faults.failNext(500, { path: `/api/v4/users/${world.alice.id}`, count: 1000 });
    const second = world.start({ ...everyone, args: ["--debug"] });
    await second.prints("trying again to look up a user");
    await endsSoon(world, second, "SIGTERM");
  });
});

async function endsSoon(
  world: DaemonWorld,
  daemon: ReturnType<DaemonWorld["start"]>,
  signal: NodeJS.Signals,
): Promise<void> {
  const sentAt = Date.now();
  daemon.signal(signal);
  expect(await daemon.exit).toEqual({ code: 0, signal: null });
  expect(Date.now() - sentAt).toBeLessThan(10_000);
  // Who was sent SIGKILL just now may take a moment to be gone.
  await until(
    () => world.processes().length === 0,
    () => world.processes().join("\n"),
  );
}
