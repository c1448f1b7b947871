// What nobody caught, in the real daemon: it says so and ends with every Claude it has started, whatever it was doing,
// and the next start goes on where it was.

import { describe, expect, test } from "vitest";
import { bundled } from "../support/bundled.ts";
import { type Daemon, type DaemonWorld, daemonWorld, until } from "../support/daemon-world.ts";
import { canSeeProcesses } from "../support/processes.ts";
import { sharedModel } from "../support/shared-model.ts";

const program = await bundled("test/support/faulty-daemon.ts");

const model = sharedModel();

const withFault = (FAULT: string) => ({ program, env: { FAULT } });

/** Ends with last words and exit code 1, soon, and leaves no process. */
async function fallsInOrder(world: DaemonWorld, daemon: Daemon): Promise<void> {
  const at = Date.now();
  daemon.signal("SIGUSR2");
  // For a fault that waits for an event of the server's; the others may be quicker.
  await world.say("nobody hears this");
  expect(await daemon.exit).toEqual({ code: 1, signal: null });
  expect(Date.now() - at).toBeLessThan(10_000);
  expect(daemon.output().split("mm-claude has a fault and ends")).toHaveLength(2);
  expect(daemon.output()).toContain("Please report these lines:");
  await until(
    () => world.processes().length === 0,
    () => `Left behind:\n${world.processes().join("\n")}`,
    2_000,
  );
}

describe.skipIf(!canSeeProcesses)("a fault in the daemon", () => {
  test.each(["throws", "rejects", "rejectsWithoutError", "again", "router"])(
    "that %s while Claude works ends all of it, and a reply after the next start resumes the session",
    async (fault) => {
      const world = await daemonWorld(model.url);
      world.setFault("deaf,grandchild,detached-grandchild");
      const daemon = await world.ready(withFault(fault));
      const root = await world.ask("RUN slow");
      await world.says(root, "word1");
      await fallsInOrder(world, daemon);
      if (fault !== "rejectsWithoutError") {
        expect(daemon.output()).toContain("TypeError: the fault this test has put in");
        expect(daemon.output()).toContain("faulty-daemon.js");
      }
      world.setFault("");
      await world.ready();
      await world.say("RUN echo back again", root);
      await world.says(root, "RUN echo back again");
    },
  );

  test("while the server is down at the start ends it", async () => {
    const world = await daemonWorld(model.url);
    await world.sandbox.faults.stop();
    const daemon = world.start(withFault("throws"));
    await daemon.prints("Trying again in");
    await world.sandbox.faults.start();
    await fallsInOrder(world, daemon);
  });

  test("while it stops ends it at once, with a Claude that would not end", async () => {
    const world = await daemonWorld(model.url);
    world.setFault("deaf,grandchild,detached-grandchild");
    const daemon = await world.ready(withFault("throws"));
    const root = await world.ask("RUN slow");
    await world.says(root, "word1");
    daemon.signal("SIGTERM");
    await daemon.prints("Stopping:");
    const at = Date.now();
    await fallsInOrder(world, daemon);
    expect(Date.now() - at).toBeLessThan(3_000);
  });

  test("is none when it is a reader that has gone", async () => {
    const world = await daemonWorld(model.url);
    const daemon = await world.ready(withFault("brokenPipe"));
    daemon.signal("SIGUSR2");
    const root = await world.ask("RUN hello");
    await world.says(root, "scripted model");
    daemon.signal("SIGTERM");
    expect(await daemon.exit).toEqual({ code: 0, signal: null });
    expect(daemon.output()).not.toContain("fault");
  });
});
