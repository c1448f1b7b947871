// A second mm-claude on the same account in the same channel, as on another machine: it sees the posts of the first one,
// and ends, while the first goes on.

import { expect, test } from "vitest";
import { startBridge } from "../../src/app/bridge.ts";
import { connectRest } from "../../src/mattermost/rest.ts";
import { DocumentFolder } from "../../src/store/document-store.ts";
import { systemClock } from "../../src/util/clock.ts";
import { inProcessClaude } from "../support/in-process-claude.ts";
import { quietLog } from "../support/logs.ts";
import { projectOf } from "../support/projects.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { startWorld } from "../support/world.ts";

test("the one that was started later finds the first one out, says so and answers nothing any more", async () => {
  const claude = inProcessClaude(async (turn) => turn.say(`You said: ${turn.text}`));
  const world = await startWorld({ claudePath: "claude", environment: {}, startClaude: claude.start });
  const state = temporaryDirectory();
  let passedMs = 0;
  const clock = { ...systemClock, now: () => Date.now() + passedMs };
  const api = connectRest({ url: world.sandbox.url, token: world.botToken, clock });
  const bot = await api.me();
  const [channel] = await api.myChannels();
  if (!channel) throw new Error("the bot is in no channel");
  const second = await startBridge(
    {
      url: world.sandbox.url,
      token: world.botToken,
      bot,
      botName: bot.username,
      postLimit: 16_383,
      projects: [
        {
          project: projectOf({ channel: channel.id, directory: world.directory }),
          channel,
          allowedUsers: [],
          approvers: [],
          bots: [],
        },
      ],
    },
    {
      api,
      clock,
      log: quietLog,
      startClaude: inProcessClaude(async () => {}).start,
      version: "0.1.0",
      home: "/home/dev",
      folder: DocumentFolder.open({ clock, path: state, log: quietLog, redact: (text) => text }),
      auditOf: () => ({ append() {} }),
      lock: () => ({ release() {} }),
      deniedPathsIn: () => [],
      environment: {},
    },
  );
  await second.ready;
  const root = await world.people.alice.say("@claude-code hello");
  await world.says(root, "You said: hello");
  // Until then it could be the last words of one that was ended.
  passedMs = 31_000;
  await world.people.alice.say("go on", root);
  expect(await second.otherInstance).toMatch(
    /^Another mm-claude \(started 20\S+\) runs `@claude-code` in this channel/,
  );
  await second.stop();
  await world.people.alice.say("and now?", root);
  await world.says(root, /You said: [\s\S]*and now\?/);
  expect(world.text(root).split("and now?")).toHaveLength(3);
  expect(world.log.filter((line) => line.includes("started later than this one"))).toHaveLength(1);
});
