// The real CLI behind what behaves as docker and kubectl do, driven by our client, with the scripted model in place of the
// network.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { remoteOf } from "../../src/remote/runner.ts";
import { type Containers, containers } from "../support/containers.ts";
import { type ClaudeHome, claudeHome, realClaudes } from "../support/real-claude.ts";
import { sharedModel } from "../support/shared-model.ts";
import { type WatchedClaude, watchClaude } from "../support/watch-claude.ts";

const model = sharedModel();
const newest = realClaudes().slice(-1);

const RUNNERS = [
  ["docker", (all: Containers) => [all.docker, "exec", "-i", "shop"]],
  ["kubectl", (all: Containers) => [all.kubectl, "-n", "dev", "exec", "-i", "shop", "-c", "app", "--"]],
] as const;

describe.each(newest)("claude $version in a container", ({ path }) => {
  describe.each(RUNNERS)("behind %s", (_, wordsOf) => {
    let place: ClaudeHome;
    let all: Containers;
    let claude: WatchedClaude;

    beforeEach(() => {
      place = claudeHome(model.url);
      all = containers();
      const variables = Object.entries(place.environment).filter(([, value]) => value !== undefined);
      all.create("shop", { ...(Object.fromEntries(variables) as Record<string, string>), HOME: place.home });
      claude = watchClaude(
        {
          claudePath: path,
          directory: place.directory,
          remote: remoteOf(wordsOf(all)),
          extraDirectories: [join(place.home, "files")],
        },
        { environment: { PATH: process.env["PATH"], MATTERMOST_TOKEN: "never" } },
      );
    });
    afterEach(async () => {
      await claude.close();
      expect(all.pids("shop")).toEqual([]);
    });

    const asked = async () => {
      claude.say("RUN bash");
      return claude.next("permissionAsked");
    };
    const gone = async (withinMs: number): Promise<void> => {
      const end = Date.now() + withinMs;
      while (all.pids("shop").length > 0 && Date.now() < end)
        await new Promise((resolve) => setTimeout(resolve, 100));
      expect(all.pids("shop")).toEqual([]);
    };

    it("streams, is allowed what it asks, and is stopped with all that it started", async () => {
      claude.allow(await asked());
      expect((await claude.next("turnEnded")).isError).toBe(false);
      expect(existsSync(join(place.directory, "out.txt"))).toBe(true);
      await claude.close();
      expect(claude.events.at(-1)).toMatchObject({ type: "exited", code: 0, stderr: "" });
      expect(claude.events.at(-1)).not.toHaveProperty("lost");
    });

    it("ends there when the client is killed", async () => {
      await asked();
      const { pid } = claude.client;
      if (pid === undefined) throw new Error("it never ran");
      process.kill(pid, "SIGKILL");
      expect(await claude.next("exited")).toMatchObject({ lost: "cut" });
      await gone(15_000);
    });

    it("is told as cut off when the container goes", async () => {
      await asked();
      all.remove("shop");
      expect(await claude.next("exited")).toMatchObject({ lost: "cut" });
      await gone(1000);
    });
  });
});
