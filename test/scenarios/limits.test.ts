// Many threads at once against a server that allows little: nothing may go missing, and people are asked first.

import { expect, test } from "vitest";
import { inProcessClaude } from "../support/in-process-claude.ts";
import { startWorld } from "../support/world.ts";

const THREADS = 10;
const PIECES = 30;

const words = (thread: string): string[] =>
  Array.from({ length: PIECES }, (_, index) => `${thread}-${index} `);

test("ten threads stream under a limit of ten requests a second: all text arrives, asks come soon, hardly a refusal", async () => {
  const claude = inProcessClaude(async (turn) => {
    const name = turn.text.split(" ").at(-1) ?? "";
    if (name === "asker") {
      await new Promise((resolve) => setTimeout(resolve, 500));
      turn.say(`allowed: ${await turn.ask("make it so")}`);
      return;
    }
    for (const word of words(name)) {
      turn.say(word);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });
  const world = await startWorld({
    claudePath: "claude",
    environment: {},
    startClaude: claude.start,
    sandbox: { rateLimit: { perSecond: 10, burst: 20 } },
    config: { maxSessions: THREADS + 1 },
  });
  const { alice, bob } = world.people;
  const roots = await Promise.all(
    Array.from({ length: THREADS }, (_, index) => alice.say(`@claude-code t${index}`)),
  );
  const asker = await bob.say("@claude-code asker");
  const card = await world.says(asker, "make it so");
  const growing = roots.filter((root, index) => !world.text(root).includes(`t${index}-${PIECES - 1}`));
  await bob.react(card.id, "+1");
  await world.says(asker, "allowed: allow");
  for (const [index, root] of roots.entries()) {
    await world.says(root, words(`t${index}`).join("").trim());
  }
  const ours = world.sandbox.requests.filter(({ userId }) => userId === world.bot.id);
  const refused = world.sandbox.requests.filter(({ status }) => status === 429);
  // The card did not wait for the texts that were growing.
  expect(growing).toHaveLength(THREADS);
  expect(refused.length).toBeLessThanOrEqual(2);
  expect(ours.length).toBeGreaterThan(2 * THREADS);
});
