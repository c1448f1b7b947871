// A Claude that waits for the next new session: it takes it up under its own id, it can be resumed, and it is gone with
// the daemon.

import { readdirSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type DaemonWorld, daemonWorld, until } from "../support/daemon-world.ts";
import { furtherTest } from "../support/generations.ts";
import { canSeeProcesses } from "../support/processes.ts";
import { realClaudes } from "../support/real-claude.ts";
import { sharedModel } from "../support/shared-model.ts";

const model = sharedModel();

const WARM = { PREWARM: "1" };

/** Pids. What it shows of its arguments differs: older ones overwrite them. */
const claudes = (world: DaemonWorld): number[] =>
  world
    .processes()
    // An argument may have several lines.
    .filter((line) => /^\s*\d+ .*claude/.test(line) && !/mm-claude\.js|--version/.test(line))
    .map((line) => Number.parseInt(line, 10));

const waits = (world: DaemonWorld, count = 1): Promise<number[]> =>
  until(
    () => claudes(world).length === count && claudes(world),
    () => `Not ${count} claudes:\n${world.processes().join("\n")}`,
  );

describe.runIf(canSeeProcesses).each(realClaudes())("with Claude Code $version", ({ path, isOlder }) => {
  furtherTest({ isOlder })(
    "the process that waited answers the first message, and the session goes on after a restart",
    async () => {
      const world = await daemonWorld(model.url);
      const daemon = await world.ready({ claudePath: path, env: WARM });
      const [waiting] = await waits(world);
      const root = await world.ask("RUN hello");
      await world.says(root, "scripted model");
      // Another one waits already; the first is the session's.
      expect(await waits(world, 2)).toContain(waiting);
      daemon.signal("SIGTERM");
      expect(await daemon.exit).toEqual({ code: 0, signal: null });
      expect(world.processes()).toEqual([]);
      expect(readdirSync(world.temporary).filter((name) => name.startsWith("mm-claude-"))).toHaveLength(1);
      await world.ready({ claudePath: path, env: WARM });
      await world.say("RUN echo and now", root);
      await world.says(root, "RUN echo and now");
    },
  );
});

describe.runIf(canSeeProcesses)("a process that waits", () => {
  test("is not the next session's when a note was kept meanwhile; the one that comes after it knows the note", async () => {
    const world = await daemonWorld(model.url);
    await world.ready({ env: WARM });
    const [waiting] = await waits(world);
    const thread = await world.ask("!remember the staging server is blue");
    await world.says(thread, "**Note 1** is kept");
    const first = await world.ask("RUN notes");
    await world.says(first, '"text":"the staging server is blue"');
    // The session's own, and another one that waits.
    const now = await until(
      () => claudes(world).length === 2 && !claudes(world).includes(waiting ?? 0) && claudes(world),
      () => world.processes().join("\n"),
    );
    const second = await world.ask("RUN notes");
    await world.says(second, '"text":"the staging server is blue"');
    expect(await waits(world, 3)).toEqual(expect.arrayContaining(now));
  });
});

describe.runIf(canSeeProcesses)("a daemon that is killed", () => {
  test("leaves no process behind that waits, nor for long the place for its files", async () => {
    const world = await daemonWorld(model.url);
    const daemon = await world.ready({ env: WARM });
    await waits(world);
    daemon.signal("SIGKILL");
    await daemon.exit;
    await waits(world, 0);
    const places = readdirSync(world.temporary).filter((name) => name.startsWith("mm-claude-"));
    expect(places).toHaveLength(1);
    for (const name of places) utimesSync(join(world.temporary, name), 0, 0);
    await world.ready({ env: WARM });
    expect(readdirSync(world.temporary).filter((name) => places.includes(name))).toEqual([]);
  });
});
