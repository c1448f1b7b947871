// A session whose real CLI is behind a real sshd: the connection is cut, the machine is away, and the conversation goes on.

import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished } from "vitest";
import { isRunning, startMark } from "../../src/util/processes.ts";
import { furtherTest } from "../support/generations.ts";
import { claudeHome, realClaudes } from "../support/real-claude.ts";
import { openCard } from "../support/scenarios/scenario.ts";
import { sharedModel } from "../support/shared-model.ts";
import { hasSshServer, startSshServer } from "../support/ssh-server.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { startWorld } from "../support/world.ts";

const model = sharedModel();

describe.skipIf(!hasSshServer).each(realClaudes())("claude $version over ssh", ({ path, isOlder }) => {
  const further = furtherTest({ isOlder });

  further(
    "goes on with its conversation after the connection was cut and the machine was away, and nothing of it is left there",
    async () => {
      const place = claudeHome(model.url);
      const there = Object.entries(place.environment).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value] as const],
      );
      const server = await startSshServer({ ...Object.fromEntries(there), HOME: place.home });
      onTestFinished(() => server.stop());
      // Nothing that Claude saves is on this side.
      const world = await startWorld({
        claudePath: path,
        environment: { PATH: process.env["PATH"], HOME: temporaryDirectory() },
        config: { directory: place.directory },
        project: { runner: server.runner },
      });
      const { alice } = world.people;
      const root = await alice.say("@claude-code RUN echo the first");
      await world.says(root, /^RUN echo the first/);
      await alice.say("RUN bash", root);
      await openCard(world, root, "Permission requested", 3);
      await server.stop();
      await world.says(root, "and this turn was cut off");
      const [id = "", ...others] = conversationsIn(place.home);
      expect(others).toEqual([]);
      const left = leftover(`${id}.deadbeef`);
      const another = leftover(`99999999-${id.slice(9)}.deadbeef`);

      await alice.say("RUN echo the second", root);
      await world.says(root, "can't be reached**: `ssh: connect to host 127.0.0.1");
      await server.start();
      await world.until(root, () => {
        world.forward(1000);
        return world.text(root).includes("is back");
      });
      await world.says(root, /^RUN echo the second/);
      await world.rests(root);
      expect(isRunning(left)).toBe(false);
      expect(isRunning(another)).toBe(true);
      expect(existsSync(join(place.directory, "out.txt"))).toBe(false);
      const saved = conversationsIn(place.home).filter((one) =>
        ["echo the first", "RUN bash", "echo the second"].every((words) =>
          read(place.home, one).includes(words),
        ),
      );
      expect(saved).toHaveLength(1);
      expect(world.text(root).split("RUN echo the second")).toHaveLength(3);

      await alice.say("!stop", root);
      await world.says(root, "🛑 **Session cancelled**");
      await world.until(root, () => runningFor(saved[0] ?? "").length === 0);
    },
    90_000,
  );
});

const filesIn = (home: string): string[] =>
  readdirSync(join(home, ".claude/projects"), { recursive: true, encoding: "utf8" }).filter((name) =>
    /\/[0-9a-f-]{36}\.jsonl$/.test(name),
  );
const conversationsIn = (home: string): string[] =>
  filesIn(home).map((name) => name.slice(-42).replace(".jsonl", ""));
const read = (home: string, id: string): string => {
  const name = filesIn(home).find((one) => one.includes(id)) ?? "";
  return readFileSync(join(home, ".claude/projects", name), "utf8");
};

/** Something that an earlier Claude of that run has begun there, and that nobody has ended. */
function leftover(run: string) {
  const { pid = 0 } = spawn("sleep", ["600"], {
    detached: true,
    stdio: "ignore",
    env: { ...process.env, MM_CLAUDE_RUN: run },
  });
  const known = { pid, startMark: startMark(pid) ?? "" };
  onTestFinished(() => void (isRunning(known) && process.kill(pid, "SIGKILL")));
  return known;
}

function runningFor(id: string): string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      return (
        /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, "utf8").includes(`MM_CLAUDE_RUN=${id}.`)
      );
    } catch {
      return false;
    }
  });
}
