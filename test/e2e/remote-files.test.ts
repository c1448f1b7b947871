// Files in and out of a thread whose Claude is behind a real sshd, with the newest real CLI.

import { randomBytes } from "node:crypto";
import { existsSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import type { Scene, ToolUse } from "../../sandbox/model/scene.ts";
import { scenes } from "../../sandbox/model/scenes.ts";
import { claudeHome, realClaudes } from "../support/real-claude.ts";
import { openCard } from "../support/scenarios/scenario.ts";
import { sharedModel } from "../support/shared-model.ts";
import { hasSshServer, startSshServer } from "../support/ssh-server.ts";
import { startWorld } from "../support/world.ts";

/** Where the attached file was saved. */
let attached = "";

/** "FILES" and the tools to use; without any the attached file is read. Then the model tells what came of it. */
const filesScene: Scene = {
  name: "files",
  matches: (text) => text.includes("FILES"),
  play({ step, calls, userText }) {
    attached = /^- (\/tmp\/mm-claude-\S+)$/m.exec(userText)?.[1] ?? attached;
    const tools: ToolUse[] = userText.includes("Attached files")
      ? [{ name: "Read", input: { file_path: attached } }]
      : JSON.parse(userText.split("FILES ").at(-1) ?? "");
    return step === 0
      ? { tools }
      : { text: calls.map(({ isError, result }) => `${isError ? "failed" : "fine"}: ${result}`).join("\n") };
  },
};
const model = sharedModel([filesScene, ...scenes]);
const sendFiles = (...paths: string[]): string =>
  `FILES ${JSON.stringify([{ name: "mcp__mattermost__send_file", input: { paths } }])}`;

it.skipIf(!hasSshServer)(
  "Claude reads what is attached, and sends files, whole, as on this machine",
  async () => {
    const { path = "" } = realClaudes().at(-1) ?? {};
    const place = claudeHome(model.url);
    const all = Object.entries(place.environment).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    );
    const server = await startSshServer({ ...Object.fromEntries(all), HOME: place.home });
    const { directory } = place;
    try {
      const world = await startWorld({
        claudePath: path,
        environment: { PATH: process.env["PATH"], HOME: place.home },
        config: { directory },
        project: { runner: server.runner },
      });
      const { alice } = world.people;

      const words = "It's 'here', \\n and whole: ünï 文件.\n".repeat(10);
      const file = await alice.upload("the notes.txt", Buffer.from(`${words}last line`), "text/plain");
      const root = await alice.say("@claude-code FILES", undefined, [file]);
      await world.says(root, "last line");
      expect(existsSync(attached)).toBe(true);
      expect(world.text(root)).toContain("It's 'here', \\n and whole: ünï 文件.");

      const bytes = randomBytes(5 * 1024 * 1024);
      writeFileSync(join(directory, "all of it.bin"), bytes);
      writeFileSync(join(place.home, "letter.txt"), "outside");
      symlinkSync(join(place.home, "letter.txt"), join(directory, "link.txt"));
      await alice.say(sendFiles("all of it.bin"), root);
      await world.says(root, "fine: all of it.bin (5 MB)");
      await alice.say(sendFiles("~/letter.txt", "none.txt"), root);
      await world.says(root, "none.txt: there is no such file.");
      await alice.say(sendFiles("link.txt"), root);
      const card = await openCard(world, root, "is outside the directory", 3);
      await alice.react(card.id, "+1");
      await world.says(root, "fine: link.txt (7 bytes)");

      const posts = world.thread(root).filter(({ userId, files }) => userId !== alice.id && files.length > 0);
      expect(posts.map(({ files }) => files)).toEqual([["all of it.bin"], ["link.txt"]]);
      const { file_ids: ids } = (await (await alice.request("GET", `/posts/${posts[0]?.id}`)).json()) as {
        file_ids: string[];
      };
      const arrived = await (await alice.request("GET", `/files/${ids[0]}`)).arrayBuffer();
      expect(Buffer.from(arrived).equals(bytes)).toBe(true);

      await alice.say("!stop", root);
      await world.until(root, () => !existsSync(dirname(attached)));
    } finally {
      await server.stop();
    }
  },
  60_000,
);
