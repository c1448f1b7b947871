// Scenarios of what runs beside Claude's turns: shown, listed, stopped, and told of when it ends.

import { expect } from "vitest";
import type { World } from "../world.ts";
import { ask, openCard, type Scenario } from "./scenario.ts";

const ENDS = "RUN background-gate";

/** Begins a command that runs until there is a file "go", as whoever owns the session; gives its post's id. */
async function begins(world: World, root: string, number: number): Promise<string> {
  const card = await openCard(world, root, "**Permission requested**", 3);
  await world.people.alice.react(card.id, "+1");
  const post = await world.says(root, `⚙️ **Task ${number}** \`Wait in the background\` ⏳ since`);
  await world.until(root, (posts) => {
    const answers = posts.filter(({ message }) => message.includes("It runs in the background."));
    return answers.length >= number;
  });
  return post.id;
}

export const background: readonly Scenario[] = [
  {
    name: "background",
    title: "a command in the background has a post, and its end is told with what Claude then does",
    // Older ones tell of no end by themselves.
    since: 3,
    async play(world) {
      const { alice } = world.people;
      const root = await ask(world, ENDS);
      await begins(world, root, 1);
      await alice.say("!tasks", root);
      await world.says(root, /\*\*1\*\* ⚙️ `Wait in the background` · \d+ s/);
      expect(world.thread(root)[1]?.message).toContain("⚙️ 1 task in the background");
      world.writeFile("go", "");
      await world.says(root, "The background command has ended.");
      await world.says(root, "⚙️ **Task 1** `Wait in the background` has ended ✅ exit code 0");
      await world.says(root, "⚙️ **Task 1** `Wait in the background` ✅ exit code 0\n↳ `over`");
      await alice.say("!tasks", root);
      await world.says(root, "ℹ️ Nothing runs in the background.");
      return root;
    },
  },
  {
    name: "background-stop",
    title: "one of several tasks is stopped by its number, or by 🛑 on its post, and the session goes on",
    // Older ones stop no single task.
    since: 3,
    async play(world) {
      const { alice, bob, carol } = world.people;
      const root = await ask(world, ENDS);
      await begins(world, root, 1);
      await alice.say(ENDS, root);
      const second = await begins(world, root, 2);
      await carol.react(second, "octagonal_sign");
      await alice.say("!tasks stop", root);
      await world.says(root, "ℹ️ Which one?");
      await alice.say("!tasks stop 1", root);
      await world.says(root, "🛑 **Task 1** `Wait in the background` was stopped by @alice");
      await bob.react(second, "octagonal_sign");
      await world.says(root, "🛑 **Task 2** `Wait in the background` was stopped by @bob");
      await alice.react(second, "x");
      await world.says(root, "has ended already. To end the session");
      await alice.say("RUN hello", root);
      await world.says(root, "Hello! I am a scripted model.");
      expect(world.text(root)).not.toContain("Session cancelled");
      return root;
    },
  },
];
