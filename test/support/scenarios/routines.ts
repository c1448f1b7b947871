// Scenarios of what Claude does by itself, at times that people have set.

import { expect } from "vitest";
import type { World } from "../world.ts";
import { openCard, type Scenario } from "./scenario.ts";

const MINUTE = 60_000;

/** The thread of the newest run, once it is there. */
async function runOf(world: World, root: string, part: string): Promise<string> {
  return world.until(root, () => {
    const roots = world.sandbox.state.threads(world.channelId).map(([post]) => post);
    return roots.findLast((post) => post?.message.includes(part))?.id;
  });
}

export const routines: readonly Scenario[] = [
  {
    name: "routine",
    suiteClaudes: "fake",
    title:
      "a routine is read, shown with its next times, kept with a 👍, listed, run, paused and taken out; who is not listed makes none",
    async play(world) {
      const { alice, bob, carol } = world.people;
      const root = await alice.say(
        "@claude-code !routine every weekday at 9:00 Europe/Amsterdam: RUN echo the news",
      );
      const card = await openCard(world, root, "A routine", 2);
      await carol.react(card.id, "+1");
      await alice.react(card.id, "+1");
      await world.says(root, "✅ **Kept** by");
      await carol.say("@claude-code !routine every day at 10: RUN echo secrets", root);
      await world.says(root, "`@carol`, you are not among those who may start a session");
      await alice.say("@claude-code !routine every second moon: RUN hello", root);
      await world.says(root, "I don't understand when `every second moon` is");
      await alice.say("@claude-code !routines run 1", root);
      await world.says(root, "▶️ Routine 1 begins");
      const run = await runOf(world, root, "**Routine 1** of");
      await world.says(run, "RUN echo the news");
      await alice.say("@claude-code !routines", root);
      await world.says(root, "| 1 | Mon–Fri 09:00 Europe/Amsterdam |");
      await bob.say("@claude-code !routines pause 1", root);
      await world.says(root, "⏸️ Routine 1 is paused");
      await alice.say("@claude-code !routines remove 1", root);
      await world.says(root, "🗑️ Routine 1 is taken out");
      return root;
    },
  },
  {
    name: "routine-run",
    suiteClaudes: "fake",
    title:
      "a card is decided while mm-claude is down; the run is a thread of its own, in which its maker's session goes on",
    async play(world) {
      const { alice } = world.people;
      const root = await alice.say("@claude-code !routine in 20 minutes: RUN write");
      const card = await openCard(world, root, "A routine", 2);
      await world.restart(() => alice.react(card.id, "+1"));
      await world.says(root, "✅ **Kept** by");
      world.forward(21 * MINUTE);
      const run = await runOf(world, root, "**Routine 1** of");
      const ask = await openCard(world, run, "Permission requested", 2);
      await alice.react(ask.id, "+1");
      await world.until(run, () => world.hasFile("poem.txt"));
      await world.says(run, "poem");
      await alice.say("@claude-code !routines", root);
      await world.says(root, "There are no routines here");
      expect(world.thread(run)[0]?.username).toBe("claude-code");
      return run;
    },
  },
  {
    name: "routine-of-nobody",
    suiteClaudes: "fake",
    title: "a routine whose maker is listed no more stops, and says so",
    async play(world) {
      const { alice, bob } = world.people;
      const root = await alice.say("@claude-code !routine every hour: RUN hello");
      const card = await openCard(world, root, "A routine", 2);
      await bob.react(card.id, "+1");
      await world.says(root, "✅ **Kept** by");
      await world.serve([{ ...world.project, allowedUsers: ["bob"] }]);
      world.forward(61 * MINUTE);
      const stopped = await runOf(world, root, "**Stopped**");
      await bob.say("@claude-code !routines", root);
      await world.says(root, "⏸️ stopped");
      return stopped;
    },
  },
];
