// What the program costs by itself: its memory with one session and with twenty, and its start.

import { startSandbox } from "../../src/sandbox/server/sandbox.ts";
import { now, sleep } from "../clock.ts";
import { ended, FAKE_CLAUDE, MM_CLAUDE, memoryOf, start } from "../programs.ts";
import { lastWords, nextTurn, request } from "../scenes.ts";
import { startDaemon, startStage } from "../stage.ts";
import type { Case } from "./case.ts";

const SESSIONS = 20;
const SETTLE_MS = 1000;

/** With the fake CLI: the children's memory is not counted, so only their number matters. */
export const memory: Case = {
  name: "memory",
  every: 4,
  async run({ modelUrl, directory }, note) {
    const settings = { MAX_SESSIONS: String(SESSIONS) };
    const stage = await startStage({ claudePath: FAKE_CLAUDE, modelUrl, directory, settings });
    note("rss.ready", memoryOf(stage.pid));
    for (let session = 1; session <= SESSIONS; session++) {
      const turn = nextTurn();
      const { id } = await stage.say(request("short", turn));
      await stage.seen(id, (post) => post.message.includes(lastWords(turn)));
      if (session !== 1 && session !== SESSIONS) continue;
      await stage.quiet();
      await sleep(SETTLE_MS);
      note(session === 1 ? "rss.one" : "rss.twenty", memoryOf(stage.pid));
    }
    await stage.close();
  },
};

export const starting: Case = {
  name: "start",
  every: 1,
  async run({ claudePath, modelUrl, directory }, note) {
    note("bare.node", await timed(process.execPath, ["-e", "0"]));
    note("start.version", await timed(process.execPath, [MM_CLAUDE, "--version"]));
    note("alone.version", await timed(claudePath, ["--version"]));
    const sandbox = await startSandbox();
    const team = sandbox.createTeam({ name: "lab" });
    const channel = sandbox.createChannel({ teamId: team.id, name: "lab", displayName: "Lab" });
    const bot = sandbox.createUser({ username: "claude-code", isBot: true });
    sandbox.createUser({ username: "alice" });
    sandbox.addMember(channel.id, bot.id);
    const daemon = await startDaemon(
      { claudePath, modelUrl, directory },
      {
        MATTERMOST_URL: sandbox.url,
        MATTERMOST_TOKEN: bot.token,
        MATTERMOST_CHANNEL_ID: channel.id,
      },
    );
    note("start.ready", daemon.readyMs);
    await daemon.stop();
    await sandbox.close();
  },
};

async function timed(path: string, args: readonly string[]): Promise<number> {
  const from = now();
  const child = start(path, args, { stdio: "ignore" });
  await ended(child);
  return now() - from;
}
