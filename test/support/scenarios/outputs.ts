// Scenarios of long results of tools, which people can have as files.

import { expect } from "vitest";
import type { World } from "../world.ts";
import { ask, openCard, type Scenario } from "./scenario.ts";

const LINES = Array.from({ length: 30 }, (_, at) => `line ${at + 1}\n`).join("");

/** The bot's newest post with that many files. */
const attached = (world: World, root: string, count: number) =>
  world.until(root, (posts) =>
    posts.findLast(({ username, files }) => username === "claude-code" && files.length === count),
  );

export const outputs: readonly Scenario[] = [
  {
    name: "output",
    title:
      "a long result offers itself in its line, and 📎 by somebody who may approve attaches it; also after a restart",
    files: { "lines.txt": LINES },
    async play(world) {
      const { alice, carol } = world.people;
      const root = await ask(world, "RUN lines");
      const card = await openCard(world, root, "Permission requested", 3);
      await alice.react(card.id, "+1");
      await world.says(root, "The lines are copied.");
      await alice.say("!invite @carol", root);
      await world.says(root, "✅ @carol can now participate");
      const line = world.thread(root).find(({ message }) => message.includes("↳ ✅ 30 lines 📎"));
      await carol.react(line?.id ?? "", "paperclip");
      await world.says(root, "⚠️ Only `@alice` and allowed users can do that, `@carol`");
      await alice.react(line?.id ?? "", "paperclip");
      await attached(world, root, 1);
      await world.restart();
      await alice.react(card.id, "paperclip");
      await world.until(
        root,
        (posts) => posts.filter(({ files }) => files.length > 0).length === 2 || undefined,
      );
      await alice.say("!output", root);
      await world.until(
        root,
        (posts) => posts.filter(({ files }) => files.length > 0).length === 3 || undefined,
      );
      expect(world.text(root)).not.toContain("line 30");
      return root;
    },
  },
];
