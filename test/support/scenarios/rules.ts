// Scenarios of what people let through unasked.

import { expect } from "vitest";
import type { World } from "../world.ts";
import { ask, openCard, type Scenario } from "./scenario.ts";

const files = {
  "package.json": '{ "scripts": { "test": "echo all is well" } }\n',
  ".npmrc": "update-notifier=false\n",
};
/** 👍 ✅ 👎 and 🔁. */
const CHOICES = 4;

async function passed(world: World, root: string, times: number): Promise<void> {
  await world.until(root, () => world.text(root).split("The tests have passed.").length > times || undefined);
  await world.rests(root);
}

export const rules: readonly Scenario[] = [
  {
    name: "rules",
    title: "🔁 lets such a command through from then on, until the rule is taken back",
    files,
    since: 3,
    async play(world) {
      const { alice, carol } = world.people;
      const root = await ask(world, "RUN tests");
      const card = await openCard(world, root, "npm test", CHOICES);
      expect(card.props["attachments"]).toMatchObject([{ text: expect.stringContaining("`npm test …`") }]);
      await alice.say("!invite @carol", root);
      await world.says(root, "✅ @carol can now participate");
      // Who may not approve makes no rule.
      await carol.react(card.id, "repeat");
      await alice.react(card.id, "repeat");
      await world.says(root, "🔁 **Always allowed here** by @alice: `npm test …`");
      await passed(world, root, 1);
      await alice.say("RUN tests, again", root);
      await passed(world, root, 2);
      await carol.say("!rules", root);
      await world.says(root, "1. `npm test …` · by `@alice`");
      await carol.say("!rules remove 1", root);
      await world.says(root, "⚠️ Only `@alice` and allowed users can do that, `@carol`");
      await alice.say("!rules remove 1", root);
      await world.says(root, "🔁 **Rule removed** by @alice: `npm test …`");
      await alice.say("RUN tests, once more", root);
      const again = await openCard(world, root, "npm test", CHOICES - 1);
      await alice.react(again.id, "+1");
      await passed(world, root, 3);
      await alice.say("!rules", root);
      await world.says(root, "🔁 **Rules**: none in this session.");
      return root;
    },
  },
  {
    name: "always",
    suiteClaudes: "fake",
    title: "🔁 lets the very same command through the next time, also where Claude offers no more than that",
    files,
    since: 2,
    isGolden: false,
    async play(world) {
      const root = await ask(world, "RUN tests");
      const card = await openCard(world, root, "npm test", CHOICES);
      await world.people.alice.react(card.id, "repeat");
      await world.says(root, "🔁 **Always allowed here** by @alice: `npm test");
      await passed(world, root, 1);
      await world.people.alice.say("RUN tests, again", root);
      await passed(world, root, 2);
      expect(world.text(root).split("Always allowed")).toHaveLength(2);
      return root;
    },
  },
  {
    name: "rules-kept",
    title: "a rule is there again after a sleep and a restart, and new sessions begin with one that is kept",
    files,
    // One that begins puts the other to sleep.
    config: { maxSessions: 1 },
    since: 3,
    async play(world) {
      const { alice, bob } = world.people;
      const root = await ask(world, "RUN tests");
      const card = await openCard(world, root, "npm test", CHOICES);
      await alice.react(card.id, "repeat");
      await passed(world, root, 1);
      const short = await ask(world, "RUN hello");
      await world.says(short, "scripted model");
      await world.until(root, (posts) => posts[1]?.message.includes("💤 asleep"));
      await world.rests(short);
      await alice.say("RUN tests, awake again", root);
      await passed(world, root, 2);
      await bob.say("!rules keep 1", root);
      await world.says(root, "🔁 **Rule kept** by @bob");
      await world.restart();
      await alice.say("RUN tests, started again", root);
      await passed(world, root, 3);
      const other = await ask(world, "RUN tests");
      await passed(world, other, 1);
      await alice.say("!rules", other);
      await world.says(other, "1. `npm test …` · by `@bob` · kept for new sessions");
      await alice.say("!rules remove 1", other);
      await world.says(other, "🔁 **Rule removed** by @alice, for new sessions as well: `npm test …`");
      await alice.say("!rules", root);
      await world.says(root, "none in this session");
      await alice.say("RUN tests, without the rule", root);
      await openCard(world, root, "Permission requested", CHOICES);
      return root;
    },
  },
];
