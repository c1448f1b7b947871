// What people did while mm-claude was not there, or its socket was lost for good, counts as if it had been heard.

import { expect, test } from "vitest";
import { inProcessClaude } from "../support/in-process-claude.ts";
import { startWorld, type World } from "../support/world.ts";

type Gap = (world: World, meanwhile: () => Promise<void>) => Promise<void>;

const away: Gap = (world, meanwhile) => world.restart(meanwhile);

const deaf: Gap = async ({ sandbox }, meanwhile) => {
  sandbox.faults.freezeSockets();
  await meanwhile();
  sandbox.faults.forgetResumable();
  sandbox.faults.dropSockets();
};

async function withWorld(play: (world: World) => Promise<void>): Promise<void> {
  const claude = inProcessClaude(async (turn) => turn.say(`You said: ${turn.text}`));
  const world = await startWorld({ claudePath: "claude", environment: {}, startClaude: claude.start });
  try {
    await play(world);
  } finally {
    await world.close();
  }
}

test.each([
  ["the daemon is away", away],
  ["the socket is lost for good", deaf],
])(
  "a ❌ that is put on any post while %s ends the session, and not the one that is begun after it",
  (_, gap) =>
    withWorld(async (world) => {
      const { alice, bob } = world.people;
      const root = await alice.say("@claude-code hello");
      const answer = await world.says(root, "You said: hello");
      await gap(world, async () => {
        await bob.react(answer.id, "x");
        await alice.say("@claude-code begin anew", root);
      });
      await world.says(root, "Session cancelled** by @bob");
      await world.says(root, /You said: [\s\S]*begin anew/);
      // Read again after another gap it ends nothing more.
      await gap(world, async () => void (await alice.say("and now?", root)));
      await world.says(root, /You said: [\s\S]*and now\?/);
      expect(world.text(root).split("Session cancelled")).toHaveLength(2);
    }),
);
