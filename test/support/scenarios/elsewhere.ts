// Scenarios of a conversation that goes on in another place: in a thread of its own, in a terminal, and back.

import { expect } from "vitest";
import type { World } from "../world.ts";
import { ask, openCard, type Scenario } from "./scenario.ts";

const BEGUN_THERE = "11111111-2222-4333-8444-555555555555";

/** The newest thread that the bot has begun. */
async function forkOf(world: World, root: string): Promise<string> {
  const post = await world.says(root, "🍴 **Forked** by");
  const text = [post.message, ...post.attachments.map((one) => one.text)].join("\n");
  return /\/pl\/([a-z0-9]{26})/.exec(text)?.[1] ?? "";
}

async function conversationOf(world: World, root: string): Promise<string> {
  const post = await world.says(root, "--resume");
  return /--resume ([0-9a-f-]{36})/.exec(post.message)?.[1] ?? "";
}

export const elsewhere: readonly Scenario[] = [
  {
    name: "fork",
    title:
      "a fork begins with what was said until then, in a thread of its own, and knows nothing of what comes later",
    since: 2,
    async play(world) {
      const { alice, carol } = world.people;
      const root = await ask(world, "RUN echo the first");
      await world.says(root, "RUN echo the first");
      await alice.say("!invite @carol", root);
      await world.says(root, "✅ @carol can now participate");
      await carol.say("!fork", root);
      await world.says(root, "can do that, `@carol`");
      await alice.say("!fork", root);
      const fork = await forkOf(world, root);
      await alice.say("RUN echo the second", root);
      await world.says(root, "RUN echo the second");
      await alice.say("RUN looking", fork);
      await alice.say("RUN echo in the fork", fork);
      await world.says(fork, "RUN echo in the fork");
      return fork;
    },
  },
];
void openCard;
void BEGUN_THERE;
void conversationOf;
void expect;
