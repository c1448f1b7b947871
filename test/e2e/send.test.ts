// `mm-claude send` as a script calls it, with a real daemon.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type DaemonOptions, type DaemonWorld, daemonWorld, until } from "../support/daemon-world.ts";
import { realClaudes } from "../support/real-claude.ts";
import { sharedModel } from "../support/shared-model.ts";
import { wordsOf } from "../support/words-of.ts";

const model = sharedModel();

const send = (world: DaemonWorld, args: readonly string[], options: DaemonOptions = {}) =>
  world.start({ ...options, args: ["send", ...args] });

async function sent(world: DaemonWorld, args: readonly string[], options?: DaemonOptions) {
  const script = send(world, args, options);
  const { code } = await script.exit;
  return { code, stdout: script.stdout(), output: script.output() };
}

/** The id of the thread that a link leads to. */
const threadIn = (text: string): string => /\/pl\/([a-z0-9]{26})/.exec(text)?.[1] ?? "";

const eventsIn = (stdout: string): Record<string, unknown>[] =>
  stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe.each(realClaudes().slice(-1))("with Claude Code $version", ({ path }) => {
  test("what is piped in is answered on stdout and in a thread, which says whose message it is; exit 0", async () => {
    const world = await daemonWorld(model.url);
    await world.ready({ claudePath: path });
    const { code, stdout, output } = await sent(world, ["--wait"], { input: "RUN hello\n" });
    expect(stdout).toBe("Hello! I am a scripted model.\n");
    expect(code).toBe(0);
    const thread = threadIn(output);
    const root = world.thread(thread)[0];
    expect(root).toMatchObject({
      userId: world.bot.id,
      message: "📨 `@alice`, from a script:\n\n> RUN hello",
    });
    await world.says(thread, "Hello! I am a scripted model.");
  });
});
