// What people did while mm-claude was not there, or its socket was lost for good, counts as if it had been heard.

import { expect, test } from "vitest";
import { inProcessClaude } from "../support/in-process-claude.ts";
import { startWorld, type World } from "../support/world.ts";

type Gap = (world: World, meanwhile: () => Promise<void>) => Promise<void>;

const away: Gap = (world, meanwhile) => world.restart(meanwhile);

const deaf: Gap = async ({ sandbox }, meanwhile) => {
  sandbox.faults.freezeSockets();
  await meanwhile();
  // Whoever comes back then gets a new connection, which tells nothing of what was.
  await sandbox.faults.stop();
  await sandbox.faults.start();
};

function worldThatAnswers(): Promise<World> {
  const claude = inProcessClaude(async (turn) => {
    turn.say(
      turn.text.includes("which")
        ? `You chose: ${await turn.askWhich("Which sizes?", ["S", "M", "L"])}.`
        : `You said: ${turn.text}`,
    );
  });
  return startWorld({ claudePath: "claude", environment: {}, startClaude: claude.start });
}

test.each([
  ["the daemon is away", away],
  ["the socket is lost for good", deaf],
])(
  "a ❌ that is put on any post while %s ends the session, and not the one that is begun after it",
  async (_, gap) => {
    const world = await worldThatAnswers();
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
  },
);

test("a choice that is taken off while the socket is lost for good is none of those that are answered", async () => {
  const world = await worldThatAnswers();
  const { alice, bob } = world.people;
  const root = await alice.say("@claude-code which");
  const card = await world.until(root, (posts) => posts.find((post) => post.reactions.length === 4));
  const isChosen = (count: number) =>
    world.until(root, (posts) =>
      posts.some(({ id, reactions }) => id === card.id && reactions.length === count),
    );
  for (const emojiName of ["one", "two"]) await bob.react(card.id, emojiName);
  await alice.react(card.id, "two");
  await isChosen(7);
  // What comes after it is heard after it.
  const after = await world.people.carol.say("@claude-code hello");
  await world.says(after, "you are not among those");
  await deaf(world, async () => {
    await bob.unreact(card.id, "one");
    await alice.react(card.id, "white_check_mark");
  });
  await world.says(root, "You chose: M.");
});
