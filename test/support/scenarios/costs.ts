// Scenarios of what Claude costs, and of limits that are reached.

import { expect } from "vitest";
import type { SeenPost } from "../../../sandbox/server/state.ts";
import { wordsOf } from "../words-of.ts";
import type { World } from "../world.ts";
import { ask, type Scenario } from "./scenario.ts";

export const costs: readonly Scenario[] = [
  {
    name: "cost-limit",
    suiteClaudes: "fake",
    title: "above the day's limit a message waits until somebody who may approve lets it go on",
    project: { maxCostPerDay: 0.1 },
    async play(world) {
      const { alice, bob, carol } = world.people;
      const root = await ask(world, "RUN costly");
      await world.says(root, "That was a lot to read.");
      await world.rests(root);
      await alice.say("!invite @carol", root);
      await world.says(root, "✅ @carol can now participate");
      const waiting = await alice.say("RUN hello", root);
      const card = await offered(world, root, "The day's limit is reached", 2);
      await eyes(world, root, waiting);
      await carol.react(card.id, "+1");
      await bob.react(card.id, "+1");
      await world.says(root, "✅ **Goes on**, allowed by @bob");
      await world.says(root, "scripted model");
      await alice.say("!cost", root);
      await world.says(root, "| This session | $");
      return root;
    },
  },
  {
    name: "cost-limit-restart",
    suiteClaudes: "fake",
    title: "what waits for more money waits over a restart too, and is forgotten when that is denied",
    project: { maxCostPerDay: 0.1 },
    async play(world) {
      const { alice, bob } = world.people;
      const root = await ask(world, "RUN costly");
      await world.says(root, "That was a lot to read.");
      await world.rests(root);
      const waiting = await alice.say("RUN hello", root);
      const card = await offered(world, root, "The day's limit is reached", 2);
      await eyes(world, root, waiting);
      await world.restart();
      await bob.react(card.id, "-1");
      await world.says(root, "👎 **Denied** by @bob");
      await world.until(root, (posts) =>
        posts.some(
          ({ id, reactions }) => id === waiting && reactions.some(({ emojiName }) => emojiName !== "eyes"),
        ),
      );
      expect(world.text(root)).not.toContain("scripted model");
      return root;
    },
  },
  {
    name: "plan-limit",
    title: "a turn that the plan's limit refuses is told when that is reset, and goes on by itself then",
    since: 3,
    hasPlan: true,
    async play(world) {
      const root = await ask(world, "RUN plan-limit");
      await offered(world, root, "The five-hour limit is reached", 2);
      await world.says(root, "✅ **The limit was reset**");
      await world.says(root, "Here I am again, and go on.");
      return root;
    },
  },
  {
    name: "context-and-usage",
    title: "how full the context is, and how much of the plan is used, is asked of Claude while it runs",
    since: 3,
    async play(world) {
      const { alice } = world.people;
      const root = await ask(world, "RUN hello");
      await world.says(root, "scripted model");
      await alice.say("!context", root);
      await world.says(root, "🧠 **Context**: 2 % used");
      await alice.say("@claude-code usage", root);
      await world.says(root, "No limits of a plan apply");
      return root;
    },
  },
];

/** The post that offers something, once its choices can be clicked. */
function offered(world: World, root: string, part: string, choices: number): Promise<SeenPost> {
  return world.until(root, (posts) =>
    posts.findLast((post) => wordsOf(post).includes(part) && post.reactions.length >= choices),
  );
}

function eyes(world: World, root: string, postId: string): Promise<true> {
  return world.until(root, (posts) =>
    posts.some(({ id, reactions }) => id === postId && reactions.some((one) => one.emojiName === "eyes")),
  );
}
