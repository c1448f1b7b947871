// What the daemon prints into: a reader that goes away, a descriptor that was never there, a disk that is full. None
// of it is an error, and none keeps a signal from ending the daemon.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type DaemonWorld, daemonWorld, until } from "../support/daemon-world.ts";
import { canSeeProcesses } from "../support/processes.ts";
import { sharedModel } from "../support/shared-model.ts";

const PROGRAM = fileURLToPath(new URL("../../bin/mm-claude.js", import.meta.url));

const model = sharedModel();

/** User and system time in seconds: fields 14 and 15 of /proc/…/stat, in hundredths. */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** The daemon with `--debug`, started by a shell that leads its output somewhere; resolves once it listens. */
async function startedByShell(redirect: string): Promise<{ world: DaemonWorld; pid: number }> {
  let isHeard = false;
  const world = await daemonWorld(model.url, {
    allowUpgrade: () => {
      isHeard = true;
      return true;
    },
  });
  world.start({
    node: "/bin/sh",
    program: "-c",
    args: [`"$0" "$@" ${redirect}`, process.execPath, PROGRAM, "--debug"],
  });
  await until(
    () => isHeard,
    () => "It did not connect.",
  );
  const own = world.processes().find((line) => line.includes(PROGRAM) && !line.includes("/bin/sh"));
  return { world, pid: Number.parseInt(own ?? "", 10) };
}

describe.skipIf(!canSeeProcesses)("the daemon", () => {
  test.each([
    { what: "whose reader has gone", redirect: "2>&1 | head -n 1", signal: "SIGINT" },
    { what: "whose reader of errors has gone", redirect: "3>&1 >/dev/null 2>&3 | :", signal: "SIGTERM" },
    { what: "whose reader was never there", redirect: "| :", signal: "SIGTERM" },
    { what: "without stdout and stderr", redirect: ">&- 2>&-", signal: "SIGTERM" },
    { what: "whose stderr is a disk without room", redirect: ">/dev/null 2>/dev/full", signal: "SIGTERM" },
    { what: "whose stdout is a disk without room", redirect: ">/dev/full 2>/dev/null", signal: "SIGINT" },
  ] as const)("$what works, rests, and ends at a signal", async ({ redirect, signal }) => {
    const { world, pid } = await startedByShell(redirect);
    const root = await world.ask("RUN hello");
    await world.says(root, "scripted model");
    await world.say("RUN echo still here", root);
    await world.says(root, "RUN echo still here");
    const before = cpuSeconds(pid);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(cpuSeconds(pid) - before).toBeLessThan(0.5);
    process.kill(pid, signal);
    await until(
      () => world.processes().length === 0,
      () => `Left behind after 10 s:\n${world.processes().join("\n")}`,
      10_000,
    );
    expect(world.thread(root)[1]?.message).toContain("⏹️");
  });
});
