// Scenarios of changing how Claude works while it runs.

import { expect } from "vitest";
import { ask, type Scenario } from "./scenario.ts";

export const choices: readonly Scenario[] = [
  {
    name: "mode",
    title: "the mode is shown and set while Claude runs; who may not approve may lower it, not raise it",
    async play(world) {
      const { alice, carol } = world.people;
      const root = await ask(world, "RUN hello");
      await world.says(root, "scripted model");
      await alice.say("!mode", root);
      await world.says(root, "🔐 **Mode**: `default`");
      await alice.say("@claude-code mode acceptEdits", root);
      await world.says(root, "🔐 **Mode**: `acceptEdits`, set by @alice");
      await alice.say("!invite @carol", root);
      await world.says(root, "✅ @carol can now participate");
      await carol.say("!mode plan", root);
      await world.says(root, "🔐 **Mode**: `plan`, set by @carol");
      await carol.say("!mode default", root);
      await world.says(root, "⚠️ Only `@alice` and allowed users can do that, `@carol`");
      await alice.say("!mode bypassPermissions", root);
      await world.says(root, "There is no mode `bypassPermissions`");
      expect(world.thread(root)[1]?.message).toContain("| 🔐 **Permissions** | Interactive · mode `plan` |");
      return root;
    },
  },
];
